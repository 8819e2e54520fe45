#!/bin/bash
# kho diff: whether the store holds what the source has now.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# Both ways of comparing say the same: by values, and by the hashes kept in the store.
expect_diff() { # exit code, then lines `key|difference|columns`, and the counts behind `read held same`
    local option
    for option in "" --hashes; do
        expect_one_diff "$option" "$@"
    done
}

expect_one_diff() { # option code lines... counts
    # shellcheck disable=SC2086 # no option is no word
    expect_exit "$2" kho diff things --json $1
    expect_eq "$(grep -oE '\{"key":[^}]*\}' "$T/out" | sed -E 's/\{"key":"?([^",]*)"?,"difference":"([^"]*)","columns":(null|"([^"]*)")\}/\1|\2|\4/')" \
        "$(printf '%s\n' "${@:3:$#-3}")"
    expect_eq "$(json read) $(json held) $(json same) $(json rejected)" "${*: -1}"
    expect_eq "$(json equal)" "$([ "$2" = 0 ] && echo true || echo false)"
}

test_after_a_run_there_is_no_difference() {
    new_project
    make_things 5000
    expect_exit 0 kho run things
    expect_diff 0 "5000 5000 5000 0"
    expect_exit 0 kho diff things
    expect_output "5000 rows read, 5000 records held: 5000 the same"
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run")" 1
}

test_rows_changed_added_and_removed_in_the_source_are_shown() {
    new_project
    make_things 5000
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'other', amount = NULL WHERE id = 7;
        INSERT INTO thing VALUES (9001, 'new', 1, NULL); DELETE FROM thing WHERE id = 8"
    expect_diff 7 "7|different values|name, amount" "9001|missing in the store|" \
        "8|missing in the source|" "5000 5000 4998 0"
    expect_error "the store does not hold what the source of job things has now"
    expect_exit 7 kho diff things
    expect_output "   7  different values       name, amount"
    expect_output "4998 the same, 1 missing in the store, 1 missing in the source, 1 different values"
    expect_exit 0 kho run things
    expect_diff 0 "5000 5000 5000 0"
}

test_records_changed_removed_and_added_in_the_store_are_shown() {
    new_project
    make_things 500
    expect_exit 0 kho run things
    store_sql "UPDATE test.thing SET amount = 5, _hash = gen_random_uuid() WHERE _key = '7';
        DELETE FROM test.thing WHERE _key = '8';
        INSERT INTO test.thing SELECT gen_random_uuid(), _valid_from, _run, _source, 'x', name, amount, since
        FROM test.thing WHERE _key = '9'"
    expect_diff 7 "7|different values|amount" "8|missing in the store|" "x|missing in the source|" \
        "500 500 498 0"
    expect_exit 0 kho run things --full
    expect_diff 0 "500 500 500 0"
}

test_a_value_changed_by_hand_under_its_old_hash_is_found_unless_hashes_are_trusted() {
    new_project
    make_things 500
    expect_exit 0 kho run things
    store_sql "UPDATE test.thing SET name = 'forged' WHERE _key = '7';
        UPDATE test.thing SET since = NULL WHERE _key = '8'"
    expect_one_diff "" 7 "7|different values|name" "8|different values|since" "500 500 498 0"
    expect_one_diff --hashes 0 "500 500 500 0"
}

test_a_hash_changed_by_hand_over_the_same_values_is_none() {
    new_project
    make_things 500
    expect_exit 0 kho run things
    store_sql "UPDATE test.thing SET _hash = gen_random_uuid() WHERE _key::int < 50"
    expect_diff 0 "500 500 500 0"
}

test_a_changed_mapping_is_told_and_compared_by_its_outcome() {
    new_project
    make_things 500
    expect_exit 0 kho run things
    write_job things civil.public.thing "map: {name: trim(name)}"
    expect_diff 0 "500 500 500 0"
    expect_eq "$(json mapping_changed)" true
    expect_exit 0 kho diff things
    expect_output "the mapping has changed since run 1"
    write_job things civil.public.thing "map: {name: \"null_if(name, 'thing 3')\"}"
    expect_diff 7 "3|different values|name" "500 500 499 0"
}

test_every_type_is_compared_as_the_store_keeps_it() {
    new_project
    write_schema "name: {type: text}" "amount: {type: decimal}" "fixed: {type: \"decimal(12,2)\"}" \
        "n: {type: integer}" "ok: {type: boolean}" "since: {type: date}" "at: {type: timestamptz}" \
        "born: {type: partial_date}"
    write_job things civil.public.thing
    source_sql "CREATE TABLE thing (id text, part integer, name varchar, amount numeric, fixed numeric,
        n smallint, ok boolean, since date, at timestamp, born text);
        INSERT INTO thing VALUES ('a', 1, ' x  y ', 1.50, 3, 4, true, '1999-12-31', '2026-01-01 08:00', '1965'),
        ('b', 1, '', -0.00, 0, -4, false, NULL, '2026-01-01 08:00:00.123456', '1965-05'),
        ('c', 1, NULL, 100000000000000000000.00100, 0.10, NULL, NULL, NULL, NULL, NULL)"
    expect_exit 0 kho run things
    expect_diff 0 "3 3 3 0"
    store_sql "UPDATE test.thing SET amount = 1.5000 WHERE _key = 'a'"
    expect_diff 0 "3 3 3 0"
    source_sql "UPDATE thing SET ok = NULL WHERE id = 'a'; UPDATE thing SET name = 'x' WHERE id = 'c'"
    expect_diff 7 "a|different values|ok" "c|different values|name" "3 3 1 0"
}

