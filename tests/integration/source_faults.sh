#!/bin/bash
# Sources that are away, refuse, are not what the job says, or die while they are read.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

expect_failed_run() { # status error_class: and nothing of the store's records was touched
    expect_eq "$(last_run "status || ' ' || error_class || ' ' || (finished_at IS NOT NULL)")" \
        "$1 $2 true"
    expect_eq "$(row_versions)" "$rows"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 0
}

# A project whose store has the ten records of a first run.
new_loaded_project() {
    new_project
    make_things 10
    expect_exit 0 kho run things
    rows=$(row_versions)
}

test_a_source_without_a_server_is_unreachable() {
    new_loaded_project
    sed -i "s|host=$source_socket|host=$T|" "$P/etl/sources/civil.yaml"
    expect_exit 5 kho run things
    expect_error "No such file or directory"
    expect_error "talking to source civil"
    expect_error "in job things"
    expect_failed_run failed unreachable
}

test_an_unreachable_source_is_tried_again() {
    new_loaded_project
    sed -i "s|host=$source_socket|host=$T|" "$P/etl/sources/civil.yaml"
    sed -i 's/^retry:.*/retry: {times: 2, wait: 0s}/' "$P/etl/jobs/things.yaml"
    expect_exit 5 kho run things
    expect_error "trying again in 0 s (2 of 2)"
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run WHERE status = 'failed'")" 3
}

test_a_wrong_password_is_a_matter_of_configuration_and_is_not_shown() {
    new_loaded_project
    echo not-the-pass-word >"$P/keys/reader"
    expect_exit 2 kho -v run things
    expect_error 'password authentication failed for user "reader"'
    expect_failed_run failed configuration
    ! grep -r not-the-pass-word "$T/out" "$T/err" || fail "the password was shown"
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run r WHERE r::text LIKE '%not-the-pass%'")" 0
}

test_a_missing_database_is_named() {
    new_loaded_project
    sed -i "s|dbname=$SOURCE_DB|dbname=no_such_one|" "$P/etl/sources/civil.yaml"
    expect_exit 2 kho run things
    expect_error 'database "no_such_one" does not exist'
    expect_failed_run failed configuration
}

test_a_missing_table_is_named() {
    new_loaded_project
    write_job things civil.public.thnig
    expect_exit 2 kho run things
    expect_error 'relation "public.thnig" does not exist'
    expect_failed_run failed configuration
}

test_a_table_that_may_not_be_read_is_named() {
    new_loaded_project
    source_sql "REVOKE SELECT ON thing FROM reader"
    expect_exit 2 kho run things
    expect_error 'permission denied for table thing'
    expect_failed_run failed configuration
}

test_a_missing_column_of_the_mapping_is_named_with_the_nearest() {
    new_loaded_project
    write_job things civil.public.thing "map: {name: nam}"
    expect_exit 2 kho run things
    expect_error "etl/jobs/things.yaml:"
    expect_error "'nam'"
    expect_error "did you mean 'name'?"
    expect_failed_run failed configuration
}

test_a_missing_column_of_the_key_is_named_with_the_nearest() {
    new_loaded_project
    write_job things civil.public.thing "key: idd"
    expect_exit 2 kho run things
    expect_error "column 'idd' does not exist in civil.public.thing"
    expect_error "did you mean 'id'?"
    expect_failed_run failed configuration
}

test_a_value_of_the_wrong_type_rejects_its_row_only() {
    new_project
    source_sql "CREATE TABLE thing (id integer, name text, amount text, since text);
        INSERT INTO thing VALUES (1, 'a', '12.50', '2020-02-29'), (2, 'b', 'twelve', '2020-02-28'),
        (3, 'c', '13', '2021-02-29')"
    expect_exit 0 kho --json run things
    expect_eq "$(json inserted) $(json rejected)" "1 2"
    expect_eq "$(store_sql "SELECT string_agg(key || ' ' || column_name || ' ' || state, ', ' ORDER BY key)
        FROM kho.reject WHERE severity = 'reject'")" "2 amount open, 3 since open"
    expect_eq "$(store_sql "SELECT raw ->> 'amount' FROM kho.reject WHERE key = '2'")" twelve
}

test_a_query_over_its_time_limit_fails() {
    new_loaded_project
    source_sql "CREATE VIEW slow AS SELECT t.*, pg_sleep(1)::text AS slept FROM thing t"
    write_source civil "limits: {statement_timeout: 200ms}"
    write_job things civil.slow
    sed -i 's/^retry/map: {name: slept}\nretry/' "$P/etl/jobs/things.yaml"
    expect_exit 1 kho run things
    expect_error "canceling statement due to statement timeout"
    expect_failed_run failed failed
}

test_a_server_that_dies_under_the_reader_leaves_the_store_as_it_was() {
    new_loaded_project
    # Wide rows, so that the server cannot have sent them all while the reader is polite.
    source_sql "INSERT INTO thing SELECT i, repeat('x', 3000), 1, NULL
        FROM generate_series(11, 20000) i"
    write_source civil "limits: {rows_per_second: 1000}"
    timeout 60 "$KHO" -C "$P" run things >"$T/out" 2>"$T/err" &
    local pid=$! code=0
    wait_for source_sql "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '$SOURCE_DB'
        AND application_name = 'kho things' AND query LIKE 'COPY%' AND wait_event = 'ClientWrite'"
    source_sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = '$SOURCE_DB' AND application_name = 'kho things'"
    wait "$pid" || code=$?
    expect_eq "$code" 5
    expect_error "reading civil.public.thing after"
    expect_failed_run failed unreachable
    write_source civil
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing")" 20000
}

test_a_store_that_drops_the_connection_leaves_its_records_as_they_were() {
    new_loaded_project
    source_sql "INSERT INTO thing SELECT i, 'new', 1, NULL FROM generate_series(11, 20000) i"
    write_source civil "limits: {rows_per_second: 2000}"
    timeout 60 "$KHO" -C "$P" run things >"$T/out" 2>"$T/err" &
    local pid=$! code=0
    wait_for store_sql "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '$STORE_DB'
        AND application_name = 'kho' AND query LIKE 'COPY kho_stage%'"
    store_sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = '$STORE_DB' AND application_name = 'kho'" >"$T/terminated"
    wait "$pid" || code=$?
    expect_eq "$code" 5
    expect_error "talking to the store"
    expect_eq "$(row_versions)" "$rows"
    write_source civil
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing")" 20000
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run WHERE status IN ('running')")" 0
}

test_a_store_that_is_away_is_unreachable() {
    new_project
    make_things 1
    sed -i "s|host=$store_socket|host=$T|" "$P/etl/warehouse.yaml"
    expect_exit 5 kho run things
    expect_error "talking to the store"
}

run_tests
