#!/bin/bash
# Rows that are not loaded: rejects, duplicate keys, limits, bytes that are no text.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# A source without a primary key and without types that could refuse anything.
new_loose_project() {
    new_project
    source_sql "CREATE TABLE thing (id text, name text, amount text, since text);
        INSERT INTO thing SELECT i, 'thing ' || i, i, '2020-01-01' FROM generate_series(1, 10) i"
}

expect_counts() { # read inserted updated deleted unchanged rejected stale
    expect_eq "$(last_run "concat_ws(' ', read, inserted, updated, deleted, unchanged, rejected, stale)")" \
        "$*"
    expect_sums
}

open_rejects() {
    store_sql "SELECT string_agg(concat_ws(' ', coalesce(key, '-'), rule, column_name), ', '
        ORDER BY key, rule) FROM kho.reject WHERE state = 'open'"
}

test_an_empty_table_is_published_as_no_rows() {
    new_loose_project
    source_sql "DELETE FROM thing"
    expect_exit 0 kho run things
    expect_counts 0 0 0 0 0 0 0
    expect_exit 0 kho run things
    expect_eq "$(last_run status)" published
}

test_a_table_that_became_empty_stops_the_run() {
    new_loose_project
    sed -i 's/^stop_if:.*/stop_if: {shrink: 20%}/' "$P/etl/jobs/things.yaml"
    expect_exit 0 kho run things
    local rows
    rows=$(row_versions)
    source_sql "DELETE FROM thing"
    expect_exit 4 kho run things
    expect_error "the source is empty: shrunk by 10 of 10 rows (100.0 %), the limit is 20.0 %; nothing was published"
    expect_error "raise \`stop_if\` of job things"
    expect_eq "$(last_run "status || ' ' || error_class")" "stopped stopped by a limit"
    expect_eq "$(row_versions)" "$rows"
}

test_shrinking_and_deleting_over_the_limit_stop_the_run() {
    new_loose_project
    sed -i 's/^stop_if:.*/stop_if: {shrink: 20%, deleted: 15%, after_rows: 1}/' "$P/etl/jobs/things.yaml"
    expect_exit 0 kho run things
    local rows
    rows=$(row_versions)
    source_sql "DELETE FROM thing WHERE id::int > 7"
    expect_exit 4 kho run things
    expect_error "shrunk by 3 of 10 rows (30.0 %), the limit is 20.0 %"
    expect_eq "$(row_versions)" "$rows"
    source_sql "INSERT INTO thing VALUES ('8', 'thing 8', '8', '2020-01-01')"
    expect_exit 4 kho run things
    expect_error "deleted 2 of 10 rows (20.0 %), the limit is 15.0 %"
    expect_eq "$(row_versions)" "$rows"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 0
    sed -i 's/^stop_if:.*/stop_if: {shrink: 20%, deleted: 20%, after_rows: 1}/' "$P/etl/jobs/things.yaml"
    expect_exit 0 kho run things
    expect_counts 8 0 0 2 8 0 0
}

test_rejects_over_the_limit_stop_the_run_and_can_be_read() {
    new_loose_project
    sed -i 's/^stop_if:.*/stop_if: {rejected: 10%, after_rows: 1}/' "$P/etl/jobs/things.yaml"
    source_sql "UPDATE thing SET amount = 'none' WHERE id IN ('1', '2')"
    expect_exit 4 kho run things
    expect_error "rejected 2 of 10 rows (20.0 %), the limit is 10.0 %"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing")" 0
    expect_eq "$(store_sql "SELECT string_agg(key || (raw ->> 'amount'), ' ' ORDER BY key)
        FROM kho.reject_incoming WHERE run = 1")" "1none 2none"
    expect_exit 0 kho show 1
    expect_output "reject"
    expect_output "amount"
    source_sql "UPDATE thing SET amount = '1' WHERE id = '1'"
    expect_exit 0 kho run things
    expect_counts 10 9 0 0 0 1 0
    expect_eq "$(store_sql "SELECT count(*) FROM kho.reject_incoming")" 0
}

