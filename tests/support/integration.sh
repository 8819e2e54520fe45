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
    local name words failed=0 code
    # shellcheck disable=SC2013 # names have no blanks
    for name in $(sed -n 's/^\(test_[a-z0-9_]*\)() {.*/\1/p' "$0"); do
        # shellcheck disable=SC2053 # ONLY is a pattern
        [[ "$name" == ${ONLY:-*} ]] || continue
        words=${name#test_}
        words=${words//_/ }
        T=$(mktemp -d "$KHO_TEST_WORK/t.XXXXXX")
        chmod 0755 "$T"
        (
            set -e
            "$name"
        ) >"$T.log" 2>&1
        code=$?
        if [ "$code" = 0 ]; then
            echo "ok - $words"
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
    grep -qF -- "$1" "$T/err" || { cat "$T/err"; fail "no '$1' on standard error"; }
}

expect_output() {
    grep -qF -- "$1" "$T/out" || { cat "$T/out"; fail "no '$1' on standard output"; }
}

# A field of the one-line JSON that the last expect_exit wrote: its first occurrence, unquoted.
json() {
    grep -oE "\"$1\":(\"([^\"\\\\]|\\\\.)*\"|[^,}]*)" "$T/out" | head -n 1 |
        sed "s/^\"$1\"://; s/^\"//; s/\"\$//"
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
        -c "CREATE DATABASE $2 OWNER $3 TEMPLATE template0 ${4:-}"
}

# Makes the project $P with the source `civil` (database $SOURCE_DB), the store $STORE_DB, the
# schema test.thing (name, amount, since) and the job `things` that reads public.thing.
new_project() {
    local id
    id=$(basename "$T" | tr -dc '[:alnum:]' | tr '[:upper:]' '[:lower:]')_$RANDOM
    P=$T/project
    SOURCE_DB=s_$id
    STORE_DB=w_$id
    new_database "$store_socket" "$STORE_DB" keeper &
    new_database "$source_socket" "$SOURCE_DB" postgres "${SOURCE_OPTIONS:-}"
    wait $!
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
