#!/bin/bash
# Parquet files: readers that are not ours find in them what PostgreSQL has.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# column, its text in PostgreSQL as readers show it, its type in DuckDB, a value that is not there
kinds=(
    "_source|_source|VARCHAR|civi"
    "_key|_key|VARCHAR|0"
    "name|name|VARCHAR|Nguyễn Văn"
    "amount|amount::text|DECIMAL(12,2)|0.07"
    "wide|wide::text|DECIMAL(38,10)|1.0000000001"
    "loose|loose::text|VARCHAR|7.123"
    "n|n::text|BIGINT|-5"
    "flag|flag::text|BOOLEAN|"
    "since|since::text|DATE|2101-01-01"
    "at|to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')|TIMESTAMPTZ|1970-01-01T00:00:00Z"
    "note|note|VARCHAR|zzz"
    "kind|kind|VARCHAR|other"
)

new_wide() {
    new_project
    write_schema "name: {type: text, pii: basic}" "amount: {type: \"decimal(12,2)\"}" \
        "wide: {type: \"decimal(38,10)\"}" "loose: {type: decimal}" "n: {type: integer, required: true}" \
        "flag: {type: boolean}" "since: {type: date}" "at: {type: timestamptz}" "note: {type: text}" \
        "kind: {type: text, required: true}"
    source_sql "CREATE TABLE thing AS SELECT i AS id, 'Nguyễn Văn ' || chr(97 + i % 26) || i % 997 AS name,
        CASE WHEN i % 9 > 0 THEN (i * 7919 % 1000003 - 500000)::numeric / 100 END AS amount,
        (i - 12000)::numeric * 12345678901234567890.0123456789 AS wide, i % 40 + 0.5 AS loose,
        i::bigint * 1000003 AS n, CASE WHEN i % 13 > 0 THEN i % 3 = 0 END AS flag,
        date '1900-01-01' + i AS since, timestamptz '1999-12-31 17:00:00.000001Z' + i * interval '1 h' AS at,
        CASE WHEN i % 10 > 6 THEN 'Ghi chú dài hơn sáu mươi tư byte, nên bị cắt trong thống kê ' || i END AS note,
        CASE WHEN i % 2 = 0 THEN 'đất ở' ELSE 'đất vườn' END AS kind
        FROM generate_series(1, 25000) i"
    expect_exit 0 kho run things
    # What no mapping lets through, but a store may hold.
    store_sql "UPDATE test.thing SET note = 'e' || chr(769) || ' 👩‍👩‍👧' WHERE _key = '10';
        UPDATE test.thing SET note = '' WHERE _key = '11';
        UPDATE test.thing SET note = repeat('đ', 9000) WHERE _key = '12'"
}

export_parquet() {
    expect_exit 0 kho --json export --format parquet
    S=$(json path)
    [ -d "$S" ] || S=$P/$S
    FILE=$S/test.thing.parquet
}

# What PostgreSQL has, in the form of tests/support/parquet.h, and how many rows have the least, the
# greatest, the middle and an absent value of each column.
note_expected() {
    local line column text type absent
    {
        printf 'rows\t%s\n' "$(store_sql "SELECT count(*) FROM test.thing")"
        for line in "${kinds[@]}"; do
            IFS='|' read -r column text type absent <<<"$line"
            store_sql -F $'\t' "SELECT '$column', count(*) FILTER (WHERE $column IS NULL),
                encode(sha256(convert_to(string_agg(coalesce($text, '\\N') || E'\\n', ''
                ORDER BY _key, _source), 'UTF8')), 'hex') FROM test.thing"
            [ "$column" != flag ] || continue
            local ordered=$column
            [ "$type" != VARCHAR ] || [ "$column" = loose ] || ordered="$column COLLATE \"C\""
            store_sql -F $'\t' "WITH picked AS (SELECT percentile_disc(ARRAY[0, 0.5, 1])
                WITHIN GROUP (ORDER BY $ordered) AS values FROM test.thing)
                SELECT 'where', '$column', $text, '$type', count(*) FROM test.thing, picked
                WHERE $column = ANY (picked.values) GROUP BY 3 HAVING $text <> ''"
            printf 'where\t%s\t%s\t%s\t0\n' "$column" "$absent" "$type"
        done
        store_sql -F $'\t' "SELECT 'where', 'flag', flag::text, 'BOOLEAN', count(*) FROM test.thing
            WHERE flag IS NOT NULL GROUP BY flag"
    } >"$FILE.expected"
}

read_all() {
    [ -e "$KHO_READERS/installed" ] || fail "no readers: run tools/install-readers"
    cp "$repository/tests/readers/read.mjs" "$KHO_READERS/read.mjs"
    node "$KHO_READERS/read.mjs" "$@"
}

test_duckdb_and_hyparquet_find_what_postgresql_has() {
    new_wide
    export_parquet
    expect_exit 0 "$KHO" verify "$S"
    expect_output "25000 rows"
    note_expected
    mkdir "$T/edges"
    KHO_PARQUET_DIR=$T/edges CK_FORK=no "$KHO_TEST_BUILD/tests/unit/lake/test_parquet" >"$T/unit" ||
        fail "$(cat "$T/unit")"
    expect_exit 0 read_all "$FILE" "$T"/edges/*.parquet
    expect_output ", 42 counts, 0 differences"
    expect_eq "$(grep -oE '^[0-9]+ files' "$T/out")" "$((1 + $(find "$T/edges" -name '*.parquet' | wc -l))) files"
}

test_one_state_of_the_store_is_one_sequence_of_bytes() {
    new_wide
    export_parquet
    local first=$FILE
    export_parquet
    [ "$FILE" != "$first" ] || fail "the second export has the first one's name"
    cmp "$first" "$FILE"
    expect_exit 0 "$KHO" --json verify "$S"
    expect_output '"ok":true'
}

test_a_flipped_byte_and_another_count_of_rows_are_noticed() {
    new_wide
    export_parquet
    local size byte old
    size=$(stat -c %s "$FILE")
    for byte in 1 5000 $((size / 2)) $((size - 3)); do
        cp "$FILE" "$T/whole"
        old=$(od -An -tu1 -j "$byte" -N 1 "$FILE")
        # shellcheck disable=SC2059
        printf "\\x$(printf %x $((old ^ 1)))" | dd of="$FILE" bs=1 seek="$byte" conv=notrunc status=none
        expect_exit 7 "$KHO" verify "$S"
        expect_error "test.thing.parquet: sha256 is"
        cp "$T/whole" "$FILE"
    done
    sed -i 's/"rows": 25000/"rows": 24999/' "$S/datapackage.json"
    expect_exit 7 "$KHO" verify "$S"
    expect_error "test.thing.parquet: has 25000 rows, the manifest says 24999"
}

test_what_parquet_cannot_hold_stops_the_export() {
    new_wide
    store_sql "UPDATE test.thing SET since = 'infinity' WHERE _key = '10'"
    expect_exit 1 kho export --format parquet
    expect_error "column since is infinite, or outside the years 1 to 9999"
    expect_eq "$(find "$P/lake" -mindepth 1 | wc -l)" 0
    expect_exit 2 kho export --format orc
    expect_error "there is no format 'orc'"
}

run_tests
