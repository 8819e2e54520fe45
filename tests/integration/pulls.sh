#!/bin/bash
# How much of the source is read: all rows, those written since the last pull, those beyond a cursor.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# Rows and what was made of them; the pull that was made.
expect_run() { # read inserted updated deleted unchanged rejected pull
    expect_eq "$(last_run "concat_ws(' ', read, inserted, updated, deleted, unchanged, rejected, pull)")" "$*"
    expect_sums
}

because() {
    last_run "pull_because"
}

# The feed holds what a full pull would give: the same values under the same keys.
expect_store_is_source() {
    expect_eq "$(store_sql "SELECT md5(string_agg(concat_ws('|', _key, name, amount, since), ','
        ORDER BY _key COLLATE \"C\")) FROM test.thing")" \
        "$(source_sql "SELECT md5(string_agg(concat_ws('|', id, name, amount::numeric(12,2), since), ','
        ORDER BY id::text COLLATE \"C\")) FROM thing")"
}

changes_project() { # rows, then lines of the job
    new_project
    make_things "$1"
    write_job things civil.public.thing "pull: changes" "${@:2}"
    expect_exit 0 kho run things
    expect_run "$1" "$1" 0 0 0 0 full
    expect_eq "$(because)" "there is no earlier pull to go on from"
}

test_a_pull_of_changes_reads_what_was_written_and_finds_what_was_deleted() {
    changes_project 500
    expect_exit 0 kho run things
    expect_run 0 0 0 0 0 0 changes
    source_sql "INSERT INTO thing VALUES (501, 'new', 1, NULL);
        UPDATE thing SET name = 'changed' WHERE id IN (7, 8);
        UPDATE thing SET name = name WHERE id = 9;
        DELETE FROM thing WHERE id = 10;
        UPDATE thing SET id = 1011 WHERE id = 11"
    expect_exit 0 kho run things --json
    expect_run 5 2 2 2 1 0 changes
    expect_eq "$(json asked) $(json made)" "changes changes"
    expect_eq "$(json kind) $(json rows) $(json keys_compared)" "window 5 true"
    expect_store_is_source
    expect_exit 0 kho run things
    expect_run 0 0 0 0 0 0 changes
    expect_eq "$(last_run total)" 500
}

test_an_unchanged_source_costs_no_write_on_the_records() {
    changes_project 500
    local before
    before=$(row_versions)
    expect_exit 0 kho run things
    expect_eq "$(row_versions)" "$before"
}

test_a_transaction_open_during_the_last_pull_is_not_lost() {
    changes_project 50
    close_gate source_sql
    echo "BEGIN; UPDATE thing SET name = 'late' WHERE id = 1; SAVEPOINT a;
        UPDATE thing SET name = 'later' WHERE id = 2; SAVEPOINT b;
        INSERT INTO thing VALUES (51, 'latest', 1, NULL); RELEASE b; RELEASE a;
        DO \$\$ BEGIN UPDATE thing SET name = 'in a block' WHERE id = 3;
        EXCEPTION WHEN division_by_zero THEN NULL; END \$\$;
        SELECT pg_advisory_xact_lock(7); COMMIT" | source_script >"$T/late" &
    local late=$!
    wait_for source_sql "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    source_sql "UPDATE thing SET name = 'soon' WHERE id = 4"
    expect_exit 0 kho run things
    expect_run 1 0 1 0 0 0 changes
    open_gate
    wait "$late"
    expect_exit 0 kho run things
    expect_run 5 1 3 0 1 0 changes
    expect_store_is_source
}

# Old rows that come into view without being written.
test_what_the_rows_do_not_tell_makes_kho_compare_all() {
    changes_project 50
    source_sql "CREATE TABLE other (LIKE thing INCLUDING ALL);
        INSERT INTO other SELECT id, 'swapped ' || id, amount, since FROM thing"
    expect_exit 0 kho run things
    expect_run 0 0 0 0 0 0 changes
    source_sql "ALTER TABLE thing RENAME TO former; ALTER TABLE other RENAME TO thing"
    expect_exit 0 kho run things --json
    expect_run 50 0 50 0 0 0 full
    expect_eq "$(json because)" \
        "the source's table, its partitions or the labels of an enumeration have changed"
    expect_store_is_source
    sed -i 's/^map:.*//' "$P/etl/jobs/things.yaml"
    echo "map: {name: upper(name)}" >>"$P/etl/jobs/things.yaml"
    expect_exit 0 kho run things
    expect_run 50 0 50 0 0 0 full
    expect_eq "$(because)" "the mapping, a rule or a code list has changed"
    store_sql "UPDATE kho.run SET position = regexp_replace(position, ' [0-9]+ ', ' 1 ')"
    expect_exit 0 kho run things
    expect_eq "$(because)" "the source is another database cluster"
    store_sql "UPDATE kho.run SET position = regexp_replace(position, ' [0-9]+\$', ' 9000000000')"
    expect_exit 0 kho run things
    expect_eq "$(because)" "the source's transactions have gone back"
    store_sql "UPDATE kho.run SET position = 'what is this'"
    expect_exit 0 kho run things
    expect_eq "$(because)" "the last pull left no position of this kind"
    expect_run 50 0 0 0 50 0 full
    expect_exit 0 kho run things --full
    expect_eq "$(because)" "--full asks for it"
    expect_exit 0 kho run things
    expect_run 0 0 0 0 0 0 changes
}

test_the_labels_of_an_enumeration_are_values_too() {
    new_project
    source_sql "CREATE TYPE grade AS ENUM ('low', 'high');
        CREATE TABLE thing (id integer PRIMARY KEY, name grade, amount numeric, since date);
        INSERT INTO thing VALUES (1, 'low', 1, NULL), (2, 'high', 2, NULL)"
    write_job things civil.public.thing "pull: changes"
    expect_exit 0 kho run things
    source_sql "ALTER TYPE grade RENAME VALUE 'low' TO 'poor'"
    expect_exit 0 kho run things
    expect_run 2 0 1 0 1 0 full
    expect_store_is_source
}

test_a_partition_attached_with_old_rows_is_found() {
    new_project
    source_sql "CREATE TABLE thing (id integer PRIMARY KEY, name text, amount numeric, since date)
        PARTITION BY RANGE (id);
        CREATE TABLE first PARTITION OF thing FOR VALUES FROM (0) TO (100);
        CREATE TABLE second (LIKE thing INCLUDING ALL);
        INSERT INTO thing SELECT i, 'a', i, NULL FROM generate_series(1, 20) i;
        INSERT INTO second SELECT i, 'b', i, NULL FROM generate_series(101, 120) i"
    write_job things civil.public.thing "pull: changes"
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'c' WHERE id = 1"
    expect_exit 0 kho run things
    expect_run 1 0 1 0 0 0 changes
    source_sql "ALTER TABLE thing ATTACH PARTITION second FOR VALUES FROM (100) TO (200)"
    expect_exit 0 kho run things
    expect_run 40 20 0 0 20 0 full
    source_sql "ALTER TABLE thing DETACH PARTITION first"
    expect_exit 0 kho run things
    expect_run 20 0 0 20 20 0 full
    expect_store_is_source
}

test_keys_that_the_changes_do_not_account_for_make_kho_compare_all() {
    changes_project 50
    store_sql "DELETE FROM test.thing WHERE _key IN ('5', '6')"
    expect_exit 0 kho run things
    expect_run 50 2 0 0 48 0 full
    expect_eq "$(because)" "the source has keys that its changes do not account for"
    expect_store_is_source
}

test_rows_that_cannot_be_relied_on_are_compared_each_time() {
    new_project
    source_sql "CREATE TABLE thing (id integer, name text, amount numeric, since date);
        INSERT INTO thing SELECT i, 'a', i, NULL FROM generate_series(1, 20) i"
    write_job things civil.public.thing "pull: changes"
    expect_exit 0 kho run things
    expect_exit 0 kho run things
    expect_run 20 0 0 0 20 0 full
    expect_eq "$(because)" "no unique index covers the key"
    source_sql "ALTER TABLE thing ADD UNIQUE (id); ALTER TABLE thing ENABLE ROW LEVEL SECURITY;
        CREATE POLICY few ON thing USING (id < 11)"
    expect_exit 0 kho run things
    expect_run 10 0 0 10 10 0 full
    expect_eq "$(because)" "row security decides which rows are seen"
    source_sql "DROP POLICY few ON thing; ALTER TABLE thing DISABLE ROW LEVEL SECURITY"
    expect_exit 0 kho run things
    expect_exit 0 kho run things
    expect_run 0 0 0 0 0 0 changes
    expect_store_is_source
}

test_changes_of_what_is_no_table_are_refused() {
    new_project
    make_things 5
    source_sql "CREATE VIEW seen AS SELECT * FROM thing"
    write_job things civil.public.seen "pull: changes"
    expect_exit 2 kho run things
    expect_error "etl/jobs/things.yaml:7:7: \`pull: changes\` reads tables, and civil.public.seen is a view"
    expect_exit 2 kho check --online
    expect_error "is a view"
    printf 'job: things\nsql: SELECT * FROM thing\nsource: civil\nto: test.thing\nkey: id\npull: changes\n' \
        >"$P/etl/jobs/things.yaml"
    expect_exit 2 kho check
    expect_error "6:7: error: \`pull: changes\` reads tables, not a query"
    sed -i 's/pull: .*/pull: changse/' "$P/etl/jobs/things.yaml"
    expect_exit 2 kho check
    expect_error "did you mean 'changes'?"
}

test_a_rejected_row_is_no_deletion_and_is_mended_by_a_later_change() {
    new_project
    source_sql "CREATE TABLE thing (id integer PRIMARY KEY, name text, amount text, since date);
        INSERT INTO thing SELECT i, 'a', i, NULL FROM generate_series(1, 20) i;
        INSERT INTO thing VALUES (21, 'never good', 'bad', NULL)"
    write_job things civil.public.thing "pull: changes" "map: {amount: \"number(amount, '.')\"}"
    expect_exit 0 kho run things
    expect_run 21 20 0 0 0 1 full
    source_sql "UPDATE thing SET amount = 'bad' WHERE id = 5"
    expect_exit 0 kho run things
    expect_run 1 0 0 0 0 1 changes
    expect_eq "$(store_sql "SELECT amount FROM test.thing WHERE _key = '5'")" 5.00
    expect_eq "$(store_sql "SELECT string_agg(key || stale, ' ' ORDER BY key) FROM kho.open_reject")" \
        "21false 5true"
    expect_exit 0 kho run things
    expect_run 0 0 0 0 0 0 changes
    expect_eq "$(last_run stale)" 1
    source_sql "UPDATE thing SET amount = '55' WHERE id = 5; DELETE FROM thing WHERE id = 21"
    expect_exit 0 kho run things
    expect_run 1 0 1 0 0 0 changes
    expect_eq "$(store_sql "SELECT count(*) FROM kho.open_reject")" 0
    expect_eq "$(last_run stale)" 0
}

test_deletes_are_looked_for_as_often_as_the_job_says() {
    changes_project 50 "deletes: never"
    source_sql "DELETE FROM thing WHERE id = 1"
    expect_exit 0 kho run things
    expect_run 0 0 0 0 0 0 changes
    expect_eq "$(last_run keys_compared)" f
    sed -i 's/deletes: never/deletes: daily/' "$P/etl/jobs/things.yaml"
    expect_exit 0 kho run things
    expect_run 0 0 0 0 0 0 changes
    store_sql "UPDATE kho.run SET started_at = started_at - interval '1 day'"
    expect_exit 0 kho run things
    expect_run 0 0 0 1 0 0 changes
    source_sql "DELETE FROM thing WHERE id = 2"
    expect_exit 0 kho run things
    expect_run 0 0 0 0 0 0 changes
}

test_keys_of_every_kind_are_compared() {
    new_project
    source_sql "CREATE TABLE thing (id text, part char(4), day date, u uuid, n numeric,
        name text, amount numeric, since date, PRIMARY KEY (id, part, day, u, n));
        INSERT INTO thing SELECT 'khóa|' || i || E'\\\\', 'x', date '0001-01-01' - i,
        ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, i + 0.50, 'a', i, NULL
        FROM generate_series(1, 30) i"
    write_job things civil.public.thing "pull: changes" "key: [id, part, day, u, n]"
    expect_exit 0 kho run things
    expect_exit 0 kho run things
    expect_run 0 0 0 0 0 0 changes
    expect_eq "$(last_run keys_compared)" t
    source_sql "DELETE FROM thing WHERE n = 3.5"
    expect_exit 0 kho run things
    expect_run 0 0 0 1 0 0 changes
    # A time is written in another way by the server: such keys are compared one by one.
    source_sql "CREATE TABLE timed (id timestamptz PRIMARY KEY, name text, amount numeric, since date);
        INSERT INTO timed SELECT timestamptz '2026-01-01' + i * interval '1 hour', 'a', i, NULL
        FROM generate_series(1, 30) i"
    write_job timed civil.public.timed "pull: changes" "feed: timed"
    expect_exit 0 kho run timed
    source_sql "DELETE FROM timed WHERE amount < 3"
    expect_exit 0 kho run timed
    expect_run 0 0 0 2 0 0 changes
    expect_eq "$(last_run keys_compared)" t
}

