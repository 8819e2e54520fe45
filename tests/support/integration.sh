# Harness of the integration tests; each file of tests/integration/ sources it, defines functions
# named test_<words>, and ends with `run_tests`. A test is one sentence and runs in a subshell with
# `set -e`, in a directory of its own ($T). tests/run gives the clusters and the binaries.
# shellcheck shell=bash
# The variables set here are read by the tests.
# shellcheck disable=SC2034

: "${KHO:?run it by tests/run}" "${KHO_TEST_CLUSTER:?}" "${KHO_TEST_STORE:?}" "${KHO_TEST_WORK:?}"
export KHO_BINARY=$KHO
repository=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
source_socket=$(realpath "$KHO_TEST_CLUSTER")/socket
store_socket=$(realpath "$KHO_TEST_STORE")/socket
export LC_ALL=C.UTF-8

# Runs every test of the file, in the order in which they stand.
run_tests() {
    local name words failed=0 code started
    # shellcheck disable=SC2013 # names have no blanks
    for name in $(sed -n 's/^\(test_[a-z0-9_]*\)() {.*/\1/p' "$0"); do
        # shellcheck disable=SC2053 # ONLY is a pattern
        [[ "$name" == ${ONLY:-*} ]] || continue
        words=${name#test_}
        words=${words//_/ }
        T=$(mktemp -d "$KHO_TEST_WORK/t.XXXXXX")
        chmod 0755 "$T"
        started=$SECONDS
        (
            set -e
            "$name"
        ) >"$T.log" 2>&1
        code=$?
        if [ "$code" = 0 ]; then
            echo "ok - $words ($((SECONDS - started)) s)"
        else
            failed=1
            echo "not ok - $words"
            sed 's/^/    /' "$T.log"
        fi
        rm -rf "$T" "$T.log"
    done
    exit "$failed"
}

fail() {
    echo "FAILED at lines ${BASH_LINENO[*]:1:3}: $*"
    exit 1
}

expect_eq() { # actual expected
    [ "$1" = "$2" ] || fail "expected '$2', got '$1'"
}

# Runs a command; its output stands in $T/out and $T/err.
expect_exit() { # code command...
    local expected=$1 code=0
    shift
    "$@" >"$T/out" 2>"$T/err" || code=$?
    if [ "$code" != "$expected" ]; then
        cat "$T/out" "$T/err"
        fail "exit code $code, not $expected, of: $*"
    fi
}

expect_error() { # part of the standard error of the last expect_exit
    [[ "$(<"$T/err")" == *"$1"* ]] || { cat "$T/err"; fail "no '$1' on standard error"; }
}

expect_output() {
    [[ "$(<"$T/out")" == *"$1"* ]] || { cat "$T/out"; fail "no '$1' on standard output"; }
}

# A field of the JSON that the last expect_exit wrote: its first occurrence, unquoted.
json() {
    local pattern="\"$1\":(\"(([^\"\\\\]|\\\\.)*)\"|[^,}]*)"
    [[ "$(<"$T/out")" =~ $pattern ]] || return 0
    case ${BASH_REMATCH[1]} in
    \"*) echo "${BASH_REMATCH[2]}" ;;
    *) echo "${BASH_REMATCH[1]}" ;;
    esac
}

kho() {
    timeout 60 "$KHO_BINARY" -C "$P" "$@"
}

source_sql() { # sql or psql's options; as the superuser
    PGOPTIONS="-c timezone=UTC -c intervalstyle=iso_8601" psql -XqAt -v ON_ERROR_STOP=1 \
        -h "$source_socket" -U postgres -d "$SOURCE_DB" "${@:1:$#-1}" -c "${*: -1}"
}

source_script() { # SQL on standard input
    psql -XqAt -v ON_ERROR_STOP=1 -h "$source_socket" -U postgres -d "$SOURCE_DB"
}

store_sql() {
    PGOPTIONS="-c timezone=UTC" psql -XqAt -v ON_ERROR_STOP=1 -h "$store_socket" -U postgres \
        -d "$STORE_DB" "${@:1:$#-1}" -c "${*: -1}"
}

wait_for() { # a function of the harness, and the query that must come out `t`
    local tries
    for ((tries = 0; tries < 400; tries++)); do
        if [ "$("$@" 2>/dev/null)" = t ]; then
            return 0
        fi
        sleep 0.05
    done
    fail "waited too long for: ${*: -1}"
}

# Takes advisory lock 7 of a database and keeps it until `open_gate`: what asks for it stands still.
close_gate() { # source_sql or store_sql
    gate=$1
    PGAPPNAME=gate "$gate" "SELECT pg_advisory_lock(7); SELECT pg_sleep(60)" >"$T/gate" 2>&1 &
    wait_for "$gate" "SELECT count(*) > 0 FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND granted AND application_name = 'gate'
        AND datname = current_database()"
}

open_gate() {
    "$gate" "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = 'gate' AND datname = current_database()" >"$T/opened"
}

new_database() { # socket name owner [options]
    psql -XqAt -v ON_ERROR_STOP=1 -h "$1" -U postgres -d postgres \
        -c "CREATE DATABASE $2 OWNER $3 STRATEGY file_copy ${4:-TEMPLATE template0}"
}

# To make a database costs more than most tests do in it, so a file's tests use the same ones, one after
# another: nothing of the earlier test is in them, and what it altered elsewhere makes a new one.
empty_source() {
    psql -XqAt -v ON_ERROR_STOP=1 -h "$source_socket" -U postgres -d "$SOURCE_DB" <<'SQL' >"$T/emptied" 2>&1
SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
SET client_min_messages = error;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    IF EXISTS (SELECT FROM pg_db_role_setting WHERE setdatabase <> 0) OR EXISTS (SELECT FROM pg_event_trigger)
        OR EXISTS (SELECT FROM pg_publication) OR EXISTS (SELECT FROM pg_largeobject_metadata) THEN
        RAISE 'more than schemas';
    END IF;
END $$;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
SQL
}

new_source() {
    psql -XqAt -h "$source_socket" -U postgres -d postgres \
        -c "DROP DATABASE IF EXISTS $SOURCE_DB (FORCE)" >"$T/dropped" 2>&1
    new_database "$source_socket" "$SOURCE_DB" postgres "${SOURCE_OPTIONS:+TEMPLATE template0 $SOURCE_OPTIONS}"
}

# All but the rows of the ledger, and which migrations it has.
store_shape="SELECT md5(string_agg(part, E'\n' ORDER BY part)) FROM (
    SELECT concat_ws(' ', relname, relkind, relacl, reloptions, relowner::regrole, attname,
        format_type(atttypid, atttypmod), attnotnull, attacl, pg_get_expr(adbin, adrelid))
        FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0
        LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)
        WHERE relnamespace = 'kho'::regnamespace
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'kho'::regnamespace
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger
    UNION ALL SELECT pg_get_ruledef(oid) FROM pg_rewrite WHERE ev_class >= 16384
    UNION ALL SELECT concat_ws(' ', proname, proacl, prosrc) FROM pg_proc
        WHERE pronamespace = 'kho'::regnamespace
    UNION ALL SELECT polname::text FROM pg_policy
    UNION ALL SELECT evtname::text FROM pg_event_trigger
    UNION ALL SELECT concat_ws(' ', nspname, nspacl, nspowner::regrole) FROM pg_namespace
    UNION ALL SELECT d::text FROM pg_default_acl d
    UNION ALL SELECT setconfig::text FROM pg_db_role_setting WHERE setdatabase <> 0
    UNION ALL SELECT concat_ws(' ', name, sha256) FROM kho.migration) p(part)"

