#!/bin/bash
# Runs that are interrupted, killed, or started twice.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# 20,000 rows behind a source that gives a batch every two seconds, the first ten loaded before.
new_slow_project() {
    new_project
    make_things 10
    expect_exit 0 kho run things
    rows=$(row_versions)
    source_sql "UPDATE thing SET name = 'changed' WHERE id < 4; DELETE FROM thing WHERE id = 10;
        INSERT INTO thing SELECT i, 'thing ' || i, i, NULL FROM generate_series(11, 20000) i"
    write_source civil "limits: {rows_per_second: 2000}"
}

# Starts the run and waits until it stands in the middle of its COPY into the store.
start_slowly() {
    "$KHO" -C "$P" run things >"$T/out" 2>"$T/err" &
    pid=$!
    wait_for store_sql "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '$STORE_DB'
        AND application_name = 'kho' AND query LIKE 'COPY%thing%STDIN%' OR datname = '$STORE_DB'
        AND application_name = 'kho' AND query LIKE 'COPY kho_stage%'"
}

# Waits until the server has noticed that kho is gone.
wait_for_silence() {
    wait_for store_sql "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = '$STORE_DB'
        AND application_name = 'kho'"
}

expect_end() { # code
    local code=0
    wait "$pid" || code=$?
    expect_eq "$code" "$1"
}

# Records and history without what names run and time, from an undisturbed and this store.
all_versions() {
    store_sql "SELECT _source, _key, name, amount, since, _valid_to = 'infinity'
        FROM test.thing_versions ORDER BY 1, 2, _valid_from"
}

interrupt_with() { # signal code
    new_slow_project
    start_slowly
    kill "-$1" "$pid"
    expect_end "$2"
    expect_error "interrupted"
    expect_eq "$(last_run "status || ' ' || (finished_at IS NOT NULL) || ' ' || (published_at IS NULL)")" \
        "interrupted true true"
    expect_eq "$(row_versions)" "$rows"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 0
    expect_eq "$(cd "$P" && find . -newer etl/sources/civil.yaml -type f)" ""
    wait_for_silence
    wait_for source_sql "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = '$SOURCE_DB'
        AND application_name LIKE 'kho%'"
}

test_an_interrupt_leaves_the_store_as_it_was() {
    # A shell without job control starts its children deaf to SIGINT; kho is to hear it.
    set -m
    interrupt_with INT 130
}

test_a_termination_leaves_the_store_as_it_was() {
    interrupt_with TERM 143
    write_source civil
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing")" 19999
}

test_a_killed_first_load_and_a_rerun_end_as_if_nothing_had_been() {
    new_project
    make_things 20000
    expect_exit 0 kho run things
    local undisturbed
    undisturbed=$(all_versions | md5sum)
    store_sql "DROP SCHEMA test CASCADE; DROP SCHEMA kho CASCADE; DROP SCHEMA IF EXISTS ref CASCADE" 2>"$T/notices"
    write_source civil "limits: {rows_per_second: 2000}"
    start_slowly
    kill -KILL "$pid"
    expect_end 137
    write_source civil
    wait_for_silence
    expect_exit 0 kho run things
    expect_eq "$(all_versions | md5sum)" "$undisturbed"
    expect_eq "$(store_sql "SELECT string_agg(status, ' ' ORDER BY run) FROM kho.run")" "died published"
    expect_eq "$(store_sql "SELECT count(*) FROM pg_index WHERE indrelid = 'test.thing'::regclass
        AND indisprimary")" 1
}

test_a_killed_later_load_and_a_rerun_end_as_if_nothing_had_been() {
    new_slow_project
    start_slowly
    kill -KILL "$pid"
    expect_end 137
    wait_for_silence
    expect_eq "$(row_versions)" "$rows"
    write_source civil
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT string_agg(status, ' ' ORDER BY run) FROM kho.run")" "published died published"
    expect_eq "$(last_run "concat_ws(' ', inserted, updated, deleted, unchanged)")" "19990 3 1 6"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 4
    expect_eq "$(store_sql "SELECT count(*) FROM pg_class WHERE relname LIKE 'kho_stage%'")" 0
}

