#!/bin/bash
# kho serve: due runs are made once, whatever happens to servers, runs, store and configuration.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# A project whose servers look and renew often.
new_served_project() { # lines of the job `things`
    new_project
    set_serve "workers: 2, lease: 2s, poll: 200ms, grace: 20s"
    make_things 10
    write_job things civil.public.thing "$@"
    servers=()
}

set_serve() {
    sed -i '/^serve:/d' "$P/etl/warehouse.yaml"
    echo "serve: {$1}" >>"$P/etl/warehouse.yaml"
}

# A batch of 4,096 rows every two seconds.
slow_source() { # rows
    source_sql "INSERT INTO thing SELECT i, 'thing ' || i, i, NULL FROM generate_series(11, ${1:-20000}) i"
    write_source civil "limits: {rows_per_second: 2000}"
}

fast_source() {
    write_source civil
}

start_server() { # name
    "$KHO" -C "$P" serve >"$T/$1.out" 2>&1 &
    pid=$!
    servers+=("$pid")
}

end_server() { # pid, expected exit code
    local code=0
    kill -TERM "$1"
    wait "$1" || code=$?
    expect_eq "$code" "${2:-0}"
}

queue() { # prints the tasks of a job: state and number of tries
    store_sql "SELECT state || ' ' || claim FROM kho.task WHERE job = '${1:-things}' ORDER BY task"
}

wait_for_log() { # name, words
    local tries
    for ((tries = 0; tries < 400; tries++)); do
        grep -qF -- "$2" "$T/$1.out" && return 0
        sleep 0.05
    done
    cat "$T/$1.out"
    fail "no '$2' in the log of $1"
}

test_a_queued_job_is_run_and_its_output_kept_with_the_run() {
    new_served_project
    expect_exit 0 kho run --queue things
    expect_output "job things: queued as task 1"
    expect_exit 0 kho run --queue things --json
    expect_eq "$(cat "$T/out")" '{"job":"things","state":"queued as task 1"}'
    start_server one
    wait_for store_sql "SELECT bool_or(state = 'published') FROM kho.task"
    expect_exit 0 kho run --queue things
    wait_for store_sql "SELECT count(*) = 2 FROM kho.task WHERE state = 'published'"
    end_server "$pid"
    expect_eq "$(queue)" $'published 1\npublished 1'
    expect_eq "$(store_sql "SELECT string_agg(run || ' ' || outcome || ' ' || exit_code || ' '
        || split_part(output, ',', 1), '; ' ORDER BY task) FROM kho.attempt")" \
        "1 published 0 run 1 published: read 10; 2 published 0 run 2 published: read 10"
    expect_exit 0 kho show 2
    expect_output "run 2 published: read 10, inserted 0, updated 0, deleted 0, unchanged 10"
    expect_eq "$(records | wc -l)" 10
}

test_a_run_missed_while_no_server_ran_is_made_once() {
    new_served_project 'schedule: "0 0 * * *"'
    start_server one
    wait_for store_sql "SELECT count(*) = 1 FROM kho.job"
    end_server "$pid"
    expect_eq "$(queue)" ""
    store_sql "UPDATE kho.job SET planned_until = date_trunc('day', now()) - interval '3 days 1 hour'"
    start_server two
    start_server three
    wait_for store_sql "SELECT bool_and(state = 'published') FROM kho.task"
    sleep 0.5
    end_server "${servers[1]}"
    end_server "${servers[2]}"
    expect_eq "$(store_sql "SELECT state || ' ' || (due = date_trunc('day', now())) FROM kho.task")" \
        "published true"
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run")" 1
    cat "$T/two.out" "$T/three.out" | grep -qF "3 missed runs left out" || fail "not told"
}

test_missed_runs_are_made_each_or_not_at_all_if_the_job_says_so() {
    new_served_project 'schedule: "0 0 * * *"' "late: run_each"
    write_job others civil.public.thing "feed: others" 'schedule: "0 0 * * *"' "late: skip"
    expect_exit 0 kho pause things
    expect_exit 0 kho resume things
    store_sql "UPDATE kho.job SET planned_until = date_trunc('day', now()) - interval '2 days 1 hour'"
    [ "$(date -u +%H%M)" -gt 0005 ] || store_sql "UPDATE kho.job SET planned_until = now() WHERE job = 'others'"
    start_server one
    wait_for store_sql "SELECT count(*) = 3 FROM kho.task WHERE state = 'published'"
    end_server "$pid"
    expect_eq "$(queue others)" ""
    expect_eq "$(store_sql "SELECT count(DISTINCT due) FROM kho.task WHERE job = 'things'")" 3
}

test_a_server_that_is_told_to_end_lets_its_run_end() {
    new_served_project
    slow_source 5000
    expect_exit 0 kho run --queue things
    start_server one
    wait_for_log one "job things: begins"
    expect_exit 0 kho run --queue things
    end_server "$pid"
    expect_eq "$(queue)" $'published 1\nready 0'
}

