#!/bin/bash
# No secret and no personal value stands in anything that is not the record itself.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# Values that stand nowhere else; each is sound for its column.
markers="Zuminhmarka|ZUDIACHIMARK|ZUHOMARK|ZUQUANHEMARK|ZUCMNDMARK|031199077777|0912377777|84912377777|1999-07-17|17/07/1999"
bad_marker="ZUXAUMARK"
password_marker="p-a-s-s-marker"

# The shared schema of people, with the markers in every personal field of every row.
new_people() {
    new_project
    rm "$P/schemas/test.thing.yaml" "$P/etl/jobs/things.yaml"
    cp "$repository/schemas/population.person.yaml" "$P/schemas/"
    cp "$repository/schemas/codes/"*.csv "$P/schemas/codes/"
    source_sql "CREATE TABLE nhan_khau (id integer, citizen_id text, other_id text, full_name text,
        birth_date text, sex text, ethnic text, religion text, admin_unit text, address text, phone text,
        household text, relation text, life_status text, updated_at timestamptz);
        INSERT INTO nhan_khau SELECT i, '031199077777', 'ZUCMNDMARK', 'Trần Thị Zuminhmarka', '17/07/1999',
        NULL, NULL, NULL, NULL, 'ZUDIACHIMARK', '0912377777', 'ZUHOMARK', 'ZUQUANHEMARK', NULL,
        '2020-01-01' FROM generate_series(1, 20) i"
    cat >"$P/etl/jobs/people.yaml" <<'YAML'
job: people
from: civil.nhan_khau
to: population.person
key: id
map: {birth_date: "date(birth_date, 'DD/MM/YYYY')", ethnic: "code(ethnic, 'civil')"}
stop_if: {rejected: 10%, after_rows: 1}
retry: {times: 0}
YAML
}

# Runs kho and keeps all that it says, whatever comes of it.
say() {
    echo "== $*" >>"$T/said"
    kho "$@" >>"$T/said" 2>&1 || true
}

say_all() {
    say -v run people
    say --json run people
    say status
    say runs
    say --json runs
    say show 1
    say rejects
    say --json rejects
    say check --online
    store_sql "SELECT * FROM kho.run" >>"$T/said"
}

expect_nothing_said() {
    ! grep -aE "$markers|$bad_marker|$password_marker" "$T/said" || fail "a marker was shown"
}

test_a_password_comes_from_the_environment_or_a_file() {
    new_project
    make_things 1
    expect_exit 0 kho run things
    # shellcheck disable=SC2016
    sed -i 's|^password:.*|password: ${env:KHO_TEST_READER}|' "$P/etl/sources/civil.yaml"
    KHO_TEST_READER=r-e-a-d-e-r expect_exit 0 kho run things
    expect_exit 2 kho run things
    expect_error "the environment variable KHO_TEST_READER is not set"
    expect_error "etl/sources/civil.yaml:3 names it for a secret"
    # shellcheck disable=SC2016
    sed -i 's|^password:.*|password: ${file:keys/none}|' "$P/etl/sources/civil.yaml"
    expect_exit 2 kho run things
    expect_error "keys/none"
    expect_error "No such file or directory"
}

test_a_password_in_the_file_is_an_error_that_does_not_repeat_it() {
    new_project
    make_things 1
    local line
    for line in "password: $password_marker" "connect: postgres://reader:$password_marker@h/d" \
        "connect: host=h password=$password_marker dbname=d" \
        "connect: host=h password='$password_marker' dbname=d" \
        "connect: postgres://h/d?password=$password_marker"; do
        sed -i "/^${line%%:*}:/d" "$P/etl/sources/civil.yaml"
        echo "$line" >>"$P/etl/sources/civil.yaml"
        expect_exit 2 kho check
        expect_exit 2 kho --json check
        say check
        say --json check
        say run
    done
    expect_nothing_said
}

test_runs_that_succeed_show_no_personal_value() {
    new_people
    expect_exit 0 kho run people
    expect_eq "$(store_sql "SELECT count(*) FROM population.person WHERE full_name LIKE '%Zuminhmarka%'
        AND birth_date = '1999-07-17' AND phone LIKE '%912377777'")" 20
    say_all
    say export
    expect_nothing_said
    expect_eq "$(find "$P/lake" -name datapackage.json | wc -l)" 1
    ! grep -E "$markers" "$P"/lake/*/datapackage.json || fail "a marker stands in the manifest"
}

test_rejected_rows_show_no_personal_value() {
    new_people
    source_sql "UPDATE nhan_khau SET birth_date = '$bad_marker' WHERE id = 1; UPDATE nhan_khau SET citizen_id =
        '$bad_marker' WHERE id = 2; UPDATE nhan_khau SET phone = '$bad_marker' WHERE id = 3;
        UPDATE nhan_khau SET sex = '$bad_marker', ethnic = '$bad_marker' WHERE id = 4"
    say_all
    expect_eq "$(last_run status)" stopped
    sed -i 's/^stop_if:.*/stop_if: {rejected: 100%}/' "$P/etl/jobs/people.yaml"
    say_all
    expect_eq "$(last_run status)" published
    expect_eq "$(store_sql "SELECT count(DISTINCT key) > 0 FROM kho.reject")" t
    say rejects --list
    expect_nothing_said
}

