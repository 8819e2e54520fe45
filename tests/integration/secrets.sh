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
map: {birth_date: "date(birth_date, 'DD/MM/YYYY')"}
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

run_tests
