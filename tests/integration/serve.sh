#!/bin/bash
# kho serve: due runs are made once, and people steer them.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"
# shellcheck source=tests/support/serve.sh
. "$(dirname "$0")/../support/serve.sh"

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

test_a_run_can_be_cancelled_and_is_not_tried_again() {
    new_served_project
    slow_source 20000
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
