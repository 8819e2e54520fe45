#!/bin/bash
# What happens when a department changes its table.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# A schema with `drift:` as given, over a table whose columns map themselves.
drift_project() { # drift
    new_project
    source_sql "CREATE TABLE thing (id integer PRIMARY KEY, name text, amount numeric, since date,
        unread text);
        INSERT INTO thing SELECT i, 'thing ' || i, i, '2020-01-01', 'x' FROM generate_series(1, 20) i"
    echo "drift: $1" >>"$P/schemas/test.thing.yaml"
    expect_exit 0 kho run things --json
    expect_eq "$(json drift)" "[]"
}

test_a_column_that_is_read_and_goes_stops_the_run_by_default() {
    drift_project "{}"
    source_sql "ALTER TABLE thing RENAME name TO ho_ten"
    local before
    before=$(records)
    expect_exit 4 kho run things --json
    expect_error "column 'name' is missing; nothing was read"
    expect_error "--accept drift"
    grep -qF '"drift":[{"column":"ho_ten","change":"new","was":null,"is":"text"},{"column":"name","change":"missing","was":"text","is":null}]' "$T/out"
    expect_eq "$(records)" "$before"
    expect_eq "$(last_run status)" stopped
    expect_exit 4 kho run things
    source_sql "ALTER TABLE thing RENAME ho_ten TO name"
    expect_exit 0 kho run things
    expect_eq "$(records)" "$before"
}

test_a_new_column_is_reported_once() {
    drift_project "{}"
    source_sql "ALTER TABLE thing ADD extra integer"
    expect_exit 0 kho run things
    expect_error "the source has changed: column 'extra' is new"
    expect_exit 0 kho run things
    expect_eq "$(wc -c <"$T/err")" 0
}

test_a_changed_type_stops_if_the_column_is_read_and_else_is_reported() {
    drift_project "{}"
    source_sql "ALTER TABLE thing ALTER unread TYPE varchar(20)"
    expect_exit 0 kho run things
    expect_error "column 'unread' was text and is character varying(20)"
    source_sql "ALTER TABLE thing ALTER amount TYPE integer"
    expect_exit 4 kho run things
    expect_error "column 'amount' was numeric and is integer"
    expect_exit 4 kho run things --full
}

test_the_schema_says_what_stops() {
    drift_project "{new_column: stop, missing_column: report, type_change: report}"
    source_sql "ALTER TABLE thing ALTER amount TYPE integer, DROP unread, DROP since"
    expect_exit 0 kho run things
    expect_error "column 'since' is missing"
    expect_error "column 'unread' is missing"
    expect_error "column 'amount' was numeric and is integer"
    expect_eq "$(store_sql "SELECT count(since) FROM test.thing")" 0
    source_sql "ALTER TABLE thing ADD since date"
    expect_exit 4 kho run things
    expect_error "column 'since' is new; nothing was read"
}

run_tests
