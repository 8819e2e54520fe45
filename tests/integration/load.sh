#!/bin/bash
# First load, rerun, changes, history.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

expect_counts() { # read inserted updated deleted unchanged rejected
    expect_eq "$(json read) $(json inserted) $(json updated) $(json deleted) $(json unchanged) \
$(json rejected)" "$*"
    expect_eq "$(last_run "concat_ws(' ', read, inserted, updated, deleted, unchanged, rejected)")" \
        "$*"
    expect_sums
}

test_a_first_load_brings_every_row() {
    new_project
    make_things 3000
    expect_exit 0 kho --json run things
    expect_counts 3000 3000 0 0 0 0
    expect_eq "$(json status)" published
    expect_eq "$(last_run "status || ' ' || total || ' ' || (source_hash = store_hash)")" \
        "published 3000 true"
    expect_eq "$(store_sql "SELECT md5(string_agg(concat_ws('|', _key, name, amount, since), ','
        ORDER BY _key COLLATE \"C\")) FROM test.thing")" \
        "$(source_sql "SELECT md5(string_agg(concat_ws('|', id, name, amount::numeric(12,2), since),
        ',' ORDER BY id::text COLLATE \"C\")) FROM public.thing")"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 0
    expect_eq "$(store_sql "SELECT DISTINCT _source || _run FROM test.thing")" "civil1"
}

test_a_rerun_writes_no_row_and_hardly_any_wal() {
    new_project
    make_things 20000
    expect_exit 0 kho run things
    local rows wal
    rows=$(row_versions)
    store_sql "CREATE EXTENSION pg_walinspect; CHECKPOINT" # no more full page images of the first load
    expect_exit 0 kho --json run things
    expect_counts 20000 0 0 0 20000 0
    wal=$(store_sql "SELECT pg_current_wal_flush_lsn()")
    expect_exit 0 kho --json run things
    # Other tests write to the same cluster: what counts is this database's part.
    expect_eq "$(store_sql "SELECT coalesce(sum(record_length), 0) < 200000
        FROM pg_get_wal_records_info('$wal', pg_current_wal_flush_lsn()), pg_database d
        WHERE datname = current_database() AND block_ref LIKE '%/' || d.oid || '/%'")" t
    expect_eq "$(row_versions)" "$rows"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 0
}

test_inserts_updates_and_deletes_are_told_apart() {
    new_project
    make_things 1000
    expect_exit 0 kho run things
    source_sql "DELETE FROM thing WHERE id > 997;
        INSERT INTO thing SELECT i, 'new', 1, NULL FROM generate_series(2001, 2007) i;
        UPDATE thing SET name = 'changed' WHERE id <= 5"
    local untouched
    untouched=$(store_sql "SELECT md5(string_agg(ctid || ' ' || xmin, ',' ORDER BY _key))
        FROM test.thing WHERE _key::int BETWEEN 6 AND 997")
    expect_exit 0 kho --json run things
    expect_counts 1004 7 5 3 992 0
    expect_eq "$(store_sql "SELECT md5(string_agg(ctid || ' ' || xmin, ',' ORDER BY _key))
        FROM test.thing WHERE _key::int BETWEEN 6 AND 997")" "$untouched"
    expect_eq "$(store_sql "SELECT string_agg(_key, ' ' ORDER BY _key::int) FROM test.thing_history")" \
        "1 2 3 4 5 998 999 1000"
    expect_eq "$(store_sql "SELECT DISTINCT name FROM test.thing WHERE _key::int <= 5")" changed
    expect_eq "$(store_sql "SELECT name FROM test.thing_history WHERE _key = '3'")" "thing 3"
}

test_a_null_becomes_a_value_and_back_and_an_empty_text_is_none() {
    new_project
    make_things 3
    source_sql "UPDATE thing SET name = NULL WHERE id = 1"
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'now' WHERE id = 1; UPDATE thing SET since = NULL WHERE id = 2"
    expect_exit 0 kho --json run things
    expect_counts 3 0 2 0 1 0
    expect_eq "$(store_sql "SELECT name FROM test.thing WHERE _key = '1'")" now
    expect_eq "$(store_sql "SELECT since IS NULL FROM test.thing WHERE _key = '2'")" t
}

test_history_has_no_gap_and_no_overlap_and_answers_for_each_instant() {
    new_project
    make_things 10
    local round before
    for round in 1 2 3; do
        expect_exit 0 kho run things
        before[round]=$(store_sql "SELECT clock_timestamp()")
        source_sql "UPDATE thing SET name = 'round $round' WHERE id <= 4"
    done
    expect_exit 0 kho run things
    # Each version of a key begins where the one before ends; the last one is open.
    expect_eq "$(store_sql "SELECT count(*) FROM (SELECT _valid_from, _valid_to,
        lead(_valid_from) OVER w AS next FROM test.thing_versions
        WINDOW w AS (PARTITION BY _source, _key ORDER BY _valid_from)) v
        WHERE _valid_from >= _valid_to OR _valid_to IS DISTINCT FROM coalesce(next, 'infinity')")" 0
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_versions WHERE _key = '1'")" 4
    expect_eq "$(store_sql "SELECT name FROM test.thing_at('${before[1]}') WHERE _key = '1'")" "thing 1"
    expect_eq "$(store_sql "SELECT name FROM test.thing_at('${before[2]}') WHERE _key = '1'")" "round 1"
    expect_eq "$(store_sql "SELECT name FROM test.thing_at('${before[3]}') WHERE _key = '1'")" "round 2"
    expect_eq "$(store_sql "SELECT name FROM test.thing_at('infinity'::timestamptz - interval '1 s')
        WHERE _key = '9'")" ""
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_at('2000-01-01')")" 0
    expect_eq "$(store_sql "SELECT count(DISTINCT published_at) FROM kho.run")" 4
}

test_a_deleted_record_that_comes_back_has_a_gap_in_its_history() {
    new_project
    make_things 5
    local gone
    expect_exit 0 kho run things
    source_sql "DELETE FROM thing WHERE id = 2"
    expect_exit 0 kho run things
    gone=$(store_sql "SELECT clock_timestamp()")
    source_sql "INSERT INTO thing VALUES (2, 'thing 2', 2.5, '2020-01-03')"
    expect_exit 0 kho --json run things
    expect_counts 5 1 0 0 4 0
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_at('$gone') WHERE _key = '2'")" 0
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_versions WHERE _key = '2'")" 2
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing WHERE _key = '2'")" 1
}

test_a_changed_mapping_with_the_same_values_opens_no_version() {
    new_project
    make_things 50
    expect_exit 0 kho run things
    write_job things civil.public.thing "map: {name: upper(name)}"
    expect_exit 0 kho --json run things
    expect_counts 50 0 50 0 0 0
    write_job things civil.public.thing "map: {name: upper(upper(name))}"
    expect_exit 0 kho --json run things
    expect_counts 50 0 0 0 50 0
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_history")" 50
    local rows
    rows=$(row_versions)
    expect_exit 0 kho --json run things
    expect_counts 50 0 0 0 50 0
    expect_eq "$(row_versions)" "$rows"
}

test_keys_may_swap_their_rows() {
    new_project
    make_things 4
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET id = -id WHERE id <= 2; UPDATE thing SET id = 3 + id WHERE id < 0"
    expect_exit 0 kho --json run things
    expect_counts 4 0 2 0 2 0
    expect_eq "$(store_sql "SELECT name FROM test.thing WHERE _key = '1'")" "thing 2"
}

test_tables_views_and_names_in_quotes_are_read() {
    new_project
    make_things 7
    source_sql "CREATE VIEW seen AS SELECT * FROM thing WHERE id > 2;
        CREATE SCHEMA \"Sổ hộ\"; GRANT USAGE ON SCHEMA \"Sổ hộ\" TO reader;
        CREATE TABLE \"Sổ hộ\".\"Nhân khẩu, \"\"chính\"\"\" (\"Mã số\" integer, \"họ tên\" text);
        INSERT INTO \"Sổ hộ\".\"Nhân khẩu, \"\"chính\"\"\" VALUES (1, 'Nguyễn Thị Ánh'), (2, NULL);
        GRANT SELECT ON ALL TABLES IN SCHEMA \"Sổ hộ\" TO reader"
    write_job things civil.seen
    expect_exit 0 kho --json run things
    expect_counts 5 5 0 0 0 0
    cat >"$P/etl/jobs/quoted.yaml" <<'YAML'
job: quoted
from: civil."Sổ hộ"."Nhân khẩu, ""chính"""
to: test.thing
key: Mã số
feed: quoted
map:
  name: '"họ tên"'
retry: {times: 0}
YAML
    expect_exit 0 kho --json run quoted
    expect_counts 2 2 0 0 0 0
    expect_eq "$(store_sql "SELECT name FROM test.thing WHERE _source = 'quoted' AND _key = '1'")" \
        "Nguyễn Thị Ánh"
}

test_a_query_is_read_and_a_composite_key_is_one_text() {
    new_project
    make_things 6
    cat >"$P/etl/jobs/things.yaml" <<'YAML'
job: things
source: civil
sql: |
  SELECT t.id, 'part|' || t.id % 2 AS part, t.name, t.amount, t.since
  FROM thing t -- all of them
  WHERE t.id > 1;
to: test.thing
key: [part, id]
retry: {times: 0}
YAML
    expect_exit 0 kho --json run things
    expect_counts 5 5 0 0 0 0
    expect_eq "$(store_sql "SELECT count(DISTINCT _key) FROM test.thing")" 5
    expect_exit 0 kho --json run things
    expect_counts 5 0 0 0 5 0
}

run_tests
