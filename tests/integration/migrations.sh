#!/bin/bash
# Shared schemas change: the store's tables follow, and the history survives.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# A thing with two versions: one before `$before`, one after it.
old_project() {
    new_project
    make_things 20
    expect_exit 0 kho run things
    before=$(store_sql "SELECT now()")
    source_sql "UPDATE thing SET amount = 3.5, name = 'changed' WHERE id <= 3; DELETE FROM thing WHERE id = 4"
    expect_exit 0 kho run things
}

versions() { # columns
    store_sql "SELECT _key, $1, _valid_from, _valid_to FROM test.thing_versions ORDER BY 1, _valid_from"
}

at() { # columns
    store_sql "SELECT _key, $1 FROM test.thing_at('$before') ORDER BY 1"
}

ddl() {
    expect_exit 0 kho plan things
    sed -n '/changes the store/,$p' "$T/out"
}

test_plan_shows_the_ddl_and_changes_nothing() {
    new_project
    make_things 5
    sed -i.good 's/^store:.*/store: host=\/nowhere/' "$P/etl/warehouse.yaml"
    expect_exit 0 kho plan things
    expect_error "the store cannot be asked"
    expect_eq "$(grep -c 'CREATE TABLE' "$T/out")" 0
    mv "$P/etl/warehouse.yaml.good" "$P/etl/warehouse.yaml"
    [[ "$(ddl)" == *'CREATE TABLE "test"."thing_history"'* ]]
    expect_eq "$(store_sql "SELECT to_regclass('test.thing') IS NULL")" t
    expect_exit 0 kho run things
    expect_eq "$(ddl)" ""
    expect_exit 0 kho plan things --json
    expect_eq "$(json ddl)" ""
    write_schema "name: {type: text}" "amount: {type: \"decimal(12,2)\"}" "since: {type: date}" "more: {type: text}"
    [[ "$(ddl)" == *'ALTER TABLE "test"."thing" ADD COLUMN "more" text;'* ]]
    expect_eq "$(store_sql "SELECT count(*) FROM pg_attribute WHERE attname = 'more'")" 0
}

test_a_renamed_column_keeps_its_values_and_its_history() {
    old_project
    local earlier now
    earlier=$(versions name) now=$(at name)
    store_sql "CREATE VIEW public.mine AS SELECT _key, name FROM test.thing_versions" >/dev/null
    write_schema "title: {type: text, was: [label, name]}" "amount: {type: \"decimal(12,2)\"}" "since: {type: date}"
    write_job things civil.public.thing "map: {title: name}"
    [[ "$(ddl)" == *'RENAME COLUMN "name" TO "title"'* ]]
    expect_exit 0 kho run things
    expect_eq "$(last_run "concat_ws(' ', inserted, updated, unchanged)")" "0 0 19"
    expect_eq "$(versions title)" "$earlier"
    expect_eq "$(at title)" "$now"
    expect_eq "$(store_sql "SELECT count(DISTINCT name) FROM public.mine")" 21
    expect_eq "$(ddl)" ""
}

test_former_names_are_checked() {
    old_project
    write_schema "title: {type: text, was: name}" "name: {type: text}" "amount: {type: decimal}" "since: {type: date}"
    expect_exit 2 kho check
    expect_error "schemas/test.thing.yaml:5:"
    expect_error "'name' is a column of this schema: it cannot be what 'title' was"
    store_sql "ALTER TABLE test.thing ADD title text" >/dev/null
    write_schema "title: {type: text, was: name}" "amount: {type: \"decimal(12,2)\"}" "since: {type: date}"
    write_job things civil.public.thing "map: {title: name}"
    expect_exit 2 kho run things
    expect_error "test.thing has both columns 'name' and 'title' in the store"
}

test_a_type_is_widened_without_a_new_version() {
    old_project
    store_sql "CREATE ROLE ${STORE_DB}_analyst; CREATE ROLE ${STORE_DB}_clerk;
        GRANT SELECT ON test.thing_versions TO ${STORE_DB}_analyst;
        GRANT SELECT (name, since) ON test.thing_versions TO ${STORE_DB}_clerk;
        REVOKE EXECUTE ON FUNCTION test.thing_at(timestamptz) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION test.thing_at(timestamptz) TO ${STORE_DB}_analyst" >/dev/null
    local earlier now
    earlier=$(versions "amount::numeric(20,4), since") now=$(at "amount::numeric(20,4), since")
    write_schema "name: {type: text}" "amount: {type: \"decimal(20,4)\"}" "since: {type: partial_date}"
    write_job things civil.public.thing
    [[ "$(ddl)" == *'TYPE numeric(20,4)'* ]]
    expect_exit 0 kho run things
    expect_eq "$(last_run "concat_ws(' ', inserted, updated, unchanged)")" "0 0 19"
    expect_eq "$(versions "amount, since")" "$earlier"
    expect_eq "$(at "amount, since")" "$now"
    expect_eq "$(store_sql "SELECT has_table_privilege('${STORE_DB}_analyst', 'test.thing_versions', 'SELECT')
        AND has_function_privilege('${STORE_DB}_analyst', 'test.thing_at(timestamptz)', 'EXECUTE')
        AND has_column_privilege('${STORE_DB}_clerk', 'test.thing_versions', 'since', 'SELECT')
        AND NOT has_column_privilege('${STORE_DB}_clerk', 'test.thing_versions', 'amount', 'SELECT')
        AND NOT has_function_privilege('${STORE_DB}_clerk', 'test.thing_at(timestamptz)', 'EXECUTE')")" t
    store_sql "DROP OWNED BY ${STORE_DB}_analyst, ${STORE_DB}_clerk; DROP ROLE ${STORE_DB}_analyst, ${STORE_DB}_clerk" >/dev/null
    write_schema "name: {type: text}" "amount: {type: decimal}" "since: {type: partial_date}"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT format_type(atttypid, atttypmod) FROM pg_attribute
        WHERE attrelid = 'test.thing_history'::regclass AND attname = 'amount'")" numeric
}

