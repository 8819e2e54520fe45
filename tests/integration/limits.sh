#!/bin/bash
# Limits: what stops a run before it commits, and how a person goes on once; runs without a trace.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

limited_project() { # rows limits
    new_project
    make_things "$1"
    write_job things civil.public.thing "stop_if: {$2}"
    expect_exit 0 kho run things
}

expect_stop() { # message word: then that word lets it pass
    local before
    before=$(row_versions)
    expect_exit 4 kho --json run things
    expect_error "$1"
    expect_error "\`kho run things --accept $2\` goes on this once"
    expect_eq "$(json status) $(last_run status)" "stopped stopped"
    expect_eq "$(row_versions)" "$before"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 0
}

test_a_mass_change_stops_the_run_and_may_be_accepted_once() {
    limited_project 100 "changed: 10%, after_rows: 1"
    source_sql "UPDATE thing SET name = 'all of them ' || id WHERE id <= 11"
    expect_stop "changed 11 of 100 rows (11.0 %), the limit is 10.0 %; nothing was published" changed
    expect_exit 0 kho --json run things --accept changed
    expect_eq "$(json updated) $(json accepted)" '11 ["changed"]'
    expect_eq "$(last_run accepted)" changed
    expect_exit 0 kho show "$(last_run run)"
    expect_output "accepted     changed"
    source_sql "UPDATE thing SET name = 'again ' || id WHERE id <= 11"
    expect_exit 4 kho run things
    expect_eq "$(last_run "accepted IS NULL")" t
    source_sql "UPDATE thing SET name = 'all of them ' || id WHERE id = 11"
    expect_exit 0 kho --json run things
    expect_eq "$(json updated) $(json accepted)" "10 []"
}

test_by_default_a_mass_change_is_let_pass() {
    limited_project 1000 "rejected: 2%"
    source_sql "UPDATE thing SET name = 'all of them ' || id"
    expect_exit 0 kho run things
    expect_eq "$(last_run updated)" 1000
}

test_a_column_that_falls_empty_stops_the_run_and_is_named() {
    limited_project 1000 "deleted: none"
    source_sql "UPDATE thing SET since = NULL WHERE id <= 301; UPDATE thing SET amount = NULL WHERE id <= 20"
    expect_stop "column 'since' is empty in 30.1 % of the rows, before in 0.0 %, the limit is 30.0 % more" nulls
    expect_exit 0 kho run things --accept nulls
    expect_eq "$(last_run updated)" 301
    # Another 30 % from here, also by rows that come anew.
    source_sql "INSERT INTO thing SELECT i, 'more', 1, NULL FROM generate_series(2001, 3000) i"
    expect_exit 4 kho run things
    expect_error "column 'since' is empty in 65.0 % of the rows, before in 30.1 %"
    source_sql "DELETE FROM thing WHERE id > 2600"
    expect_exit 0 kho run things
}

test_a_column_emptied_by_deleted_rows_stops_the_run() {
    limited_project 1000 "shrink: none, deleted: none, nulls: 5%"
    source_sql "UPDATE thing SET since = NULL WHERE id <= 40"
    expect_exit 0 kho run things
    source_sql "DELETE FROM thing WHERE id > 200; UPDATE thing SET name = 'x' WHERE id = 1"
    expect_exit 4 kho run things
    expect_error "column 'since' is empty in 20.0 % of the rows, before in 4.0 %, the limit is 5.0 % more"
}

test_a_window_of_changes_is_judged_by_changed_and_nulls_too() {
    new_project
    make_things 1000
    write_job things civil.public.thing "pull: changes" "stop_if: {changed: 50%}"
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET since = NULL WHERE id <= 400"
    expect_stop "column 'since' is empty in 40.0 % of the rows" nulls
    source_sql "UPDATE thing SET name = 'other' WHERE id <= 600"
    expect_stop "changed 600 of 1000 rows (60.0 %), the limit is 50.0 %" changed,nulls
    expect_exit 0 kho run things --accept=changed,nulls
    expect_eq "$(last_run "pull || ' ' || updated")" "changes 600"
}

test_an_empty_source_never_empties_a_small_store() {
    local pull
    for pull in full changes; do
        new_project
        make_things 5
        write_job things civil.public.thing "pull: $pull" "stop_if: {rejected: 2%}"
        expect_exit 0 kho run things
        source_sql "DELETE FROM thing"
        expect_exit 4 kho run things
        expect_error "shrunk by 5 of 5 rows (100.0 %), the limit is 20.0 %"
        expect_error "--accept shrink"
        expect_eq "$(store_sql "SELECT count(*) FROM test.thing")" 5
        expect_exit 0 kho run things --accept shrink
        expect_eq "$(store_sql "SELECT count(*) FROM test.thing")" 0
    done
}

test_all_limits_that_are_passed_stand_in_the_hint() {
    limited_project 100 "shrink: 20%, deleted: 5%, after_rows: 1"
    source_sql "DELETE FROM thing WHERE id > 50"
    expect_stop "shrunk by 50 of 100 rows (50.0 %)" shrink,deleted
    expect_exit 4 kho run things --accept shrink
    expect_error "deleted 50 of 100 rows (50.0 %), the limit is 5.0 %"
    expect_error "--accept shrink,deleted"
    expect_exit 0 kho --json run things --accept "deleted, shrink"
    expect_eq "$(json deleted)" 50
    expect_output '"accepted":["shrink","deleted"]'
    expect_eq "$(last_run accepted)" shrink,deleted
}