test_a_row_without_key_is_rejected() {
    new_loose_project
    source_sql "INSERT INTO thing VALUES (NULL, 'nameless', '1', NULL), (NULL, 'another', '2', NULL),
        (repeat('k', 1001), 'long', '3', NULL)"
    expect_exit 0 kho run things
    expect_counts 13 10 0 0 0 3 0
    expect_eq "$(open_rejects)" "- key, - key, - key"
    expect_exit 0 kho run things
    expect_counts 13 0 0 0 10 3 0
    expect_eq "$(store_sql "SELECT count(*) FROM kho.reject")" 3
}

test_duplicate_keys_are_rejected_in_a_first_load() {
    new_loose_project
    source_sql "INSERT INTO thing SELECT * FROM thing WHERE id = '2';
        INSERT INTO thing VALUES ('3', 'another', '3', NULL)"
    expect_exit 0 kho run things
    expect_counts 12 8 0 0 0 4 0
    expect_eq "$(open_rejects)" "2 duplicate_key, 3 duplicate_key"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing WHERE _key IN ('2', '3')")" 0
    expect_eq "$(store_sql "SELECT count(*) FROM pg_index WHERE indrelid = 'test.thing'::regclass
        AND indisprimary")" 1
    expect_exit 0 kho run things
    expect_counts 12 0 0 0 8 4 0
    source_sql "DELETE FROM thing WHERE name = 'another'; DELETE FROM thing WHERE id = '2'"
    expect_exit 0 kho run things
    expect_counts 9 1 0 0 8 0 0
    expect_eq "$(open_rejects)" ""
}

test_a_column_may_have_any_name_beside_duplicate_keys() {
    new_project
    source_sql "CREATE TABLE thing (id text, t text, p text, s text, d text, k text, _t text);
        INSERT INTO thing VALUES ('1', 'a'), ('1', 'b'), ('2', 'c')"
    write_schema "t: {type: text}" "p: {type: text}" "s: {type: text}" "d: {type: text}" "k: {type: text}"
    write_job things civil.public.thing
    expect_exit 0 kho run things
    expect_counts 3 1 0 0 0 2 0
    source_sql "INSERT INTO thing VALUES ('3', 'd'), ('3', 'e')"
    expect_exit 0 kho run things
    expect_counts 5 0 0 0 1 4 0
}

# Every key is another one: what goes is told from what comes by sets, not row by row.
test_many_deletions_beside_many_insertions_take_no_long_time() {
    new_project
    make_things 40000
    write_job things civil.public.thing
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET id = id + 1000000 WHERE id <= 30000"
    expect_exit 0 kho run things
    expect_counts 40000 30000 0 30000 10000 0 0
    expect_eq "$(last_run "finished_at - started_at < interval '20 s'")" t
}

test_duplicate_keys_in_a_later_load_keep_the_older_version() {
    new_loose_project
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'twin' WHERE id = '4';
        INSERT INTO thing VALUES ('4', 'other twin', '4', NULL), ('5', 'rival', '5', NULL);
        INSERT INTO thing SELECT * FROM thing WHERE id = '6'"
    expect_exit 0 kho run things
    expect_sums
    expect_eq "$(last_run "read || ' ' || inserted || ' ' || updated || ' ' || deleted")" "13 0 0 0"
    expect_eq "$(store_sql "SELECT string_agg(name, ', ' ORDER BY _key) FROM test.thing
        WHERE _key IN ('4', '5', '6')")" "thing 4, thing 5, thing 6"
    expect_eq "$(open_rejects)" "4 duplicate_key, 5 duplicate_key, 6 duplicate_key"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 0
}

# A job whose rows a rule rejects: an amount below nought.
new_ruled_project() {
    new_loose_project
    write_schema "name: {type: text}" "amount: {type: \"decimal(12,2)\"}" "since: {type: date}"
    printf 'rules:\n  not_negative: {check: amount >= 0}\n' >>"$P/schemas/test.thing.yaml"
}