cursor_project() { # lines of the job behind the pull
    new_project
    source_sql "CREATE TABLE thing (id integer PRIMARY KEY, name text, amount numeric, since date,
        changed timestamptz);
        INSERT INTO thing SELECT i, 'thing ' || i, i, NULL, now() - interval '1 day' + i * interval '1 min'
        FROM generate_series(1, 100) i"
    write_job things civil.public.thing "$@"
    expect_exit 0 kho run things
    expect_run 100 100 0 0 0 0 full
}

test_a_cursor_reads_what_lies_beyond_its_last_value() {
    cursor_project "pull: {cursor: changed, overlap: 5m, full_check: never}"
    source_sql "UPDATE thing SET name = 'changed', changed = now() WHERE id = 7;
        INSERT INTO thing VALUES (101, 'new', 1, NULL, now())"
    expect_exit 0 kho run things --json
    expect_run 8 1 1 0 6 0 cursor
    expect_eq "$(json made) $(json kind)" "cursor window"
    expect_eq "$(json from)" "$(source_sql "SELECT max(changed) - interval '5 min' FROM thing WHERE id < 101 AND id <> 7")"
    expect_eq "$(json to)" "$(source_sql "SELECT max(changed) FROM thing")"
    expect_store_is_source
    source_sql "DELETE FROM thing WHERE id IN (1, 7)"
    expect_exit 0 kho run things
    expect_run 1 0 0 2 1 0 cursor
    expect_store_is_source
}