test_a_first_load_is_judged_by_its_rejects_alone() {
    new_project
    make_things 100
    source_sql "UPDATE thing SET since = NULL; ALTER TABLE thing ALTER amount TYPE text;
        UPDATE thing SET amount = 'none' WHERE id <= 3"
    write_job things civil.public.thing "stop_if: {after_rows: 1, changed: 0%, nulls: 0%, deleted: 0%}"
    expect_exit 4 kho run things
    expect_error "rejected 3 of 100 rows (3.0 %), the limit is 2.0 %"
    expect_exit 0 kho run things --accept rejected
    expect_eq "$(last_run "inserted || ' ' || rejected")" "97 3"
}

test_an_unknown_word_is_no_limit() {
    new_project
    make_things 1
    expect_exit 2 kho run things --accept shrink,delete
    expect_error "--accept does not know 'delete'"
    expect_error "did you mean 'deleted'?"
    expect_exit 2 kho run things --accept ""
    expect_exit 0 kho --json run things --accept drift
    expect_eq "$(json accepted)" '["drift"]'
}

# All that a store holds: its tables, its rows and where its numbers stand, except those of rejects:
# a sequence does not roll back.
store_dump() {
    pg_dump -h "$store_socket" -U postgres -d "$STORE_DB" | grep -vE "restrict |setval.*reject_reject_seq"
}

expect_no_trace() { # exit-code arguments...
    local before
    before=$(store_dump)
    expect_exit "$1" kho --json run things --dry-run "${@:2}"
    [ "$(store_dump)" = "$before" ] || {
        diff <(echo "$before") <(store_dump)
        fail "the store has changed"
    }
}

test_a_dry_run_tells_what_a_run_would_do_and_leaves_no_trace() {
    new_project
    make_things 3000
    source_sql "ALTER TABLE thing ALTER amount TYPE text;
        UPDATE thing SET amount = 'none' WHERE id <= 1500"
    # A store that knows nothing of the schema yet.
    expect_exit 0 kho status
    expect_no_trace 0
    expect_eq "$(json status) $(json run) $(json inserted) $(json rejected) $(json kind)" \
        "dry run null 1500 1500 full"
    expect_eq "$(json source)" civil
    expect_exit 0 kho run things --dry-run
    expect_output "dry run"
    expect_output "1500 rows equal"
    expect_eq "$(store_sql "SELECT to_regclass('test.thing') IS NULL")" t
    expect_exit 0 kho run things
    expect_eq "$(last_run "run || ' ' || inserted || ' ' || rejected")" "1 1500 1500"
    source_sql "DELETE FROM thing WHERE id > 2990; UPDATE thing SET name = 'x' WHERE id > 2985;
        INSERT INTO thing VALUES (4000, 'new', '1', NULL), (4001, 'bad', 'none', NULL);
        UPDATE thing SET amount = 'other' WHERE id <= 1400; UPDATE thing SET amount = '1' WHERE id = 1500"
    expect_no_trace 0
    expect_eq "$(json inserted) $(json updated) $(json deleted) $(json rejected)" "2 5 10 1500"
    expect_exit 0 kho --json run things
    expect_eq "$(json run) $(json inserted) $(json updated) $(json deleted) $(json rejected)" \
        "2 2 5 10 1500"
}

test_a_dry_run_of_a_window_and_of_a_feed_into_a_full_dataset_leave_no_trace() {
    new_project
    make_things 100
    write_job things civil.public.thing "pull: changes"
    write_job second civil.public.thing "feed: second"
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'x' WHERE id <= 7; DELETE FROM thing WHERE id = 100"
    expect_no_trace 0
    expect_eq "$(json made) $(json updated) $(json deleted)" "changes 7 1"
    # A table whose key cannot be dropped takes rows the other way.
    store_sql "TRUNCATE test.thing, kho.run, test.thing_history;
        CREATE VIEW counted AS SELECT _key, _source, name FROM test.thing GROUP BY _key, _source"
    expect_no_trace 0 second
    expect_eq "$(json inserted)" 99
}

test_a_dry_run_stops_at_limits_and_takes_accept() {
    limited_project 100 "deleted: 5%, after_rows: 1"
    source_sql "DELETE FROM thing WHERE id <= 10"
    expect_no_trace 4
    expect_error "deleted 10 of 100 rows (10.0 %), the limit is 5.0 %"
    expect_eq "$(json status) $(json run)" "stopped null"
    expect_no_trace 0 --accept deleted
    expect_eq "$(json status) $(json deleted)" "dry run 10"
}

test_two_dry_runs_at_once_do_not_wait_for_each_other() {
    new_project
    make_things 100
    write_job second civil.public.thing "feed: second"
    expect_exit 0 kho run
    close_gate source_sql
    source_sql "CREATE VIEW gated AS SELECT thing.* FROM thing, pg_advisory_lock(7)"
    write_job things civil.public.gated
    kho run things --dry-run >"$T/first" 2>&1 &
    wait_for source_sql "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    expect_exit 0 kho run second --dry-run
    expect_exit 0 kho run second
    expect_exit 6 kho run things
    open_gate
    wait $!
}

run_tests