test_a_key_half_of_whose_rows_break_a_rule_is_not_loaded_into_an_empty_dataset() {
    new_ruled_project
    source_sql "INSERT INTO thing VALUES ('2', 'bad twin', '-2', NULL);
        INSERT INTO thing VALUES ('3', 'good twin', '3', NULL), ('3', 'bad twin', '-3', NULL)"
    expect_exit 0 kho run things
    expect_counts 13 8 0 0 0 5 0
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing WHERE _key IN ('2', '3')")" 0
    expect_eq "$(open_rejects)" \
        "2 duplicate_key, 2 not_negative, 3 duplicate_key, 3 not_negative"
    # Nothing of it is taken for news by the next run either, which goes the other way.
    expect_exit 0 kho run things
    expect_counts 13 0 0 0 8 5 0
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 0
    source_sql "DELETE FROM thing WHERE name LIKE '% twin'"
    expect_exit 0 kho run things
    expect_counts 10 2 0 0 8 0 0
    expect_eq "$(open_rejects)" ""
}

test_a_key_half_of_whose_rows_break_a_rule_keeps_what_the_store_holds_of_it() {
    new_ruled_project
    expect_exit 0 kho run things
    local rows
    rows=$(row_versions)
    # 1: the good row is as before; 2: the good row is news; 3: two good rows are, beside a bad one;
    # 4: both rows are bad; 11: the key is new.
    source_sql "INSERT INTO thing VALUES ('1', 'bad twin', '-1', NULL);
        UPDATE thing SET name = 'changed' WHERE id = '2';
        INSERT INTO thing VALUES ('2', 'bad twin', '-2', NULL);
        UPDATE thing SET name = 'changed' WHERE id = '3';
        INSERT INTO thing VALUES ('3', 'good twin', '3', NULL), ('3', 'bad twin', '-3', NULL);
        UPDATE thing SET amount = '-4' WHERE id = '4';
        INSERT INTO thing VALUES ('4', 'bad twin', '-44', NULL);
        INSERT INTO thing VALUES ('11', 'good twin', '11', NULL), ('11', 'bad twin', '-11', NULL)"
    expect_exit 0 kho run things
    # Unchanged: 1 and 5 to 10; stale: 2, 3 and 4.
    expect_counts 17 0 0 0 7 10 3
    expect_eq "$(row_versions)" "$rows"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 0
    expect_eq "$(open_rejects)" "1 not_negative, 11 duplicate_key, 11 not_negative, \
2 duplicate_key, 2 not_negative, 3 duplicate_key, 3 not_negative, 4 not_negative"
    expect_exit 0 kho run things
    expect_counts 17 0 0 0 7 10 3
    expect_eq "$(row_versions)" "$rows"
    # Once the twins are gone, what is left is news, and nothing was lost on the way.
    source_sql "DELETE FROM thing WHERE name LIKE '% twin'; UPDATE thing SET amount = '4' WHERE id = '4'"
    expect_exit 0 kho run things
    expect_counts 10 0 2 0 8 0 0
    expect_eq "$(open_rejects)" ""
}

test_reasons_of_runs_that_were_not_published_are_kept_until_they_are_old() {
    new_loose_project
    sed -i 's/^stop_if:.*/stop_if: {rejected: 10%, after_rows: 1}/' "$P/etl/jobs/things.yaml"
    source_sql "UPDATE thing SET amount = 'none' WHERE id IN ('1', '2')"
    # Another feed's reasons are no business of these runs.
    sed 's/^job:.*/job: others/' "$P/etl/jobs/things.yaml" >"$P/etl/jobs/others.yaml"
    echo "feed: other" >>"$P/etl/jobs/others.yaml"
    expect_exit 4 kho run others
    local run
    for run in 2 3 4 5; do
        expect_exit 4 kho run things
        expect_eq "$(store_sql "SELECT string_agg(run || '.' || key, ' ' ORDER BY run, key)
            FROM kho.reject_incoming WHERE run > 1")" \
            "$([ "$run" = 2 ] || echo "$((run - 1)).1 $((run - 1)).2 ")$run.1 $run.2"
    done
    expect_exit 0 kho show 5
    expect_output amount
    source_sql "UPDATE thing SET amount = '1' WHERE id = '1'"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT string_agg(run || '.' || key, ' ' ORDER BY run, key)
        FROM kho.reject_incoming")" "1.1 1.2"
    expect_eq "$(open_rejects)" "2 decimal amount"
}