test_rejected_rows_that_the_ledger_knows_make_no_difference() {
    new_project
    make_things 500
    source_sql "ALTER TABLE thing DROP CONSTRAINT thing_pkey; ALTER TABLE thing ALTER id DROP NOT NULL;
        UPDATE thing SET amount = 1e15 WHERE id IN (3, 4); INSERT INTO thing VALUES (NULL, 'no key', 1, NULL)"
    expect_exit 0 kho run things
    expect_diff 0 "501 498 498 3"
    # One that was good, one that is good again; the older version of the first stands.
    source_sql "UPDATE thing SET amount = 1e15 WHERE id = 5; UPDATE thing SET amount = 4 WHERE id = 4"
    expect_one_diff "" 7 "5|newly rejected|" "4|missing in the store|" "501 498 497 2"
    expect_exit 7 kho diff things --hashes
    expect_exit 0 kho run things
    expect_diff 0 "501 499 498 3"
    source_sql "INSERT INTO thing VALUES (NULL, 'another', 1, NULL)"
    expect_diff 7 "null|newly rejected|" "502 499 498 3"
}

test_a_key_that_stands_twice_is_a_difference_until_the_ledger_knows_it() {
    new_project
    make_things 500
    source_sql "ALTER TABLE thing DROP CONSTRAINT thing_pkey"
    expect_exit 0 kho run things
    source_sql "INSERT INTO thing SELECT * FROM thing WHERE id = 7;
        INSERT INTO thing VALUES (8, 'another 8', 1, NULL), (9001, 'new', 1, NULL), (9001, 'newer', 1, NULL)"
    expect_diff 7 "7|duplicate key|" "8|duplicate key|" "9001|missing in the store|" \
        "9001|missing in the store|" "504 500 500 0"
    expect_exit 0 kho run things
    expect_diff 0 "504 500 498 6"
    source_sql "DELETE FROM thing WHERE name IN ('another 8', 'newer')"
    expect_diff 7 "9001|missing in the store|" "502 500 499 2"
    expect_exit 0 kho run things
    expect_diff 0 "502 501 500 2"
}

test_the_limit_bounds_what_is_shown_and_not_what_is_counted() {
    new_project
    make_things 5000
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'other'"
    expect_exit 7 kho diff things --limit 3 --json
    expect_eq "$(json different_values) $(grep -o '"difference":' "$T/out" | wc -l)" "5000 3"
    expect_exit 7 kho diff things
    expect_eq "$(grep -c 'different values .*name$' "$T/out")" 20
}

test_pulls_of_changes_leave_nothing_that_a_diff_finds() {
    new_project
    make_things 500
    write_job things civil.public.thing "pull: changes"
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'x', amount = 1e15 WHERE id < 5; DELETE FROM thing WHERE id > 490;
        UPDATE thing SET name = 'y' WHERE id = 6"
    expect_exit 0 kho run things
    expect_diff 0 "490 490 486 4"
}

test_a_job_that_never_ran_is_told_so() {
    new_project
    make_things 5
    expect_exit 2 kho diff things
    expect_error 'the store has no table "test"."thing" yet'
    write_job others civil.public.thing "feed: others"
    expect_exit 0 kho run others
    expect_exit 7 kho diff things
    expect_output "5 rows read, 0 records held: 0 the same, 5 missing in the store"
    expect_output "no run of this feed was published yet"
    expect_exit 2 kho diff thing
    expect_exit 2 kho diff
}

# The source is read slowly; meanwhile runs publish, a first load too, and the diff sees nothing of it.
test_a_run_is_not_kept_waiting_and_not_seen_in_the_middle() {
    new_project
    expect_exit 2 kho run things
    make_things 8000
    write_source civil "limits: {rows_per_second: 4000}"
    kho diff things --json >"$T/diff" 2>&1 &
    local diff=$! code=0
    wait_for source_sql "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '$SOURCE_DB'
        AND query LIKE 'COPY%'"
    write_source civil
    expect_exit 0 kho run things
    kill -0 "$diff" || fail "the diff was over before the run"
    wait "$diff" || code=$?
    expect_eq "$code $(grep -o '"held":[0-9]*,"same":[0-9]*' "$T/diff")" '7 "held":0,"same":0'
    expect_diff 0 "8000 8000 8000 0"
}

run_tests