# The ledger keeps its tables and loses their rows. If anything else of it differs from a new store's,
# this is no empty store.
empty_store() {
    local shape
    shape=$(psql -XqAt -v ON_ERROR_STOP=1 -h "$store_socket" -U postgres -d "$STORE_DB" <<SQL 2>"$T/emptied"
SET client_min_messages = error;
DO \$\$ DECLARE name text; BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^kho$' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    FOR name IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'kho'::regnamespace
        AND relkind = 'r' AND relname <> 'migration' LOOP
        EXECUTE format('TRUNCATE %s RESTART IDENTITY', name);
    END LOOP;
END \$\$;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
$store_shape
SQL
    ) && [ "$shape" = "$(cat "$KHO_TEST_WORK/shape.$STORE_DB" 2>/dev/null)" ]
}

new_store() {
    psql -XqAt -h "$store_socket" -U postgres -d postgres \
        -c "DROP DATABASE IF EXISTS $STORE_DB (FORCE)" >"$T/dropped" 2>&1
    new_database "$store_socket" "$STORE_DB" keeper "TEMPLATE ${STORE_TEMPLATE:-empty_store}"
    [ -n "${STORE_TEMPLATE:-}" ] || store_sql "$store_shape" >"$KHO_TEST_WORK/shape.$STORE_DB"
}

