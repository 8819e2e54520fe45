#!/bin/bash
# Values that were repaired: noted with what stood there, with the version that holds them.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

repairs() {
    store_sql "SELECT string_agg(concat_ws(' ', key, run, column_name, reason, raw), ', '
        ORDER BY key, run, column_name) FROM kho.repair"
}

test_repairs_keep_the_original_with_their_version() {
    new_project
    write_schema "name: {type: person_name, pii: basic}" "phone: {type: phone, pii: basic}"
    write_job things civil.public.thing "map: {phone: dien_thoai}"
    source_sql "CREATE TABLE thing (id int PRIMARY KEY, name text, dien_thoai text);
        INSERT INTO thing VALUES (1, 'TRẦN VĂN AN', '0912345678'),
            (2, 'Trần Thị Bưởi', '912345679'), (3, 'LÊ CAM', 'không có')"
    expect_exit 0 kho run things
    # the third row is rejected: nothing of it is repaired
    expect_eq "$(repairs)" "1 1 name written in capitals {\"name\": \"TRẦN VĂN AN\"}, \
2 1 phone leading zero restored {\"dien_thoai\": \"912345679\"}"
    expect_eq "$(last_run "repaired || ' ' || rejected || ' ' || warned")" "2 1 0"
    expect_exit 0 kho rejects --repaired
    expect_output "written in capitals"
    expect_exit 0 kho show 1
    expect_output "repair"

    # the same again: nothing to note; another value: another version with its own original, and
    # that of the closed one stays
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'TRẦN VĂN ANH' WHERE id = 1"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT string_agg(v.name || ' < ' || (r.raw ->> 'name'), ', ' ORDER BY v.name)
        FROM test.thing_versions v JOIN kho.repair r
          ON (r.feed, r.key, r.run) = (v._source, v._key, v._run) AND r.column_name = 'name'")" \
        "Trần Văn An < TRẦN VĂN AN, Trần Văn Anh < TRẦN VĂN ANH"

    # written otherwise, but the same name: the version stays, and with it its original
    source_sql "UPDATE thing SET name = 'trần văn anh' WHERE id = 1"
    expect_exit 0 kho run things
    expect_eq "$(last_run updated)" 0
    expect_eq "$(store_sql "SELECT count(*) FROM kho.repair WHERE key = '1'")" 2
}

test_originals_are_guarded_like_the_values() {
    new_project
    source_sql "CREATE TABLE thing (id int PRIMARY KEY, name text, amount numeric, since date);
        INSERT INTO thing VALUES (1, ' a  b ', 1, NULL)"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT count(*) FROM kho.repair")" 1
    expect_eq "$(store_sql "SELECT string_agg(grantee, ',') FROM information_schema.role_table_grants
        WHERE table_schema = 'kho' AND table_name = 'repair' AND grantee <> 'keeper'")" ""
}

test_a_source_of_bytes_is_loadable_by_its_encoding() {
    SOURCE_OPTIONS="ENCODING 'SQL_ASCII' LOCALE 'C'" new_project
    write_schema "name: {type: person_name, pii: basic}" "amount: {type: text}"
    # Nguyễn Văn Bảo in TCVN3; Phường in VNI
    source_sql "CREATE TABLE thing (id int PRIMARY KEY, name text, amount text);
        INSERT INTO thing VALUES (1, convert_from('\\x4e677579d46e2056a86e2042b66f', 'SQL_ASCII'),
            convert_from('\\x5068f6f4f86e67', 'SQL_ASCII'))"
    expect_exit 0 kho run things
    expect_eq "$(last_run rejected)" 1
    write_source civil "encoding: tcvn3"
    write_job things civil.public.thing "map: {amount: \"decode(amount, 'vni')\"}"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT concat_ws(', ', name, amount) FROM test.thing")" \
        "Nguyễn Văn Bảo, Phường"
    write_source civil "encoding: tcvn4"
    expect_exit 2 kho check
    expect_error "unknown encoding 'tcvn4'; known are utf-8"
}

test_lists_stand_in_ref_with_what_became_of_their_rows() {
    new_project
    write_schema "name: {type: code(unit)}"
    printf '%s\n' code,name,valid_from,valid_to,became 1,An,2025-07-01,, 2,Binh,2025-07-01,, \
        '1,An Old,,2025-07-01,1|2' 3,Cam,,2025-07-01,2 >"$P/schemas/codes/unit.csv"
    write_job things civil.public.thing "map: {name: \"code(name, 'name', since)\"}"
    source_sql "CREATE TABLE thing (id int PRIMARY KEY, name text, since date);
        INSERT INTO thing VALUES (1, '3', '2024-01-01'), (2, '1', '2024-01-01'), (3, '1', NULL)"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT string_agg(concat_ws(' ', _key, name), ', ' ORDER BY _key)
        FROM test.thing")" "1 2, 2, 3 1"
    expect_eq "$(store_sql "SELECT reason FROM kho.reject")" "1 was divided: it may be 1, 2 now"
    expect_eq "$(store_sql "SELECT string_agg(concat_ws(' ', old_code, changed_on, new_code, coverage),
        ', ' ORDER BY old_code, new_code) FROM ref.unit_change")" \
        "1 2025-07-01 1 partial, 1 2025-07-01 2 partial, 3 2025-07-01 2 full"
    expect_eq "$(store_sql "SELECT string_agg(name, ', ' ORDER BY code) FROM ref.unit_now")" "An, Binh"
    # the list changes: the table is renewed, and rows mean something else now
    sed -i '/^1,An Old/s/1|2/1/' "$P/schemas/codes/unit.csv"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT name FROM test.thing WHERE _key = '2'")" 1
    expect_eq "$(store_sql "SELECT count(*) FROM ref.unit_change")" 2
}

test_references_are_counted_and_block_nothing() {
    new_project
    write_schema "name: {type: text, references: test.owner.code}" "amount: {type: text}"
    printf 'schema: test.owner\ncolumns:\n  code: {type: text}\n' >"$P/schemas/test.owner.yaml"
    printf 'job: owners\nfrom: civil.public.owner\nto: test.owner\nkey: code\n' >"$P/etl/jobs/owners.yaml"
    source_sql "CREATE TABLE thing (id int PRIMARY KEY, name text, amount text);
        INSERT INTO thing VALUES (1, 'a', NULL), (2, 'b', NULL), (3, NULL, NULL);
        CREATE TABLE owner (code text PRIMARY KEY); INSERT INTO owner VALUES ('a')"
    expect_exit 0 kho run owners
    expect_exit 0 kho --json run things
    expect_output '"orphans":1,'
    expect_eq "$(store_sql "SELECT concat_ws(' ', dataset, column_name, refers_to, checked, orphans)
        FROM kho.orphan")" "test.thing name test.owner.code 2 1"
    source_sql "UPDATE thing SET name = 'a'"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT checked || ' ' || orphans FROM kho.orphan")" "3 0"
    sed -i 's/test.owner.code/test.owner.cod/' "$P/schemas/test.thing.yaml"
    expect_exit 2 kho check
    expect_error "'name' refers to 'test.owner.cod', which is no column of a schema"
}

run_tests