test_a_type_is_never_narrowed() {
    old_project
    local type earlier
    earlier=$(versions amount)
    for type in "decimal(10,2)" "decimal(12,1)" "decimal(12,3)" integer text; do
        write_schema "name: {type: text}" "amount: {type: \"$type\"}" "since: {type: date}"
        expect_exit 2 kho run things
        expect_error "column 'amount' of test.thing is numeric(12,2) in the store, its schema says"
        expect_exit 0 kho plan things
        expect_error "that may lose values"
    done
    expect_eq "$(versions amount)" "$earlier"
}

test_a_removed_column_needs_leave() {
    old_project
    local earlier
    earlier=$(versions "name, amount")
    write_schema "name: {type: text}" "amount: {type: \"decimal(12,2)\"}"
    expect_exit 2 kho run things
    expect_error "column 'since' of test.thing stands in the store but not in its schema"
    expect_error "--allow-drop"
    expect_eq "$(versions "name, amount")" "$earlier"
    expect_exit 0 kho plan things --allow-drop
    expect_output 'ALTER TABLE "test"."thing_history" DROP COLUMN "since"'
    expect_exit 0 kho run things --allow-drop
    expect_eq "$(versions "name, amount")" "$earlier"
    expect_eq "$(store_sql "SELECT count(*) FROM pg_attribute WHERE attname = 'since'
        AND attrelid IN ('test.thing'::regclass, 'test.thing_history'::regclass)")" 0
    expect_exit 0 kho run things
}

test_an_empty_table_follows_its_schema_without_leave() {
    new_project
    make_things 5
    write_job things civil.public.thing "stop_if: {rejected: 0%, after_rows: 1}" "map: {since: \"date(name, 'YYYY')\"}"
    expect_exit 4 kho run things
    write_schema "name: {type: text}" "amount: {type: integer}"
    write_job things civil.public.thing "map: {amount: id}"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT sum(amount) FROM test.thing")" 15
}

test_what_an_analyst_made_is_not_broken() {
    old_project
    store_sql "CREATE VIEW public.mine AS SELECT amount FROM test.thing;
        CREATE VIEW public.names AS SELECT name FROM test.thing_history;
        CREATE VIEW public.now AS SELECT count(*) FROM test.thing_at(now());
        CREATE FUNCTION public.first() RETURNS test.thing_versions LANGUAGE sql
            AS 'SELECT * FROM test.thing_versions LIMIT 1'" >/dev/null
    write_schema "name: {type: text}" "amount: {type: decimal}" "since: {type: date}"
    expect_exit 2 kho run things
    expect_error "test.thing cannot be changed while others depend on it: function first(), view mine, view now"
    store_sql "DROP VIEW public.mine, public.now; DROP FUNCTION public.first()" >/dev/null
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT count(*) > 0 FROM public.names")" t
    # A column that has a new name and a new type is known by its old name.
    store_sql "CREATE VIEW public.mine AS SELECT amount FROM test.thing; CREATE ROLE ${STORE_DB}_clerk;
        GRANT SELECT (since, amount) ON test.thing_versions TO ${STORE_DB}_clerk" >/dev/null
    write_schema "name: {type: text}" "amount: {type: decimal}" "day: {type: partial_date, was: since}"
    write_job things civil.public.thing "map: {day: since}"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing WHERE day ~ '^20'") $(store_sql "SELECT count(*) > 0 FROM public.mine")" "19 t"
    expect_eq "$(store_sql "SELECT string_agg(attname, ' ' ORDER BY attname) FROM pg_attribute WHERE attnum > 0
        AND attrelid = 'test.thing_versions'::regclass
        AND has_column_privilege('${STORE_DB}_clerk', attrelid, attnum, 'SELECT')")" "amount day"
    store_sql "DROP OWNED BY ${STORE_DB}_clerk; DROP ROLE ${STORE_DB}_clerk" >/dev/null
}

run_tests
