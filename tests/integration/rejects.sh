#!/bin/bash
# Rejects in people's hands: exported, waived, mapped again after a fix.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

ruled_schema() { # rules
    write_schema "name: {type: text, required: true}" "amount: {type: \"decimal(12,2)\"}" "since: {type: date}"
    printf 'rules:\n' >>"$P/schemas/test.thing.yaml"
    printf '  %s\n' "$@" >>"$P/schemas/test.thing.yaml"
}

# Ten rows; 1 to 3 have an amount below nought, 3 has no name either.
ruled_project() {
    new_project
    make_things 10
    ruled_schema "not_negative: {check: amount >= 0}"
    source_sql "UPDATE thing SET amount = -amount WHERE id <= 3; UPDATE thing SET name = NULL WHERE id = 3"
    expect_exit 0 kho run things
    expect_eq "$(last_run "inserted || ' ' || rejected")" "7 3"
}

reasons() { # state
    store_sql "SELECT string_agg(concat_ws(' ', key, rule, column_name), ', ' ORDER BY key, rule)
        FROM kho.reject WHERE state = '$1'"
}

test_all_reasons_against_a_row_are_told() {
    ruled_project
    expect_eq "$(reasons open)" "1 not_negative, 2 not_negative, 3 not_negative, 3 required name"
    expect_exit 0 kho --json rejects things
    expect_eq "$(grep -c '"rule"' "$T/out")" 2
    expect_eq "$(json count)" 3
    expect_eq "$(store_sql "SELECT rejected FROM kho.job_status")" 3
    expect_exit 0 kho rejects --list
    expect_eq "$(grep -c '^ *[0-9]' "$T/out")" 4
}

test_waived_rejects_are_not_open_and_stay_waived_until_the_row_is_good() {
    ruled_project
    expect_exit 2 kho rejects waive things --rule not_negativ --reason "why not"
    expect_error "did you mean rule 'not_negative'?"
    expect_exit 2 kho rejects waive things --rule not_negative
    expect_error "needs a job, a rule and a reason"
    expect_exit 0 kho rejects waive things --rule not_negative --key 1 --reason "a refund, says the office"
    expect_output "1 waived"
    expect_eq "$(reasons waived)" "1 not_negative"
    expect_eq "$(store_sql "SELECT waived_reason || ', ' || waived_by || ', '
        || (waived_at > now() - interval '1 minute') FROM kho.reject WHERE state = 'waived'")" \
        "a refund, says the office, keeper, true"
    expect_eq "$(store_sql "SELECT rejected FROM kho.job_status")" 2
    expect_exit 0 kho --json rejects things
    expect_eq "$(json count)" 2
    expect_exit 0 kho --json rejects things --all
    expect_eq "$(json count) $(json waived)" "2 1"
    # The same row again, unlooked at; then looked at anew, since the mapping has changed.
    expect_exit 0 kho run things
    expect_eq "$(reasons waived)" "1 not_negative"
    write_job things civil.public.thing "map: {name: trim(name)}"
    expect_exit 0 kho run things
    expect_eq "$(last_run rejected) $(reasons waived)" "3 1 not_negative"
    source_sql "UPDATE thing SET amount = 1 WHERE id = 1"
    expect_exit 0 kho run things
    expect_eq "$(last_run inserted) $(reasons waived)" "1 "
    expect_eq "$(reasons closed)" "1 not_negative"
}

test_waived_rejects_can_be_opened_again() {
    ruled_project
    expect_exit 2 kho rejects unwaive things --rule not_negative
    expect_error "job things has no waived reject of rule 'not_negative'"
    expect_exit 0 kho rejects waive things --rule not_negative --reason "all of them"
    expect_eq "$(reasons open)" "3 required name"
    expect_exit 0 kho --json rejects unwaive things --rule not_negative --key 2
    expect_eq "$(json unwaived)" 1
    expect_eq "$(reasons open)" "2 not_negative, 3 required name"
    expect_eq "$(store_sql "SELECT count(*) FROM kho.reject WHERE key = '2' AND waived_by IS NULL")" 1
}