test_a_run_that_outlasts_the_grace_is_stopped_and_stays_due() {
    new_served_project
    set_serve "grace: 100ms, poll: 200ms"
    slow_source
    expect_exit 0 kho run --queue things
    start_server one
    wait_for store_sql "SELECT run IS NOT NULL FROM kho.task"
    end_server "$pid"
    expect_eq "$(queue)" "ready 1"
    expect_eq "$(last_run status)" interrupted
    expect_eq "$(store_sql "SELECT outcome FROM kho.attempt")" "server ended"
}

test_a_broken_configuration_is_told_and_the_old_one_stays() {
    new_served_project
    start_server one
    wait_for_log one "serving 1 jobs"
    wait_for store_sql "SELECT count(*) = 1 FROM kho.job"
    cp "$P/etl/jobs/things.yaml" "$T/good.yaml"
    echo 'schedule: "61 * * * *"' >>"$P/etl/jobs/things.yaml"
    kill -HUP "$pid"
    wait_for_log one "the one before stays in use"
    wait_for_log one "etl/jobs/things.yaml:7:11: error: schedule '61 * * * *': '61' is no minute: 0 to 59"
    store_sql "INSERT INTO kho.task (job, due, priority, not_before) VALUES ('things', now(), 0, now())"
    wait_for store_sql "SELECT bool_and(state = 'published') FROM kho.task"
    cp "$T/good.yaml" "$P/etl/jobs/things.yaml"
    write_job others civil.public.thing "feed: others"
    kill -HUP "$pid"
    wait_for_log one "the configuration was read anew: 2 jobs"
    expect_exit 0 kho run --queue others
    wait_for store_sql "SELECT count(*) = 2 FROM kho.task WHERE state = 'published'"
    end_server "$pid"
}

test_an_unreachable_source_is_tried_again_and_then_given_up() {
    new_served_project "retry: {times: 2, wait: 200ms}"
    sed -i '/^retry: {times: 0}/d' "$P/etl/jobs/things.yaml"
    sed -i 's/^connect:.*/connect: host=\/nowhere dbname=none user=reader/' "$P/etl/sources/civil.yaml"
    expect_exit 0 kho run --queue things
    start_server one
    wait_for store_sql "SELECT state = 'failed' FROM kho.task"
    end_server "$pid"
    expect_eq "$(store_sql "SELECT claim || ' ' || failures || ' ' || error_class FROM kho.task")" \
        "3 3 unreachable"
    expect_eq "$(grep -c 'again in' "$T/one.out")" 2
    grep -qF "job things: failed: " "$T/one.out"
}

test_what_waiting_cannot_mend_is_not_tried_again() {
    new_served_project
    source_sql "DROP TABLE thing"
    expect_exit 0 kho run --queue things
    start_server one
    wait_for store_sql "SELECT state = 'failed' FROM kho.task"
    end_server "$pid"
    expect_eq "$(store_sql "SELECT claim || ' ' || error_class || ' ' || (error <> '') FROM kho.task")" \
        "1 configuration true"
}

test_a_run_can_be_cancelled_and_is_not_tried_again() {
    new_served_project
    slow_source
    expect_exit 0 kho run --queue things
    start_server one
    wait_for store_sql "SELECT run IS NOT NULL FROM kho.task"
    expect_exit 0 kho cancel 1
    expect_output "run 1: told to end"
    wait_for store_sql "SELECT state = 'cancelled' FROM kho.task"
    end_server "$pid"
    expect_eq "$(last_run status)" interrupted
    expect_exit 2 kho cancel 1
    expect_error "run 1 is not under way: it is interrupted"
    expect_exit 2 kho cancel 9
    expect_error "there is no run 9"
    fast_source
    expect_exit 0 kho run things
    expect_exit 2 kho cancel x
    expect_error "'x' is no number of a run"
}

test_a_paused_job_waits_for_being_resumed() {
    new_served_project
    expect_exit 0 kho pause things
    expect_output "job things: paused"
    expect_exit 0 kho pause things
    expect_output "job things: already paused"
    expect_exit 0 kho run --queue things
    start_server one
    wait_for_log one "serving"
    sleep 1
    expect_eq "$(queue)" "ready 0"
    expect_exit 0 kho resume things
    expect_output "job things: running as scheduled"
    wait_for store_sql "SELECT state = 'published' FROM kho.task"
    end_server "$pid"
    expect_exit 2 kho pause thigns
    expect_error "did you mean 'things'?"
}