test_a_kill_at_any_moment_changes_nothing_or_everything() {
    new_project
    make_things 3000
    expect_exit 0 kho run things
    local before after delay state pid
    before=$(all_versions | md5sum)
    source_sql "UPDATE thing SET name = 'changed' WHERE id % 3 = 0"
    for delay in 0.01 0.02 0.04 0.06 0.08 0.11 0.15; do
        "$KHO" -C "$P" run things >"$T/out" 2>"$T/err" &
        pid=$!
        sleep "$delay"
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" || true
        wait_for_silence
        state=$(all_versions | md5sum)
        if [ "$state" != "$before" ]; then
            expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 1000
        fi
    done
    expect_exit 0 kho run things
    after=$(store_sql "SELECT count(*) || ' ' || count(*) FILTER (WHERE name = 'changed') FROM test.thing")
    expect_eq "$after" "3000 1000"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 1000
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run WHERE status = 'running'")" 0
}

test_a_second_run_of_a_job_is_told_that_one_is_under_way() {
    new_slow_project
    start_slowly
    expect_exit 6 kho run things
    expect_error "run 2 of feed 'civil' into test.thing is under way"
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run")" 2
    kill -TERM "$pid"
    expect_end 143
}

# A later load whose COMMIT waits at the store's gate, and then ends as the trigger says.
start_to_commit() { # what the trigger does behind the gate; jobs...
    new_project
    make_things 10
    write_job others civil.public.thing "feed: others"
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'changed' WHERE id < 4"
    store_sql "CREATE FUNCTION public.at_commit() RETURNS trigger LANGUAGE plpgsql AS
        \$\$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); $1; END \$\$;
        CREATE CONSTRAINT TRIGGER at_commit AFTER UPDATE ON kho.run DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.status = 'published') EXECUTE FUNCTION public.at_commit()"
    close_gate store_sql
    "$KHO" -C "$P" run "${@:2}" >"$T/out" 2>"$T/err" &
    pid=$!
    wait_for store_sql "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '$STORE_DB'
        AND application_name = 'kho' AND query = 'COMMIT' AND wait_event_type = 'Lock'"
}

# The second signal would end the process: once the first has arrived, it is no longer caught.
has_taken_sigterm() {
    local caught
    caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$pid/status")
    [ $((0x$caught & 1 << 14)) != 0 ] || echo t
}

terminate_in_commit() { # code
    [ "$(has_taken_sigterm)" = "" ] || fail "it does not catch SIGTERM"
    kill -TERM "$pid"
    wait_for has_taken_sigterm
    open_gate
    expect_end "$1"
}

test_a_signal_under_the_last_commit_comes_too_late() {
    start_to_commit "RETURN NULL" things
    terminate_in_commit 0
    expect_output published
    expect_eq "$(cat "$T/err")" ""
    expect_eq "$(last_run "run || ' ' || status || ' ' || updated")" "2 published 3"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing WHERE name = 'changed'")" 3
}

test_a_signal_under_an_earlier_commit_keeps_the_later_jobs_from_running() {
    start_to_commit "RETURN NULL" things others
    terminate_in_commit 143
    expect_output published
    expect_error "interrupted by SIGTERM"
    expect_eq "$(last_run "run || ' ' || job || ' ' || status || ' ' || updated")" \
        "2 things published 3"
}

test_a_signal_under_a_commit_that_fails_is_no_excuse_for_it() {
    start_to_commit "RAISE 'no such luck'" things
    terminate_in_commit 1
    expect_error "no such luck"
    expect_error "committing run 2"
    expect_eq "$(last_run "run || ' ' || status || ' ' || error_class")" "2 failed failed"
    expect_eq "$(row_versions)" "$(store_sql "SELECT md5(string_agg(ctid || ' ' || xmin, ','
        ORDER BY _source, _key)) FROM test.thing WHERE _run = 1")"
}

run_tests