test_the_export_is_a_csv_that_a_spreadsheet_opens() {
    ruled_project
    source_sql "UPDATE thing SET name = E'Ánh, \"the\"\nsecond' WHERE id = 2"
    expect_exit 0 kho run things
    expect_exit 0 kho rejects export things
    cp "$T/out" "$T/stdout.csv"
    expect_exit 0 kho rejects export --to "$T/rejects.csv"
    expect_error "4 reasons in"
    cmp "$T/stdout.csv" "$T/rejects.csv"
    expect_eq "$(stat -c %a "$T/rejects.csv")" 600
    expect_eq "$(head -c 3 "$T/rejects.csv" | od -An -tx1)" " ef bb bf"
    expect_eq "$(head -n 1 "$T/rejects.csv" | tail -c +4)" \
        'job,source table,key,column,rule,reason,first seen,last seen,file,line,"amount","id","name","since"'$'\r'
    expect_eq "$(grep -c $'\r$' "$T/rejects.csv")" 5
    grep -qF ',-2.50,2,"Ánh, ""the""' "$T/rejects.csv" || fail "no quoted name"
    grep -qE '^things,civil.public.thing,3,name,required,is missing,[0-9]{4}-.*,-3.75,3,,2020-01-04' \
        "$T/rejects.csv" || { cat "$T/rejects.csv"; fail "no third row"; }
    expect_exit 0 kho rejects waive things --rule not_negative --reason ok
    expect_exit 0 kho rejects export things
    expect_eq "$(grep -c '^things,' "$T/out")" 1
    expect_exit 2 kho rejects export thing
    expect_exit 1 kho rejects export --to "$T/missing/rejects.csv"
}

test_words_of_rejects_are_reserved_and_options_belong_to_words() {
    ruled_project
    write_job export civil.public.thing "feed: other"
    expect_exit 0 kho check
    expect_error "'export' is a word of \`kho rejects\`"
    expect_exit 0 kho run export
    expect_exit 0 kho rejects things
    expect_exit 0 kho rejects export export
    expect_eq "$(grep -c '^export,' "$T/out")" 4
    expect_exit 2 kho rejects --reason x
    expect_error "--reason does not go with \`kho rejects\`"
    expect_exit 2 kho rejects things things
}

test_raw_rows_are_for_nobody_without_a_grant() {
    ruled_project
    local role=clerk_$RANDOM
    store_sql "CREATE ROLE $role; GRANT USAGE ON SCHEMA kho TO $role;
        GRANT SELECT ON kho.reject_public TO $role"
    expect_exit 0 store_sql "SET ROLE $role; SELECT count(*) FROM kho.reject_public"
    expect_output 4
    local table
    for table in reject reject_incoming open_reject reject_row replayable; do
        expect_exit 1 store_sql "SET ROLE $role; SELECT raw FROM kho.$table"
        expect_error "permission denied"
    done
    expect_exit 1 store_sql "SET ROLE $role; SELECT raw FROM kho.reject_public"
    expect_error "does not exist"
    store_sql "DROP OWNED BY $role; DROP ROLE $role"
}

