#!/bin/bash
# Stores of other versions of kho, and schemas that change under their tables.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# All that the catalogue says of the store's own tables and the records' tables.
catalogue() {
    store_sql "SELECT md5(string_agg(c::text, ',' ORDER BY c::text)) FROM (SELECT relnamespace::regnamespace,
        relname, relkind, attname, atttypid, atttypmod FROM pg_class r JOIN pg_attribute ON attrelid = r.oid
        WHERE relnamespace::regnamespace::text IN ('kho', 'test', 'ref') AND attnum > 0) c"
}

new_loaded_project() {
    new_project
    make_things 10
    expect_exit 0 kho run things
    before=$(catalogue)
    rows=$(row_versions)
}

expect_refusal() { # message...: exit 2, nothing changed
    expect_exit 2 kho run things
    local part
    for part in "$@"; do
        expect_error "$part"
    done
    expect_eq "$(catalogue)" "$before"
    expect_eq "$(row_versions)" "$rows"
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run")" 1
}

test_an_empty_database_becomes_a_store() {
    STORE_TEMPLATE=template0 new_project
    make_things 3
    expect_eq "$(store_sql "SELECT to_regnamespace('kho') IS NULL")" t
    expect_exit 0 kho status
    expect_output "things  never run"
    expect_eq "$(store_sql "SELECT count(*) FROM kho.migration WHERE name = '0001_ledger.sql'")" 1
    expect_exit 0 kho run things
}

test_an_older_store_is_brought_up_to_date() {
    new_loaded_project
    # A store from before the first migration: the table of migrations, and nothing in it.
    store_sql "DROP SCHEMA kho CASCADE; CREATE SCHEMA kho AUTHORIZATION keeper; SET ROLE keeper;
        CREATE TABLE kho.migration (name text PRIMARY KEY, sha256 text NOT NULL,
        applied_at timestamptz NOT NULL, kho_version text NOT NULL)" 2>"$T/notices"
    expect_exit 0 kho --json run things
    expect_eq "$(json unchanged)" 10
    expect_eq "$(row_versions)" "$rows"
    expect_eq "$(store_sql "SELECT count(*) > 0 FROM kho.migration")" t
}

test_a_newer_store_is_left_alone() {
    new_loaded_project
    store_sql "INSERT INTO kho.migration VALUES ('9999_future.sql', 'x', now(), '9.9')"
    expect_refusal "the store was made by a newer kho: it has migration 9999_future.sql" "upgrade kho"
    expect_exit 2 kho status
    expect_exit 2 kho export
}

test_a_store_whose_migration_differs_is_left_alone() {
    new_loaded_project
    store_sql "UPDATE kho.migration SET sha256 = repeat('0', 64) WHERE name = '0001_ledger.sql'"
    expect_refusal "the store's migration 0001_ledger.sql is not the one that kho"
}

test_several_kho_make_one_store_of_an_empty_database() {
    new_project
    make_things 3
    local pids=() pid
    for _ in 1 2 3 4; do
        kho status >"$T/out.$_" 2>&1 &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || { cat "$T"/out.*; fail "one of them failed"; }
    done
    expect_eq "$(store_sql "SELECT count(*) = count(DISTINCT name) FROM kho.migration")" t
}

test_a_new_column_arrives_and_the_history_stays() {
    new_loaded_project
    source_sql "UPDATE thing SET name = 'changed' WHERE id = 1"
    expect_exit 0 kho run things
    source_sql "ALTER TABLE thing ADD note text; UPDATE thing SET note = 'noted' WHERE id = 2"
    write_schema "name: {type: text}" "note: {type: text, title: A note}" "amount: {type: \"decimal(12,2)\"}" \
        "since: {type: date}"
    expect_exit 0 kho --json run things
    expect_eq "$(json updated) $(json unchanged)" "1 9"
    expect_eq "$(store_sql "SELECT note FROM test.thing WHERE _key = '2'")" noted
    expect_eq "$(store_sql "SELECT string_agg(name || coalesce(note, '-'), ' ' ORDER BY name) FROM test.thing_history")" \
        "thing 1- thing 2-"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_at('infinity'::timestamptz) WHERE note = 'noted'")" 0
    expect_eq "$(store_sql "SELECT note FROM test.thing_at(now()) WHERE _key = '2'")" noted
    expect_eq "$(store_sql "SELECT col_description('test.thing'::regclass, attnum) FROM pg_attribute
        WHERE attrelid = 'test.thing'::regclass AND attname = 'note'")" "A note"
}

test_a_column_that_left_the_schema_is_refused() {
    new_loaded_project
    write_schema "name: {type: text}" "since: {type: date}"
    expect_refusal "column 'amount' of test.thing stands in the store but not in its schema" \
        "put it back into schemas/test.thing.yaml"
}

test_a_column_of_another_type_is_refused() {
    new_loaded_project
    write_schema "name: {type: text}" "amount: {type: integer}" "since: {type: date}"
    expect_refusal "column 'amount' of test.thing is numeric(12,2) in the store, its schema says bigint"
}

run_tests
