#!/bin/bash
# kho history: the versions of one record.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# The table without the run's times.
told() { # arguments of kho history
    expect_exit 0 kho history "$@"
    sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\+[0-9:]{5}/TIME/g; s/ +/ /g; s/ $//' "$T/out"
}

test_a_records_life_is_told_from_its_beginning() {
    new_project
    make_things 3
    sed -i 's/^warehouse: .*/&\ntimezone: Asia\/Ho_Chi_Minh/' "$P/etl/warehouse.yaml"
    source_sql "UPDATE thing SET since = NULL WHERE id = 2"
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'other', since = '2021-02-03' WHERE id = 2"
    expect_exit 0 kho run things
    source_sql "DELETE FROM thing WHERE id = 2"
    expect_exit 0 kho run things
    expect_eq "$(told test.thing 2 | tail -n 1)" "civil TIME - 3 deleted"
    source_sql "INSERT INTO thing VALUES (2, 'other', 5, '2021-02-03')"
    expect_exit 0 kho run things
    expect_eq "$(told test.thing 2)" "source valid from valid to run what change
civil TIME TIME 1 inserted name: thing 2
 amount: 2.50
civil TIME TIME 2 updated name: thing 2 -> other
 since: - -> 2021-02-03
civil TIME TIME 3 deleted
civil TIME - 4 returned amount: 2.50 -> 5.00"
    grep -q '+07:00' "$T/out" || fail "the times are not the warehouse's"
    expect_exit 0 kho --json history test.thing 2
    expect_eq "$(wc -l <"$T/out")" 3
    expect_eq "$(sed -E 's/"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{15}\+07:00"/TIME/g' "$T/out")" \
        '{"schema":"test.thing","key":"2","source":"civil","run":1,"valid_from":TIME,"valid_to":TIME,"change":"inserted","changed":[],"deleted":false,"deleted_by":null,"record":{"name":"thing 2","amount":2.50,"since":null}}
{"schema":"test.thing","key":"2","source":"civil","run":2,"valid_from":TIME,"valid_to":TIME,"change":"updated","changed":["name","since"],"deleted":true,"deleted_by":3,"record":{"name":"other","amount":2.50,"since":"2021-02-03"}}
{"schema":"test.thing","key":"2","source":"civil","run":4,"valid_from":TIME,"valid_to":null,"change":"returned","changed":["amount"],"deleted":false,"deleted_by":null,"record":{"name":"other","amount":5.00,"since":"2021-02-03"}}'
}

test_the_same_key_of_two_feeds_is_two_records() {
    new_project
    make_things 3
    write_job others civil.public.thing "feed: other" "map: {name: upper(name)}"
    expect_exit 0 kho run
    expect_eq "$(told test.thing 1 | grep -c inserted)" 2
    expect_eq "$(told test.thing 1 --source other | grep inserted)" "other TIME - 1 inserted name: THING 1"
    expect_exit 1 kho history test.thing 1 --source third
    expect_error "test.thing has and had no record with this key from feed 'third'"
}

test_what_does_not_exist_is_said() {
    new_project
    make_things 3
    expect_exit 1 kho history test.thing 1
    expect_error "test.thing has and had no record with this key"
    expect_exit 0 kho run things
    expect_exit 1 kho history test.thing 012345678901
    expect_error "test.thing has and had no record with this key"
    ! grep -q 012345678901 "$T/err" || fail "the key is repeated"
    expect_exit 2 kho history test.thin 1
    expect_error "there is no table 'test.thin'"
    expect_error "did you mean 'test.thing'?"
    expect_exit 2 kho history test.thing
    expect_exit 1 kho --json history test.thing 99
    expect_output '"ok":false'
}

test_after_a_type_became_wider_only_what_changed_is_told() {
    new_project
    make_things 3
    expect_exit 0 kho run things
    write_schema "label: {type: text, pii: basic, title: Name, was: name}" "amount: {type: decimal}" \
        "since: {type: date}"
    write_job things civil.public.thing "map: {label: name}"
    source_sql "UPDATE thing SET name = 'x', amount = 2.5000 WHERE id = 2"
    expect_exit 0 kho run things
    expect_eq "$(told test.thing 2 | sed -n '/updated/,$p')" "civil TIME - 2 updated label: thing 2 -> x"
}

