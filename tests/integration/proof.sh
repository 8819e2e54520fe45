#!/bin/bash
# A store that does not keep what it is given: its triggers and rules swallow or alter what a run
# writes. The run's proof has to notice, and nothing is published.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# Changes and a cursor's window are written by the same statements: each test takes one of the two.
changes=(full changes)
window=(full "{cursor: changed, overlap: 1h, full_check: never}")

make_source() {
    source_sql "CREATE TABLE thing (id integer PRIMARY KEY, name text, amount numeric, since date,
        changed timestamptz DEFAULT clock_timestamp());
        INSERT INTO thing SELECT i, 'thing ' || i, i, NULL FROM generate_series(1, 100) i"
}

# From now on the store does `what` to rows that meet the condition, instead of what it is told.
sabotage() { # operation condition what [table]
    store_sql "CREATE FUNCTION public.sabotage() RETURNS trigger LANGUAGE plpgsql AS
        \$\$ BEGIN IF $2 THEN $3; END IF; RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END \$\$;
        CREATE TRIGGER sabotage BEFORE $1 ON ${4:-test.thing} FOR EACH ROW
        EXECUTE FUNCTION public.sabotage()"
}

sabotage_by_rule() { # operation
    store_sql "CREATE RULE sabotage AS ON $1 TO test.thing DO INSTEAD NOTHING"
}

repair() {
    store_sql "DROP FUNCTION IF EXISTS public.sabotage() CASCADE;
        DROP RULE IF EXISTS sabotage ON test.thing" 2>"$T/notices"
}

versions() {
    store_sql "SELECT * FROM test.thing_versions ORDER BY _source, _key, _valid_from"
}

# The run notices, publishes nothing, and says so in the ledger.
expect_noticed() { # what was done
    local before
    before=$(versions)
    expect_exit 7 kho run things
    expect_error "nothing was published"
    expect_eq "$(last_run "status || ' ' || error_class || ' ' || (published_at IS NULL)")" \
        "stopped verification failed true"
    [ "$(versions)" = "$before" ] || fail "something was published: $1"
    repair
}

expect_store_is_source() {
    expect_eq "$(store_sql "SELECT string_agg(concat_ws('|', _key, name, amount), ',' ORDER BY _key::int)
        FROM test.thing WHERE _source = 'civil'")" \
        "$(source_sql "SELECT string_agg(concat_ws('|', id, name, amount::numeric(12,2)), ',' ORDER BY id)
        FROM thing")"
}

# The job fails before there is a source table, but its tables are there by then.
make_tables() { # pull
    write_job things civil.public.thing "pull: $1"
    expect_exit 2 kho run things
    make_source
}

test_a_first_load_whose_rows_are_swallowed_or_altered_is_not_published() {
    new_project
    local pull
    for pull in "${changes[@]}"; do
        make_tables "$pull"
        sabotage INSERT "NEW._key = '5'" "RETURN NULL"
        expect_noticed "an insert was swallowed"
        sabotage INSERT "NEW._key = '5'" "NEW._hash := gen_random_uuid()"
        expect_noticed "a hash was altered"
        expect_exit 0 kho run things
        expect_store_is_source
        store_sql "DROP SCHEMA test CASCADE; DROP SCHEMA kho CASCADE" 2>"$T/notices"
        source_sql "DROP TABLE thing"
    done
}

# Into a table that holds another feed's rows.
test_a_first_load_beside_other_feeds_is_proved_too() {
    new_project
    make_source
    expect_exit 0 kho run things
    local pull
    for pull in "${window[@]}"; do
        write_job things civil.public.thing "pull: $pull" "feed: f$RANDOM"
        sabotage INSERT "NEW._key = '5'" "RETURN NULL"
        expect_noticed "an insert was swallowed"
        sabotage INSERT "NEW._key = '5'" "NEW._hash := gen_random_uuid()"
        expect_noticed "a hash was altered"
        sabotage_by_rule INSERT
        expect_noticed "all inserts were swallowed"
        expect_exit 0 kho run things
        expect_eq "$(last_run "inserted || ' ' || proved")" "100 100"
    done
}

test_a_later_load_whose_changes_are_swallowed_or_altered_is_not_published() {
    new_project
    local pull
    for pull in "${changes[@]}"; do
        make_tables "$pull"
        expect_exit 0 kho run things
        source_sql "INSERT INTO thing VALUES (501, 'new', 1);
            UPDATE thing SET name = 'changed', changed = clock_timestamp() WHERE id = 5;
            DELETE FROM thing WHERE id = 7"
        sabotage INSERT "NEW._key = '501'" "RETURN NULL"
        expect_noticed "an insert was swallowed"
        sabotage INSERT "NEW._key = '501'" "NEW._hash := gen_random_uuid()"
        expect_noticed "the hash of a new record was altered"
        sabotage UPDATE "NEW._key = '5'" "RETURN NULL"
        expect_noticed "an update was swallowed"
        sabotage UPDATE "NEW._key = '5'" "RETURN OLD"
        expect_noticed "an update was undone"
        sabotage UPDATE "NEW.name <> OLD.name" "RETURN NULL"
        expect_noticed "an update was swallowed that changes values, not one that changes hashes"
        sabotage UPDATE "NEW._key = '5'" "NEW._hash := gen_random_uuid()"
        expect_noticed "the hash of a changed record was altered"
        sabotage DELETE "OLD._key = '7'" "RETURN NULL"
        expect_noticed "a delete was swallowed"
        sabotage INSERT "NEW._key = '5'" "RETURN NULL" test.thing_history
        expect_noticed "the old version of a changed record was swallowed"
        sabotage INSERT "NEW._key = '7'" "RETURN NULL" test.thing_history
        expect_noticed "the last version of a deleted record was swallowed"
        sabotage_by_rule UPDATE
        expect_noticed "all updates were swallowed"
        sabotage_by_rule DELETE
        expect_noticed "all deletes were swallowed"
        expect_exit 0 kho run things
        expect_eq "$(last_run "concat_ws(' ', inserted, updated, deleted, total)")" "1 1 1 100"
        expect_store_is_source
        store_sql "DROP SCHEMA test CASCADE; DROP SCHEMA kho CASCADE" 2>"$T/notices"
        source_sql "DROP TABLE thing"
    done
}

test_the_only_change_is_missed_when_it_is_swallowed() {
    new_project
    local pull
    for pull in "${window[@]}"; do
        make_tables "$pull"
        expect_exit 0 kho run things
        source_sql "DELETE FROM thing WHERE id = 7"
        sabotage DELETE "OLD._key = '7'" "RETURN NULL"
        expect_noticed "the only delete was swallowed"
        sabotage_by_rule DELETE
        expect_noticed "the only delete was swallowed, by a rule"
        expect_exit 0 kho run things
        expect_eq "$(last_run "deleted || ' ' || total")" "1 99"
        source_sql "INSERT INTO thing VALUES (501, 'new', 1)"
        sabotage INSERT "NEW._key = '501'" "RETURN NULL"
        expect_noticed "the only insert was swallowed"
        expect_exit 0 kho run things
        source_sql "UPDATE thing SET name = 'changed', changed = clock_timestamp() WHERE id = 5"
        sabotage UPDATE "NEW._key = '5'" "RETURN NULL"
        expect_noticed "the only update was swallowed"
        expect_exit 0 kho run things
        expect_store_is_source
        store_sql "DROP SCHEMA test CASCADE; DROP SCHEMA kho CASCADE" 2>"$T/notices"
        source_sql "DROP TABLE thing"
    done
}

run_tests