test_a_replay_loads_what_a_fix_made_good_without_the_source() {
    ruled_project
    ruled_schema "not_negative: {check: amount >= -2}"
    mv "$P/etl/sources/civil.yaml" "$T/civil.yaml"
    sed "s/dbname=$SOURCE_DB/dbname=gone/" "$T/civil.yaml" >"$P/etl/sources/civil.yaml"
    expect_exit 0 kho --json rejects replay things
    expect_eq "$(json status) $(json made) $(json read) $(json inserted) $(json rejected)" \
        "published replay 3 1 2"
    expect_eq "$(json kind) $(json rows)" "window 1"
    expect_eq "$(last_run "concat_ws(' ', status, pull, asked, read, inserted, rejected, total, proved)")" \
        "published replay full 3 1 2 8 1"
    expect_eq "$(reasons open)" "2 not_negative, 3 not_negative, 3 required name"
    expect_eq "$(store_sql "SELECT concat_ws('|', name, amount, since, _run) FROM test.thing WHERE _key = '1'")" \
        "thing 1|-1.25|2020-01-02|2"
    # The rejects that stay are still rows that can be mapped again.
    ruled_schema "not_negative: {check: amount >= -3}"
    expect_exit 0 kho --json rejects replay
    expect_eq "$(json read) $(json inserted) $(json rejected)" "2 1 1"
    # The source's own row has another hash and the same values: no version.
    cp "$T/civil.yaml" "$P/etl/sources/civil.yaml"
    expect_exit 0 kho --json run things
    expect_eq "$(json read) $(json inserted) $(json updated) $(json unchanged) $(json rejected)" \
        "10 0 0 9 1"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 0
    local rows
    rows=$(row_versions)
    expect_exit 0 kho --json run things
    expect_eq "$(row_versions)" "$rows"
}

test_a_replay_of_a_stale_record_updates_it_and_nothing_to_do_is_no_run() {
    new_project
    make_things 5
    ruled_schema "not_negative: {check: amount >= 0}"
    expect_exit 0 kho run things
    expect_exit 0 kho --json rejects replay
    expect_eq "$(json status) $(json run)" "nothing to replay null"
    source_sql "UPDATE thing SET amount = -1 WHERE id = 5"
    expect_exit 0 kho run things
    expect_eq "$(last_run stale)" 1
    write_job things civil.public.thing "map: {amount: \"null_if(amount, '-1')\"}"
    expect_exit 0 kho --json rejects replay things
    expect_eq "$(json updated) $(json rejected) $(json stale) $(json total)" "1 0 0 5"
    expect_eq "$(store_sql "SELECT amount IS NULL FROM test.thing WHERE _key = '5'")" t
    expect_eq "$(store_sql "SELECT amount FROM test.thing_history")" 6.25
    expect_eq "$(reasons open)" ""
    expect_exit 0 kho --json run things
    expect_eq "$(json unchanged) $(json updated)" "5 0"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 1
}

# The feed's other rows were not mapped anew: the next pull of changes has to compare all.
test_a_replay_keeps_the_position_and_the_mapping_of_a_pull_of_changes() {
    new_project
    make_things 10
    write_job things civil.public.thing "pull: changes"
    ruled_schema "not_negative: {check: amount >= 10}"
    expect_exit 0 kho run things
    expect_eq "$(last_run rejected)" 7
    local position
    position=$(last_run position)
    ruled_schema "not_negative: {check: amount >= 2}"
    expect_exit 0 kho rejects replay things
    expect_eq "$(last_run "inserted || ' ' || rejected")" "6 1"
    expect_eq "$(last_run position)" "$position"
    expect_exit 0 kho run things
    expect_eq "$(last_run "pull || ' ' || updated || ' ' || unchanged || ' ' || rejected")" "full 0 9 1"
    expect_eq "$(last_run pull_because)" "the mapping, a rule or a code list has changed"
    source_sql "UPDATE thing SET amount = 0 WHERE id = 4"
    expect_exit 0 kho run things
    expect_eq "$(last_run "pull || ' ' || rejected")" "changes 1"
}