test_a_job_comes_after_those_it_waits_for() {
    new_served_project
    write_job others civil.public.thing "feed: others" "after: things"
    write_job never civil.public.thing "feed: never" "after: things"
    expect_exit 0 kho run --queue never
    store_sql "UPDATE kho.task SET expires = now() - interval '1 hour' WHERE job = 'never'"
    start_server one
    wait_for store_sql "SELECT state = 'skipped' FROM kho.task WHERE job = 'never'"
    expect_exit 0 kho run --queue others
    sleep 0.7
    expect_eq "$(queue others)" "ready 0"
    expect_exit 0 kho run --queue things
    wait_for store_sql "SELECT count(*) = 2 FROM kho.task WHERE state = 'published' AND claim = 1"
    end_server "$pid"
    expect_eq "$(store_sql "SELECT string_agg(job, ' ' ORDER BY run) FROM kho.run")" "things others"
}

test_a_dead_servers_run_is_made_by_another_and_published_once() {
    new_served_project
    slow_source
    expect_exit 0 kho run --queue things
    start_server one
    local dead=$pid
    wait_for store_sql "SELECT run IS NOT NULL FROM kho.task"
    kill -KILL "$dead"
    fast_source
    sed -i 's/^retry: .*/retry: {times: 3, wait: 100ms}/' "$P/etl/jobs/things.yaml"
    start_server two
    wait_for store_sql "SELECT state = 'published' FROM kho.task"
    end_server "$pid"
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run WHERE status = 'published'")" 1
    expect_eq "$(store_sql "SELECT outcome FROM kho.attempt WHERE claim = 1")" lost
    expect_eq "$(records | wc -l)" 20000
}

test_a_sleeping_servers_run_cannot_publish_behind_anothers_back() {
    new_served_project
    sed -i 's/^retry: .*/retry: {times: 3, wait: 100ms}/' "$P/etl/jobs/things.yaml"
    slow_source
    expect_exit 0 kho run --queue things
    start_server one
    local sleeper=$pid child
    wait_for store_sql "SELECT run IS NOT NULL FROM kho.task"
    child=$(pgrep -P "$sleeper")
    kill -STOP "$sleeper" "$child"
    fast_source
    start_server two
    wait_for store_sql "SELECT state = 'published' FROM kho.task"
    kill -CONT "$sleeper" "$child"
    end_server "$sleeper"
    end_server "$pid"
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run WHERE status = 'published'")" 1
    expect_eq "$(store_sql "SELECT count(*) FROM kho.task WHERE state <> 'published'")" 0
}

test_while_the_store_is_away_a_server_waits() {
    new_served_project
    start_server one
    wait_for store_sql "SELECT count(*) = 1 FROM kho.job"
    psql -XqAt -h "$store_socket" -U postgres -d postgres -c "ALTER DATABASE $STORE_DB
        ALLOW_CONNECTIONS false" -c "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = '$STORE_DB'" >"$T/away"
    wait_for_log one "waiting for the store"
    wait_for_log one "trying again in"
    psql -XqAt -h "$store_socket" -U postgres -d postgres -c "ALTER DATABASE $STORE_DB ALLOW_CONNECTIONS true"
    expect_exit 0 kho run --queue things
    wait_for_log one "the store is back"
    wait_for store_sql "SELECT state = 'published' FROM kho.task"
    end_server "$pid"
}

test_a_run_that_takes_too_long_or_too_much_is_ended() {
    new_served_project "timeout: 500ms"
    slow_source
    expect_exit 0 kho run --queue things
    start_server one
    wait_for store_sql "SELECT state = 'failed' FROM kho.task"
    end_server "$pid"
    expect_eq "$(store_sql "SELECT error_class FROM kho.task")" "timed out"
    expect_eq "$(last_run status)" interrupted
}

test_the_limits_of_a_source_hold_over_all_servers() {
    new_served_project
    slow_source
    sed -i 's/limits: {/limits: {runs: 1, /' "$P/etl/sources/civil.yaml"
    write_job others civil.public.thing "feed: others" "priority: 5"
    expect_exit 0 kho run --queue things
    expect_exit 0 kho run --queue others
    start_server one
    start_server two
    wait_for store_sql "SELECT run IS NOT NULL FROM kho.task WHERE job = 'others'"
    sleep 0.7
    expect_eq "$(queue things) $(queue others)" "ready 0 running 1"
    set_serve "grace: 100ms"
    kill -HUP "${servers[0]}" "${servers[1]}"
    wait_for_log one "read anew"
    wait_for_log two "read anew"
    end_server "${servers[0]}"
    end_server "${servers[1]}"
}

test_what_cannot_be_asked_of_the_queue_is_refused() {
    new_served_project
    expect_exit 2 kho run --queue
    expect_error "takes the jobs' names"
    expect_exit 2 kho run --queue --full things
    expect_error "--full does not go with --queue"
    set_serve "workers: 0"
    expect_exit 2 kho serve
    expect_error "'workers' is 1 to 64"
    set_serve "lease: 1ms, poll: 1ms"
    expect_exit 2 kho check
    expect_error "'lease' is at least 1s"
    expect_error "'poll' is at least 100ms"
}

run_tests