test_a_cursor_in_the_future_hides_nothing() {
    cursor_project "pull: {cursor: changed, overlap: 1s, full_check: never}" "deletes: never"
    source_sql "UPDATE thing SET name = 'time traveller', changed = '2999-01-01' WHERE id = 1"
    expect_exit 0 kho run things
    expect_run 2 0 1 0 1 0 cursor
    sleep 1.1
    source_sql "UPDATE thing SET name = 'now', changed = now() WHERE id = 2"
    expect_exit 0 kho run things
    expect_run 2 0 1 0 1 0 cursor
    expect_store_is_source
}

test_a_full_check_finds_what_a_cursor_cannot_see() {
    cursor_project "pull: {cursor: changed, overlap: 1s, full_check: daily}" "deletes: never"
    source_sql "UPDATE thing SET name = 'no cursor', changed = NULL WHERE id = 1;
        UPDATE thing SET name = 'old cursor' WHERE id = 2; DELETE FROM thing WHERE id = 3"
    expect_exit 0 kho run things
    expect_run 1 0 0 0 1 0 cursor
    store_sql "UPDATE kho.run SET started_at = started_at - interval '1 day'"
    expect_exit 0 kho run things
    expect_run 99 0 2 1 97 0 full
    expect_eq "$(because)" "the full check is due"
    expect_store_is_source
}