# Makes the project $P with the source `civil` (database $SOURCE_DB), the store $STORE_DB, the
# schema test.thing (name, amount, since) and the job `things` that reads public.thing. The store's
# ledger is there, and empty, unless STORE_TEMPLATE=template0.
new_project() {
    local id
    projects=$((${projects:-0} + 1))
    id=$(basename "$0" .sh)_$projects
    P=$T/project
    STORE_DB=w_$id
    [ -z "${STORE_TEMPLATE:-}" ] || STORE_DB=e_$id
    empty_store || new_store
    SOURCE_DB=s_$id
    [ -z "${SOURCE_OPTIONS:-}" ] || SOURCE_DB=o_$id
    empty_source || new_source
    mkdir -p "$P/etl/sources" "$P/etl/jobs" "$P/schemas/codes" "$P/keys"
    echo r-e-a-d-e-r >"$P/keys/reader"
    echo k-e-e-p-e-r >"$P/keys/keeper"
    cat >"$P/etl/warehouse.yaml" <<YAML
warehouse: test
store: host=$store_socket dbname=$STORE_DB user=keeper
password: \${file:keys/keeper}
lake: lake
YAML
    write_source civil
    write_schema "name: {type: text, pii: basic, title: Name}" "amount: {type: \"decimal(12,2)\"}" \
        "since: {type: date}"
    write_job things civil.public.thing
    source_sql "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader" >/dev/null
}

write_source() { # name, then lines
    {
        echo "source: $1"
        echo "connect: host=$source_socket dbname=$SOURCE_DB user=reader"
        echo "password: \${file:keys/reader}"
        [ $# = 1 ] || printf '%s\n' "${@:2}"
    } >"$P/etl/sources/$1.yaml"
}

write_schema() { # lines of `columns:`
    {
        printf 'schema: test.thing\nversion: 1\ntitle: A thing\ncolumns:\n'
        printf '  %s\n' "$@"
    } >"$P/schemas/test.thing.yaml"
}

write_job() { # name from, then lines
    {
        printf 'job: %s\nfrom: %s\nto: test.thing\n' "$1" "$2"
        printf '%s\n' "${@:3}" | grep -q '^key:' || echo "key: id"
        printf '%s\n' "${@:3}" | grep -q '^stop_if:' ||
            echo "stop_if: {rejected: 100%, shrink: 100%, deleted: 100%, nulls: none}"
        echo "retry: {times: 0}"
        [ $# = 2 ] || printf '%s\n' "${@:3}"
    } >"$P/etl/jobs/$1.yaml"
}

# A source table of n rows.
make_things() {
    source_sql "CREATE TABLE public.thing (id integer PRIMARY KEY, name text, amount numeric,
        since date);
        INSERT INTO public.thing SELECT i, 'thing ' || i, i * 1.25, date '2020-01-01' + i % 1000
        FROM generate_series(1, $1) i"
}

# The records as the analysts see them, without what tells when and by whom they were written.
records() {
    store_sql "SELECT _source, _key, name, amount, since FROM test.thing ORDER BY 1, 2"
}

# Equal before and after if not one row was written anew.
row_versions() {
    store_sql "SELECT md5(string_agg(ctid || ' ' || xmin, ',' ORDER BY _source, _key))
        FROM test.thing"
}

last_run() { # columns of the newest row of kho.run
    store_sql "SELECT $1 FROM kho.run ORDER BY run DESC LIMIT 1"
}

# What every published or stopped run must say: the sum that it was read from.
expect_sums() {
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run WHERE status = 'published'
        AND read <> inserted + updated + unchanged + rejected")" 0
}