test_a_row_that_becomes_bad_stays_in_its_older_version_until_it_is_mended() {
    new_loose_project
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET amount = 'bad' WHERE id = '5'"
    expect_exit 0 kho run things
    expect_counts 10 0 0 0 9 1 1
    expect_eq "$(store_sql "SELECT amount FROM test.thing WHERE _key = '5'")" 5.00
    expect_eq "$(store_sql "SELECT state || first_run || last_run FROM kho.reject")" open22
    expect_exit 0 kho run things
    expect_counts 10 0 0 0 9 1 1
    expect_eq "$(store_sql "SELECT state || first_run || last_run || stale FROM kho.reject")" open22true
    expect_eq "$(store_sql "SELECT seen_run FROM kho.open_reject")" 3
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 0
    source_sql "UPDATE thing SET amount = '55' WHERE id = '5'"
    expect_exit 0 kho run things
    expect_counts 10 0 1 0 9 0 0
    expect_eq "$(store_sql "SELECT state || first_run || last_run || closed_run FROM kho.reject")" closed224
    source_sql "UPDATE thing SET amount = 'bad' WHERE id = '5'"
    expect_exit 0 kho run things
    source_sql "DELETE FROM thing WHERE id = '5'"
    expect_exit 0 kho run things
    expect_counts 9 0 0 1 9 0 0
    expect_eq "$(store_sql "SELECT string_agg(state, ' ') FROM kho.reject")" "closed closed"
}

test_bytes_that_are_no_utf8_reject_their_row_only() {
    SOURCE_OPTIONS="ENCODING 'SQL_ASCII' LOCALE 'C'" new_project
    source_sql "CREATE TABLE thing (id integer, name text, amount integer, since date);
        INSERT INTO thing VALUES (1, 'sound', 1, NULL), (2, E'bro\\xffken', 2, NULL),
        (3, E'half \\xe1\\xba', 3, NULL), (4, E'sound \\xe1\\xba\\xa1', 4, NULL)"
    expect_exit 0 kho run things
    expect_counts 4 2 0 0 0 2 0
    expect_eq "$(store_sql "SELECT string_agg(name, ', ' ORDER BY _key) FROM test.thing")" "sound, sound ạ"
    expect_eq "$(store_sql "SELECT string_agg(key || ' ' || rule || ' ' || column_name || ' ' || (raw ->> 'name'),
        ', ' ORDER BY key) FROM kho.reject")" \
        "2 text name \x62726fff6b656e, 3 text name \x68616c6620e1ba"
    expect_exit 0 kho run things
    expect_counts 4 0 0 0 2 2 0
}

test_a_key_that_is_no_utf8_rejects_its_row_only() {
    SOURCE_OPTIONS="ENCODING 'SQL_ASCII' LOCALE 'C'" new_project
    source_sql "CREATE TABLE thing (id text, name text, amount integer, since date);
        INSERT INTO thing VALUES ('1', 'sound', 1, NULL), (E'\\xff', 'lost', 2, NULL)"
    expect_exit 0 kho run things
    expect_counts 2 1 0 0 0 1 0
    expect_eq "$(store_sql "SELECT count(*) FROM kho.reject WHERE key IS NULL")" 1
}

test_control_characters_are_no_reason_to_lose_a_row() {
    new_loose_project
    source_sql "INSERT INTO thing VALUES ('11', E'one\\x01two\\x1f', '1', NULL), (E'k\\x01', 'key', '1', NULL)"
    expect_exit 0 kho run things
    expect_counts 12 12 0 0 0 0 0
    expect_eq "$(store_sql "SELECT name LIKE 'one%two%' FROM test.thing WHERE _key = '11'")" t
    expect_exit 0 kho run things
    expect_counts 12 0 0 0 12 0 0
}

test_a_text_of_ten_megabytes_arrives_whole() {
    new_loose_project
    source_sql "INSERT INTO thing SELECT 'big', string_agg(md5(i::text), ''), '1', NULL
        FROM generate_series(1, 327680) i"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT length(name) || md5(name) FROM test.thing WHERE _key = 'big'")" \
        "$(source_sql "SELECT length(name) || md5(name) FROM thing WHERE id = 'big'")"
}

run_tests