test_a_cursor_may_be_a_number_a_day_or_a_column_of_a_query() {
    new_project
    make_things 100
    write_job things civil.public.thing "pull: {cursor: id, overlap: 10}"
    expect_exit 0 kho run things
    source_sql "INSERT INTO thing VALUES (101, 'new', 1, NULL)"
    expect_exit 0 kho run things
    expect_run 12 1 0 0 11 0 cursor
    write_job things civil.public.thing "pull: {cursor: since, overlap: 36h}"
    expect_exit 0 kho run things
    expect_run 101 0 0 0 101 0 full
    expect_exit 0 kho run things
    expect_run 3 0 0 0 3 0 cursor
    printf '%s\n' "job: things" "sql: SELECT id, name, amount, since, since::timestamp AS at FROM thing" \
        "source: civil" "to: test.thing" "key: id" "pull: {cursor: at, overlap: 1d}" >"$P/etl/jobs/things.yaml"
    expect_exit 0 kho run things
    expect_exit 0 kho run things
    expect_run 2 0 0 0 2 0 cursor
}

test_a_cursor_that_is_none_is_refused() {
    new_project
    make_things 5
    write_job things civil.public.thing "pull: {cursor: sinse}"
    expect_exit 2 kho run things
    expect_error "did you mean 'since'?"
    write_job things civil.public.thing "pull: {cursor: name}"
    expect_exit 2 kho run things
    expect_error "cursor 'name' of civil.public.thing is no time, date or whole number"
    write_job things civil.public.thing "pull: {cursor: id, overlap: 10m}"
    expect_exit 2 kho check --online
    expect_error "is a number: so must its distance be"
    write_job things civil.public.thing "pull: {cursor: id, overlap: much}"
    expect_exit 2 kho check
    expect_error "'overlap' is a duration such as 10m"
}