test_duplicates_and_lost_servers_show_no_personal_value() {
    new_people
    source_sql "INSERT INTO nhan_khau SELECT * FROM nhan_khau WHERE id < 3"
    say_all
    source_sql "ALTER TABLE nhan_khau RENAME COLUMN full_name TO ho_ten"
    say_all
    source_sql "DROP TABLE nhan_khau"
    say_all
    echo "$password_marker" >"$P/keys/reader"
    say_all
    expect_eq "$(last_run error_class)" configuration
    expect_nothing_said
}

test_errors_of_the_store_show_no_personal_value() {
    new_people
    expect_exit 0 kho run people
    store_sql "ALTER TABLE population.person ADD CONSTRAINT own CHECK (address <> 'ZUDIACHIMARK') NOT VALID"
    source_sql "UPDATE nhan_khau SET household = 'ZUHOMARK2'"
    expect_exit 1 kho run people
    expect_error 'violates check constraint "own"'
    say_all
    expect_nothing_said
}

# What the last run said and noted: one line each, UTF-8, and no marker.
expect_one_line() { # part
    expect_error "$1"
    expect_eq "$(wc -l <"$T/err")" 1
    iconv -f UTF-8 -t UTF-8 "$T/err" >"$T/utf8"
    expect_eq "$(store_sql "SELECT error LIKE '%' || \$part\$$1\$part\$ || '%' AND error !~ '[\\n\\r\\t]' FROM kho.run
        ORDER BY run DESC LIMIT 1")" t
    cat "$T/out" "$T/err" >>"$T/said"
    expect_nothing_said
}

# What the job reads is a view whose addresses are an expression.
address_becomes() { # expression
    [ "$(source_sql "SELECT to_regclass('base') IS NULL")" = f ] || source_sql "ALTER TABLE nhan_khau RENAME TO base"
    source_sql "CREATE OR REPLACE VIEW nhan_khau AS SELECT id, citizen_id, other_id, full_name, birth_date, sex, ethnic, religion,
        admin_unit, ($1)::text AS address, phone, household, relation, life_status, updated_at FROM base"
}

test_values_that_a_server_cannot_convert_are_not_shown() {
    new_people
    # The value has quotes, a colon and a line's end in it.
    source_sql "UPDATE nhan_khau SET address = E'a\"b ZUDIACHIMARK\\nc: ZUHOMARK\" d' WHERE id = 7"
    address_becomes "CASE WHEN id = 7 THEN address::integer END"
    expect_exit 1 kho run people
    expect_one_line "invalid input syntax for type integer: ..., talking to source civil"
    address_becomes "CASE WHEN id = 7 THEN (repeat('9', 20) || substr(citizen_id, 1, 12))::bigint END"
    expect_exit 1 kho run people
    expect_one_line 'value "..." is out of range for type bigint'
    address_becomes "CASE WHEN id = 7 THEN make_date(1999, 7 + 12, 17) END"
    markers="$markers|1999-19-17"
    expect_exit 1 kho run people
    expect_one_line "date field value out of range: ..."
    say_all
    expect_nothing_said
}

test_messages_in_another_language_show_no_value_and_arrive_whole() {
    new_people
    source_sql "CREATE FUNCTION refuse(value text, state text, times integer) RETURNS text LANGUAGE plpgsql AS
        \$\$ BEGIN RAISE EXCEPTION USING ERRCODE = state, MESSAGE = repeat('Giá trị ', times) ||
        CASE WHEN state LIKE '22%' THEN '«' || value || E'»\\n' ELSE E'\\n' END || 'không hợp lệ'; END \$\$"
    address_becomes "CASE WHEN id = 7 THEN refuse(address, '22007', 1) END"
    expect_exit 1 kho run people
    expect_one_line "a value could not be converted (SQLSTATE 22007), talking to source civil"
    address_becomes "CASE WHEN id = 7 THEN refuse(address, 'P0001', 1) END"
    expect_exit 1 kho run people
    expect_one_line "Giá trị không hợp lệ, talking to source civil"
    # Too long to be kept: cut, wherever its letters then end.
    source_sql "ALTER FUNCTION refuse RENAME TO refuse_short; CREATE FUNCTION refuse(shift integer) RETURNS text LANGUAGE plpgsql AS
        \$\$ BEGIN RAISE '%', repeat('x', shift) || repeat('Giá trị ', 100); END \$\$"
    local shift
    for shift in 0 1 2 3 4; do
        address_becomes "CASE WHEN id = 7 THEN refuse($shift) END"
        expect_exit 1 kho run people
        expect_one_line "Giá trị Giá trị"
        ! grep -q '?' "$T/err" || fail "letters were lost"
    done
    say_all
    expect_nothing_said
}

test_messages_of_the_store_in_another_language_show_no_value() {
    new_people
    expect_exit 0 kho run people
    store_sql "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
        RAISE EXCEPTION E'Địa chỉ «%»\\nkhông hợp lệ', NEW.address USING ERRCODE = '22023'; END \$\$;
        CREATE TRIGGER refuse BEFORE UPDATE ON population.person FOR EACH ROW EXECUTE FUNCTION public.refuse()"
    source_sql "UPDATE nhan_khau SET household = 'ZUHOMARK2' WHERE id = 7"
    expect_exit 1 kho run people
    expect_one_line "a value could not be converted (SQLSTATE 22023), talking to the store"
    say_all
    expect_nothing_said
}

run_tests