test_a_replayed_row_has_the_values_that_the_source_s_own_types_give() {
    new_project
    source_sql "CREATE TABLE thing (id integer PRIMARY KEY, name text, d date, t timestamp, tz timestamptz,
        n numeric, f float8, r real, b boolean, u uuid, c character(6), j jsonb, i bigint, bad text);
        INSERT INTO thing VALUES
        (1, 'Ánh', '1965-05-13', '2024-03-31 07:30:00.25', '2024-03-31 07:30+07', 1.234, 0.1, 1e-7, true,
            'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'ab', '{\"a\": 1}', 12345678901, 'x'),
        (2, '\\x41', '0044-03-15 BC', '12024-01-01', '1999-12-31 23:59:59.999999+00', 1000.50, 1e20, 3, false,
            NULL, '', 'null', -1, 'x'),
        (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'x'),
        (4, 'midnight', 'today', '2024-05-01', '2024-04-30 17:00+00', 0, 'NaN', -0.5, NULL, NULL, NULL, NULL, 0, 'x')"
    source_sql "ALTER TABLE thing ALTER id TYPE bigint"
    write_source civil "timezone: Asia/Ho_Chi_Minh"
    write_schema "name: {type: text}" "d: {type: date}" "d_at: {type: timestamptz}" "t: {type: timestamptz}" \
        "tz: {type: timestamptz}" "n: {type: \"decimal(12,3)\"}" "f: {type: text}" "r: {type: text}" \
        "b: {type: boolean}" "u: {type: text}" "c: {type: text}" "j: {type: text}" "i: {type: integer}" \
        "bad: {type: integer}"
    write_job things civil.public.thing "map: {d_at: d}"
    expect_exit 0 kho run things
    expect_eq "$(last_run rejected)" 4
    write_job things civil.public.thing "map: {d_at: d, bad: \"null_if(bad, 'x')\"}"
    expect_exit 0 kho --json rejects replay things
    expect_eq "$(json read)" 4
    local replayed rejected
    rejected=$(json rejected)
    replayed=$(store_sql "SELECT to_jsonb(whole) - ARRAY['_hash', '_run', '_valid_from'] FROM test.thing whole ORDER BY _key")
    expect_exit 0 kho --json run things
    expect_eq "$(json updated) $(json inserted) $(json rejected)" "0 0 $rejected"
    expect_eq "$(store_sql "SELECT to_jsonb(whole) - ARRAY['_hash', '_run', '_valid_from'] FROM test.thing whole ORDER BY _key")" \
        "$replayed"
    expect_eq "$(store_sql "SELECT count(*) >= 3 FROM test.thing")" t
}

test_rows_that_cannot_be_mapped_again_are_left_and_counted() {
    new_project
    source_sql "CREATE TABLE thing (id text, name text, amount text, since text);
        INSERT INTO thing VALUES ('1', 'a', 'none', NULL), ('2', 'b', '1', NULL), ('2', 'c', '1', NULL),
        (NULL, 'd', '1', NULL), ('3', 'e', 'none', NULL)"
    expect_exit 0 kho run things
    expect_eq "$(last_run rejected)" 5
    write_job things civil.public.thing "map: {amount: \"null_if(amount, 'none')\"}"
    store_sql "UPDATE kho.reject SET last_run = 99 WHERE key = '3'"
    expect_exit 0 kho --json rejects replay things
    expect_error "things: 3 rejected rows cannot be mapped again"
    expect_eq "$(json read) $(json inserted)" "1 1"
    expect_eq "$(reasons open)" "2 duplicate_key, 3 decimal amount, key"
    # A mapping that reads what the rows do not hold.
    store_sql "UPDATE kho.reject SET last_run = 1 WHERE key = '3'"
    source_sql "ALTER TABLE thing ADD other text"
    write_job things civil.public.thing "map: {amount: other}"
    expect_exit 0 kho --json rejects replay things
    expect_error "1 rejected rows do not have what the mapping reads"
    expect_eq "$(json read)" 0
}

test_bytes_that_are_no_text_are_not_replayed_as_hex() {
    SOURCE_OPTIONS="ENCODING SQL_ASCII LC_COLLATE 'C' LC_CTYPE 'C'"
    new_project
    source_sql "CREATE TABLE thing (id integer PRIMARY KEY, name text, amount text, since text)"
    source_sql "INSERT INTO thing VALUES (1, convert_from('\\xff41', 'SQL_ASCII'), 'none', NULL)"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT DISTINCT raw ->> 'name' FROM kho.reject")" '\xff41'
    write_job things civil.public.thing "map: {amount: \"null_if(amount, 'none')\"}"
    expect_exit 0 kho --json rejects replay things
    expect_eq "$(json read) $(json rejected)" "1 1"
    expect_eq "$(reasons open)" "1 text name"
}

run_tests