test_a_backfill_goes_by_ranges_and_on_where_it_stopped() {
    new_project
    source_sql "CREATE TABLE thing (id integer PRIMARY KEY, name text, amount text, since date);
        INSERT INTO thing SELECT i, 'thing ' || i, i, date '2020-01-01' + i FROM generate_series(1, 100) i;
        INSERT INTO thing VALUES (200, 'no day', 1, NULL), (201, 'for ever', 1, 'infinity'),
            (202, 'far away', 1, '2030-01-01')"
    write_job things civil.public.thing "map: {amount: \"number(amount, '.')\"}" \
        "stop_if: {rejected: 2%, after_rows: 1}"
    source_sql "UPDATE thing SET amount = 'bad' WHERE id = 50"
    expect_exit 4 kho backfill things --by since --step 30d
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing")" 30
    source_sql "UPDATE thing SET amount = '50' WHERE id = 50"
    expect_exit 2 kho backfill things --by id --step 30
    expect_error "an unfinished backfill of this feed goes by column 'since'"
    expect_exit 0 kho backfill things --by since --step 30d
    expect_eq "$(wc -l <"$T/out")" 4
    expect_error "going on from 2020-02-01"
    expect_eq "$(store_sql "SELECT string_agg(concat_ws(' ', pull, pull_from, pull_to, read, inserted), ', '
        ORDER BY run) FROM kho.run WHERE status = 'published'")" \
        "backfill 2020-01-02 2020-02-01 30 30, backfill 2020-02-01 2020-03-02 30 30, \
backfill 2020-03-02 2020-04-01 30 30, backfill 2020-04-01 2020-05-01 10 10, \
backfill 2030-01-01 2030-01-31 1 1"
    write_job things civil.public.thing "pull: changes"
    expect_exit 0 kho run things
    expect_run 103 1 0 0 101 1 full
    expect_exit 0 kho backfill things --by id --step 150
    expect_run 3 0 0 0 2 1 backfill
    expect_exit 0 kho run things
    expect_run 0 0 0 0 0 0 changes
    expect_exit 2 kho backfill things --by name --step 3
    expect_error "column 'name' of civil.public.thing is no time, date or whole number"
    expect_exit 2 kho backfill things --by id --step 3d
    expect_error "is a number: so must its distance be"
    expect_exit 2 kho backfill things --by id --step 0
    expect_exit 2 kho backfill things
}

# Writers that keep transactions open for random times, savepoints and late commits among them.
write_at_random() { # seed
    local i
    for ((i = 1; i <= ${KHO_TEST_COMMITS:-150}; i++)); do
        echo "BEGIN; UPDATE thing SET name = 'w$1-$i', changed = clock_timestamp() WHERE id = 1 + (random() * 299)::int;
            SAVEPOINT s; INSERT INTO thing VALUES (1000 * $1 + $i, 'new', $i, NULL, clock_timestamp());
            RELEASE s; DELETE FROM thing WHERE id = 1000 * $1 + $i - 7;
            SELECT pg_sleep(random() * 0.02); SAVEPOINT t; UPDATE thing SET amount = $i WHERE id = 1000 * $1 + $i - 3;
            $([ $((i % 5)) = 0 ] && echo "ROLLBACK TO t;") COMMIT;"
    done | source_script >/dev/null
}

test_no_row_is_lost_beside_writers_whatever_the_pull() {
    new_project
    source_sql "CREATE TABLE thing (id integer PRIMARY KEY, name text, amount numeric, since date,
        changed timestamptz);
        INSERT INTO thing SELECT i, 'thing ' || i, i, NULL, now() FROM generate_series(1, 300) i"
    local pull writers writer
    for pull in changes full "{cursor: changed, overlap: 10s, full_check: never}"; do
        write_job things civil.public.thing "pull: $pull"
        expect_exit 0 kho run things
        writers=()
        for writer in 1 2 3; do
            source_sql "DELETE FROM thing WHERE id >= 1000 * $writer AND id < 1000 * $writer + 1000"
            write_at_random "$writer" &
            writers+=($!)
        done
        while kill -0 "${writers[0]}" 2>/dev/null; do
            expect_exit 0 kho run things
        done
        wait "${writers[@]}"
        expect_exit 0 kho run things
        [ "$pull" = full ] || expect_eq "$(last_run "pull <> 'full'")" t
        expect_store_is_source
        expect_sums
    done
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing_versions a JOIN test.thing_versions b
        USING (_source, _key) WHERE a._valid_from < b._valid_from AND a._valid_to > b._valid_from")" 0
}

run_tests