# Changes the source at random, as the seed says: inserts, updates, deletes, rows that come back,
# updates that change nothing.
change_source() { # seed
    source_sql "SELECT setseed($1 / 100.0);
        CREATE TABLE IF NOT EXISTS away (LIKE thing);
        WITH back AS (DELETE FROM away WHERE random() < 0.4 RETURNING *)
        INSERT INTO thing SELECT * FROM back;
        WITH gone AS (DELETE FROM thing WHERE random() < 0.2 RETURNING *)
        INSERT INTO away SELECT * FROM gone;
        UPDATE thing SET name = 'name ' || (random() * 2)::integer WHERE random() < 0.3;
        UPDATE thing SET amount = nullif((random() * 3)::integer, 0) WHERE random() < 0.3;
        UPDATE thing SET amount = amount * 1.000, name = name || '  ', since = since WHERE random() < 0.3;
        INSERT INTO thing SELECT m + i, 'new', i, NULL FROM generate_series(1, 3) i,
            (SELECT max(id) AS m FROM (TABLE thing UNION ALL TABLE away) a) x" >"$T/changed"
}

# What stands in the store right after a run is what history has to say of that time.
test_versions_of_random_loads_follow_each_other_without_gap_or_overlap() {
    new_project
    make_things 30
    store_sql "CREATE SCHEMA seen; CREATE TABLE seen.version (run integer, at timestamptz, key text, record jsonb)" >/dev/null
    local round key
    for round in $(seq 15); do
        expect_exit 0 kho run things
        store_sql "INSERT INTO seen.version SELECT r.run, r.published_at, _key,
            to_jsonb(t) - '{_hash,_valid_from,_run,_source,_key}'::text[]
            FROM test.thing t, (SELECT max(run) AS run, max(published_at) AS published_at FROM kho.run) r" >/dev/null
        change_source "$round"
    done
    store_sql "CREATE TABLE seen.told (line jsonb)" >/dev/null
    for key in $(store_sql "SELECT DISTINCT key FROM seen.version ORDER BY 1"); do
        expect_exit 0 kho --json history test.thing "$key"
        cat "$T/out" >>"$T/told"
    done
    psql -XqAt -v ON_ERROR_STOP=1 -h "$store_socket" -U postgres -d "$STORE_DB" \
        -c "COPY seen.told FROM STDIN (FORMAT csv, QUOTE e'\x01', DELIMITER e'\x02')" <"$T/told"
    store_sql "CREATE VIEW seen.life AS SELECT line->>'key' AS key, (line->>'run')::int AS run,
        (line->>'valid_from')::timestamptz AS since, coalesce((line->>'valid_to')::timestamptz, 'infinity') AS until,
        line->>'change' AS change, (line->>'deleted')::boolean AS deleted, (line->>'deleted_by')::int AS deleted_by,
        line->'changed' AS changed, line->'record' AS record FROM seen.told" >/dev/null
    # All kinds of things have happened.
    expect_eq "$(store_sql "SELECT string_agg(DISTINCT change, ' ' ORDER BY change), bool_or(deleted), count(*) > 200 FROM seen.life")" \
        "inserted returned updated|t|t"
    # Each version of the store exactly once.
    expect_eq "$(store_sql "SELECT count(*) FROM (
        (SELECT _key, _run, _valid_from, _valid_to FROM test.thing_versions EXCEPT ALL SELECT key, run, since, until FROM seen.life)
        UNION ALL (SELECT key, run, since, until FROM seen.life EXCEPT ALL SELECT _key, _run, _valid_from, _valid_to FROM test.thing_versions)) d")" 0
    # No overlap; a gap only behind a deletion; none is as the one before unless it was away between.
    expect_eq "$(store_sql "SELECT count(*) FROM (SELECT *, lead(since) OVER w AS next,
        lag(record) OVER w AS before, lag(deleted) OVER w AS was_gone FROM seen.life
        WINDOW w AS (PARTITION BY key ORDER BY since)) v
        WHERE since >= until OR next < until OR deleted <> (until < coalesce(next, 'infinity'))
        OR (record = before AND NOT was_gone) OR (change = 'returned') <> coalesce(was_gone, false)
        OR (change = 'inserted') <> (before IS NULL) OR deleted <> (deleted_by IS NOT NULL)")" 0
    # After every run the history shows what the store showed then.
    expect_eq "$(store_sql "SELECT count(*) FROM seen.version s FULL JOIN
        (SELECT r.run, l.key, l.record FROM seen.life l JOIN kho.run r ON r.published_at >= since AND r.published_at < until) l
        ON (l.run, l.key) = (s.run, s.key) WHERE s.record IS DISTINCT FROM l.record")" 0
    # What is said to have changed is what differs.
    expect_eq "$(store_sql "SELECT count(*) FROM (SELECT *, lag(record) OVER (PARTITION BY key ORDER BY since) AS before
        FROM seen.life) v WHERE before IS NOT NULL AND changed IS DISTINCT FROM coalesce((SELECT jsonb_agg(c ORDER BY n)
        FROM (VALUES (1, 'name'), (2, 'amount'), (3, 'since')) x(n, c) WHERE record->c IS DISTINCT FROM before->c), '[]')")" 0
}

run_tests
