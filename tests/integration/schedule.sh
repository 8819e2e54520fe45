#!/bin/bash
# What people see of the calendar: kho next.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# A project that is never connected to anything.
offline_project() { # zone, then lines of the job `things`
    P=$T/project
    mkdir -p "$P/etl/sources" "$P/etl/jobs" "$P/schemas"
    printf 'warehouse: test\ntimezone: %s\nstore: postgres://nobody@localhost:1/none\n' "$1" \
        >"$P/etl/warehouse.yaml"
    printf 'source: civil\nconnect: postgres://reader@localhost:1/none\n' >"$P/etl/sources/civil.yaml"
    printf 'schema: test.thing\nversion: 1\ntitle: A thing\ncolumns:\n  name: {type: text}\n' \
        >"$P/schemas/test.thing.yaml"
    write_job things civil.public.thing "${@:2}"
}

test_the_coming_runs_are_told_in_zone_and_utc() {
    offline_project Asia/Ho_Chi_Minh 'schedule: "30 1 * * mon"'
    expect_exit 0 kho next things -n 2 --from "2026-01-05 01:30"
    expect_eq "$(cat "$T/out")" "job     due                        utc                        note
things  2026-01-05 01:30:00+07:00  2026-01-04 18:30:00+00:00     -
things  2026-01-12 01:30:00+07:00  2026-01-11 18:30:00+00:00     -"
    expect_exit 0 kho next --from 2026-01-06 --json -n 1
    expect_eq "$(cat "$T/out")" '{"job":"things","due":"2026-01-12 01:30:00+07:00","utc":"2026-01-11T18:30:00.000000Z","skipped":0,"note":null}'
}

test_what_the_clock_and_the_hours_do_to_a_run_is_told() {
    offline_project Europe/Berlin 'schedule: "*/30 2 * * *"'
    expect_exit 0 kho next things -n 1 --from 2026-03-29
    expect_output "2026-03-29 03:00:00+02:00  2026-03-29 01:00:00+00:00  02:00 is skipped by the clock; 1 more due then is skipped"
    expect_exit 0 kho next things -n 1 --from 2026-10-25
    expect_output "2026-10-25 02:00:00+02:00  2026-10-25 00:00:00+00:00  02:00 comes twice: the second is skipped"
    write_source civil "limits: {hours: \"22:00-01:00\"}"
    expect_exit 0 kho next things -n 1 --from 2026-06-01
    expect_output "2026-06-01 22:00:00+02:00  2026-06-01 20:00:00+00:00  due at 2026-06-01 02:00, waits for the hours of source civil; 1 more due then is skipped"
}

test_mistakes_of_kho_next_are_told() {
    offline_project UTC
    expect_exit 2 kho next
    expect_error "there is no schedule"
    expect_exit 2 kho next things
    expect_error "job things has no schedule"
    expect_exit 2 kho next thigns
    expect_error "did you mean 'things'?"
    expect_exit 2 kho next -n 0
    expect_error "-n takes a number of at least 1, not '0'"
    local bad
    for bad in tomorrow 2026-02-30 "2026-01-01 24:00" "2026-01-01 10:60" "2026-01-01 1:00" 2026/01/01; do
        expect_exit 2 kho next --from "$bad"
        expect_error "--from takes a time as 2026-03-28 or \"2026-03-28 01:00\", not '$bad'"
    done
}

run_tests
