#!/bin/bash
# kho serve when servers, runs, sources or the store fail.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"
# shellcheck source=tests/support/serve.sh
. "$(dirname "$0")/../support/serve.sh"

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
    slow_source 20000
    expect_exit 0 kho run --queue things
    start_server one
    wait_for store_sql "SELECT run IS NOT NULL FROM kho.task"
    end_server "$pid"
    expect_eq "$(queue)" "ready 1"
    expect_eq "$(last_run status)" interrupted
    expect_eq "$(store_sql "SELECT outcome FROM kho.attempt")" "server ended"
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

test_a_dead_servers_run_is_made_by_another_and_published_once() {
    new_served_project
    slow_source 20000
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
    slow_source 20000
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
    new_served_project "timeout: 3s"
    slow_source 20000
    expect_exit 0 kho run --queue things
    start_server one
    wait_for store_sql "SELECT state = 'failed' FROM kho.task"
    end_server "$pid"
    expect_eq "$(store_sql "SELECT error_class FROM kho.task")" "timed out"
    expect_eq "$(last_run status)" interrupted
    set_serve "poll: 200ms, memory: 1MB"
    expect_exit 0 kho run --queue things
    start_server two
    wait_for store_sql "SELECT count(*) = 2 FROM kho.task WHERE state = 'failed'"
    end_server "$pid"
    expect_eq "$(store_sql "SELECT error_class FROM kho.task WHERE error_class <> 'timed out'")" failed
}

test_the_limits_of_a_source_hold_over_all_servers() {
    new_served_project
    slow_source 20000
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

run_tests
