#!/bin/bash
# How good the datasets are: measured from what loading noted, weighed as the district says, kept.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

quality() { # columns of the newest measurement
    store_sql "SELECT $1 FROM kho.quality_index WHERE dataset = 'test.thing'
        ORDER BY measured_at DESC LIMIT 1"
}

test_quality_is_measured_and_keeps_its_history() {
    new_project
    write_schema "name: {type: person_name, pii: basic}" "phone: {type: phone, pii: basic}" \
        "owner: {type: text, references: test.owner.code}" "note: {type: text}"
    printf 'schema: test.owner\ncolumns:\n  code: {type: text}\n' >"$P/schemas/test.owner.yaml"
    printf 'job: owners\nfrom: civil.public.owner\nto: test.owner\nkey: code\n' >"$P/etl/jobs/owners.yaml"
    # of four rows: one is rejected, one repaired, one warned of, one lacks its telephone number;
    # one owner of two is unknown, and nobody ever writes a note
    source_sql "CREATE TABLE thing (id int PRIMARY KEY, name text, phone text, owner text, note text);
        INSERT INTO thing VALUES (1, 'TRẦN AN', '0912345678', 'a', NULL),
            (2, 'Tr?n An', '0912345678', 'b', NULL), (3, 'Trần An', NULL, NULL, NULL),
            (4, 'Trần An', 'không', NULL, NULL);
        CREATE TABLE owner (code text PRIMARY KEY); INSERT INTO owner VALUES ('a')"
    expect_exit 0 kho run owners
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'Trần?An' WHERE id = 2"
    expect_exit 0 kho run things
    expect_exit 0 kho quality
    expect_output "test.thing"
    # accuracy 2 of 4, completeness 7 of 9, cleanliness 2 of 4, timeliness 1 of 1, consistency 1 of 2
    expect_eq "$(quality "concat_ws(' ', accuracy, completeness, cleanliness, timeliness,
        consistency, index, colour)")" "50.00 77.78 50.00 100.00 50.00 65.56 red"

    # the department mends its rows; one criterion weighs nothing from now on
    source_sql "UPDATE thing SET name = 'Trần Anh', phone = '0912345678', owner = 'a'"
    store_sql "UPDATE kho.quality_weight SET weight = 0 WHERE criterion = 'timeliness'"
    expect_exit 0 kho run things
    expect_exit 0 kho --json quality
    expect_eq "$(quality "index || ' ' || colour")" "100.00 green"
    expect_exit 0 kho quality --history
    expect_eq "$(store_sql "SELECT count(DISTINCT measured_at) FROM kho.quality")" 2
}

run_tests
