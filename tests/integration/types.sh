#!/bin/bash
# Every built-in type of PostgreSQL arrives without loss.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# Types whose values no table can hold, or that are no values.
not_stored="'pg_node_tree','pg_ndistinct','pg_dependencies','pg_mcv_list','pg_brin_bloom_summary',
    'pg_brin_minmax_multi_summary'"

# Two samples a type; a type of pg_type without samples fails the test.
samples() {
    cat <<'SQL'
CREATE TABLE sample (type text PRIMARY KEY, one text, two text);
INSERT INTO sample VALUES
('aclitem', 'reader=r/postgres', '=r/postgres'),
('bit', '1', '0'),
('bool', 'true', 'false'),
('box', '(3,4),(1,2)', '(0.5,1e+300),(-1,-2)'),
('bpchar', 'xin chào', 'a'),
('bytea', '\x00ff5c27', '\x'),
('char', 'x', 'Z'),
('cid', '4294967295', '0'),
('cidr', '10.1.0.0/16', '2001:db8::/32'),
('circle', '<(1,2),3>', '<(0,0),0.1>'),
('date', '0044-03-15 BC', 'infinity'),
('datemultirange', '{[2020-01-01,2020-02-01),[2021-01-01,)}', '{}'),
('daterange', '[2020-01-01,2020-02-01)', 'empty'),
('float4', '3.4028235e+38', 'NaN'),
('float8', '0.1', '-Infinity'),
('gtsvector', NULL, NULL),
('inet', '192.168.1.5/24', '::1'),
('int2', '-32768', '32767'),
('int2vector', '1 2 -3', '5'),
('int4', '-2147483648', '2147483647'),
('int4multirange', '{[1,3),[5,)}', '{}'),
('int4range', '[1,10)', 'empty'),
('int8', '-9223372036854775808', '9223372036854775807'),
('int8multirange', '{[1,3)}', '{}'),
('int8range', '[1,)', 'empty'),
('interval', '1 year 2 mons -3 days +04:05:06.789', '-178000000 years'),
('json', '{"a": [1, 2.50, null, "ạ"]}', '"x"'),
('jsonb', '{"a": [1, 2.50, null, "ạ"]}', 'null'),
('jsonpath', '$."a"[*]?(@ > 5)', '$'),
('line', '{1,2,3}', '{-1,0,0.5}'),
('lseg', '[(1,2),(3,4)]', '[(0,0),(0,0)]'),
('macaddr', '08:00:2b:01:02:03', 'ff:ff:ff:ff:ff:ff'),
('macaddr8', '08:00:2b:01:02:03:04:05', '00:00:00:00:00:00:00:00'),
('money', '-92233720368547758.08', '12.30'),
('name', 'a_name', 'Tên'),
('numeric', '123456789012345678901234567890.0123456789000', 'NaN'),
('nummultirange', '{[1.5,2.50]}', '{}'),
('numrange', '(1.10,2.0]', 'empty'),
('oid', '4294967295', '0'),
('oidvector', '1 2 3', '7'),
('path', '((1,2),(3,4))', '[(0,0),(1,1)]'),
('pg_lsn', '16/B374D848', '0/0'),
('pg_snapshot', '10:20:10,14,15', '1:1:'),
('point', '(1.5,-2)', '(1e-10,1e+20)'),
('polygon', '((0,0),(1,1),(2,0))', '((0,0))'),
('refcursor', 'a cursor', 'b'),
('regclass', 'pg_type', 'pg_class'),
('regcollation', '"C"', '"POSIX"'),
('regconfig', 'simple', 'english'),
('regdictionary', 'simple', 'english_stem'),
('regnamespace', 'public', 'pg_catalog'),
('regoper', '||/', '0'),
('regoperator', '*(integer,integer)', '0'),
('regproc', 'now', '0'),
('regprocedure', 'lower(text)', '0'),
('regrole', 'postgres', 'reader'),
('regtype', 'integer', 'text'),
('text', 'Trần "Văn" Ánh, 12\3', ','),
('tid', '(12,34)', '(0,1)'),
('time', '23:59:59.999999', '00:00:00'),
('timestamp', '2026-01-01 08:00:00.5', '-infinity'),
('timestamptz', '2026-01-01 08:00:00.123456+07', 'infinity'),
('timetz', '12:30:00+07', '00:00:00.1-12:30'),
('tsmultirange', '{["2020-01-01 00:00:00","2020-02-01 00:00:00")}', '{}'),
('tsquery', '''fat'' & ( ''rat'' | !''cat'' )', '''x'':*'),
('tsrange', '["2020-01-01 00:00:00",)', 'empty'),
('tstzmultirange', '{["2020-01-01 00:00:00+00","2020-02-01 00:00:00+00")}', '{}'),
('tstzrange', '["2020-01-01 00:00:00+00",)', 'empty'),
('tsvector', '''cat'':3B ''fat'':2,4C', '''a'''),
('txid_snapshot', '10:20:10,14,15', '1:1:'),
('uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000'),
('varbit', '10110', ''),
('varchar', 'Đỗ Thị Bé', ''),
('xid', '4294967295', '3'),
('xid8', '18446744073709551615', '3'),
('xml', '<a b="1">ạ &amp; b</a>', '<x/>');
SQL
}

# Makes public.thing with a column for each type (row 1, row 2, and a row of NULLs), the schema of
# text columns for it, and the list of its columns.
make_typed() {
    samples | source_script
    expect_eq "$(source_sql "SELECT string_agg(typname, ' ') FROM pg_type t WHERE typtype IN ('b', 'r', 'm')
        AND typnamespace = 'pg_catalog'::regnamespace AND typcategory <> 'A'
        AND typname NOT IN ($not_stored)
        AND NOT EXISTS (SELECT FROM sample WHERE type = typname)")" ""
    source_sql "SELECT format('CREATE TABLE thing (id integer PRIMARY KEY, %s)',
            string_agg(format('%I pg_catalog.%I', 'c_' || type, type), ', ' ORDER BY type)) FROM sample" \
        | source_script
    local number
    for number in one two; do
        # gtsvector has no input; its column stays NULL.
        source_sql "SELECT 'INSERT INTO thing (id, ' || string_agg(format('%I', 'c_' || type), ', ' ORDER BY type)
            || ') SELECT ' || CASE '$number' WHEN 'one' THEN 1 ELSE 2 END || ', ' ||
            string_agg(format('CAST(%L::text AS pg_catalog.%I)', $number, type), ', ' ORDER BY type)
            FROM sample WHERE type <> 'gtsvector'" | source_script
    done
    source_sql "INSERT INTO thing (id) VALUES (3)"
    # bytes are no text: a mapping has to say what they are
    mapfile -t columns < <(source_sql "SELECT 'c_' || type FROM sample WHERE type <> 'bytea' ORDER BY type")
    write_schema "${columns[@]/%/: {type: text\}}"
}

# What the canonical text of a column is, as SQL over the source: PostgreSQL's own text, but for
# the types whose text depends on the server's settings (include/kho/record/wire.h).
canonical() {
    case $1 in
    c_timestamp) echo "replace(c_timestamp::text, ' ', 'T')" ;;
    c_timestamptz) echo "replace(replace(c_timestamptz::text, ' ', 'T'), '+00', 'Z')" ;;
    *) echo "nullif(\"$1\"::text, '')" ;; # a blank text means that there is nothing
    esac
}

test_every_type_of_the_catalogue_arrives_as_its_canonical_text() {
    new_project
    make_typed
    expect_exit 0 kho --json run things
    expect_eq "$(json inserted) $(json rejected)" "3 0"
    local column row
    for row in 1 2 3; do
        local theirs=() ours=()
        for column in "${columns[@]}"; do
            theirs+=("'$column=' || coalesce($(canonical "$column"), 'NULL')")
            ours+=("'$column=' || coalesce(\"$column\", 'NULL')")
        done
        (IFS=,; source_sql -F $'\n' "SELECT ${theirs[*]} FROM thing WHERE id = $row") >"$T/theirs"
        (IFS=,; store_sql -F $'\n' "SELECT ${ours[*]} FROM test.thing WHERE _key = '$row'") >"$T/ours"
        diff "$T/theirs" "$T/ours" || fail "row $row differs"
        expect_eq "$(wc -l <"$T/ours")" "${#columns[@]}"
    done
    expect_exit 0 kho --json run things
    expect_eq "$(json unchanged)" 3
}

test_bytes_arrive_as_their_hex_digits_and_as_nothing_else() {
    new_project
    source_sql "CREATE TABLE thing (id integer, name bytea, amount integer, since date);
        INSERT INTO thing VALUES (1, '\\x00ff41', 1, NULL), (2, '', 2, NULL)"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT string_agg(name, ' ' ORDER BY _key) FROM test.thing")" '\x00ff41 \x'
    source_sql "ALTER TABLE thing DROP amount, ADD amount bytea"
    expect_exit 2 kho run things --accept drift
    expect_error "column 'amount' is of type bytea, which cannot become decimal"
}

test_enums_domains_arrays_and_composites_arrive_as_their_text() {
    new_project
    source_sql "CREATE TYPE mood AS ENUM ('vui', 'buồn'); CREATE DOMAIN d AS text CHECK (VALUE <> '');
        CREATE DOMAIN dd AS d; CREATE DOMAIN di AS bigint; CREATE TYPE pair AS (a integer, b text);
        CREATE DOMAIN demood AS mood; CREATE DOMAIN darr AS integer[];
        CREATE TABLE thing (id integer, c_mood mood, c_d d, c_dd dd, c_di di, c_pair pair, c_moods mood[],
            c_texts text[], c_ints integer[][], c_bytes bytea[], c_stamps timestamptz[], c_demood demood,
            c_darr darr, c_char5 character(5), c_num numeric(10,4));
        INSERT INTO thing VALUES (1, 'buồn', 'x', 'yy', 9007199254740993, ROW(1, 'a \"b\", c'),
            '{vui,buồn}', ARRAY['a,b', NULL, 'NULL', '', '\"'], '{{1,2},{3,4}}', ARRAY['\\x00ff'::bytea],
            '{2026-01-01 08:00:00+07}', 'vui', '{1,NULL}', 'ab', 1.5)"
    mapfile -t columns < <(source_sql "SELECT attname FROM pg_attribute WHERE attrelid = 'thing'::regclass
        AND attnum > 1 ORDER BY attnum")
    write_schema "${columns[@]/%/: {type: text\}}"
    expect_exit 0 kho run things
    local list
    list=$(printf ', "%s"::text' "${columns[@]}")
    expect_eq "$(store_sql -F $'\n' "SELECT ${list:1} FROM test.thing")" \
        "$(source_sql -F $'\n' "SELECT ${list:1} FROM thing")"
}

test_typed_columns_keep_every_digit() {
    new_project
    write_schema "whole: {type: integer}" "exact: {type: decimal}" "day: {type: date}" \
        "moment: {type: timestamptz}" "flag: {type: boolean}"
    source_sql "CREATE TABLE thing (id integer, whole bigint, exact numeric, day date, moment timestamptz,
        flag boolean); INSERT INTO thing VALUES
        (1, 9223372036854775807, 0.0000000000000000000000000000123, '9999-12-31',
         '2026-06-01 00:00:00.000001+07', true),
        (2, -9223372036854775808, -123456789012345678901234567890.5, '0001-01-02',
         '1900-01-01 00:00:00+00', false), (3, NULL, NULL, NULL, NULL, NULL)"
    expect_exit 0 kho --json run things
    expect_eq "$(json inserted)" 3
    expect_eq "$(store_sql "SELECT whole, exact, day, moment, flag FROM test.thing ORDER BY _key")" \
        "$(source_sql "SELECT whole, exact, day, moment, flag FROM thing ORDER BY id")"
}

test_padding_of_character_is_no_part_of_a_key() {
    new_project
    source_sql "CREATE TABLE thing (id character(8), name text, amount integer, since date);
        INSERT INTO thing VALUES ('ab', '', 1, NULL), ('abc', NULL, 2, NULL)"
    expect_exit 0 kho run things
    expect_eq "$(store_sql "SELECT string_agg(_key || '=' || coalesce(name, 'NULL'), ' ' ORDER BY _key)
        FROM test.thing")" "ab=NULL abc=NULL"
}

run_tests
