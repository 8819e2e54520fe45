#!/bin/bash
# Runs that are hit at any moment - kho killed or terminated, a server's process terminated or killed -
# and repeated until they succeed, beside a store of the same rows that nothing ever hits: after each
# round the two hold the same. The clusters that are hit are the file's own.
#
# KHO_CRASH_RUNS rounds (default: at most 12, and what 30 seconds allow), KHO_CRASH_SEED repeats those of an
# earlier run; `make crashes`.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

rounds=${KHO_CRASH_RUNS:-12}
seconds=${KHO_CRASH_RUNS:+36000}
seconds=${seconds:-30}
seed=${KHO_CRASH_SEED:-$((RANDOM * 7919 % 32768))}
round=0 hits=0 opened=0 published=0
blows=(kho-KILL kho-TERM store-terminate store-KILL source-terminate source-KILL)
pulls=(full changes "{cursor: changed, overlap: 1s, full_check: never}")
exec 3>&1

own_cluster() { # name role password
    KHO_CLUSTER_SETTINGS="autovacuum = off
shared_buffers = 64MB
wal_level = minimal
max_wal_senders = 0
restart_after_crash = on" "$repository/tools/cluster" start "$KHO_TEST_WORK/$1"
    psql -XqAt -h "$(realpath "$KHO_TEST_WORK/$1")/socket" -U postgres -d postgres \
        -c "CREATE ROLE $2 LOGIN PASSWORD '$3'"
}

remove_clusters() {
    "$repository/tools/cluster" remove "$KHO_TEST_WORK/crash-source"
    "$repository/tools/cluster" remove "$KHO_TEST_WORK/crash-store"
}

# Makes the pair that is hit (P, SOURCE_DB, ... as new_project leaves them) and the one that is not.
# shellcheck disable=SC2034 # use() takes them by name
new_pairs() {
    own_cluster crash-source reader r-e-a-d-e-r
    own_cluster crash-store keeper k-e-e-p-e-r
    hit_source=$(realpath "$KHO_TEST_WORK/crash-source")/socket
    hit_store=$(realpath "$KHO_TEST_WORK/crash-store")/socket
    calm_source=$source_socket calm_store=$store_socket
    new_project
    calm_p=$P-calm calm_sdb=$SOURCE_DB calm_wdb=$STORE_DB
    mv "$P" "$calm_p"
    source_socket=$hit_source store_socket=$hit_store
    STORE_TEMPLATE=template0 new_project
    hit_p=$P hit_sdb=$SOURCE_DB hit_wdb=$STORE_DB
    both make_table
}

# The globals of the harness: which pair is meant.
use() { # hit or calm
    local -n p=$1_p sdb=$1_sdb wdb=$1_wdb source=$1_source store=$1_store
    P=$p SOURCE_DB=$sdb STORE_DB=$wdb source_socket=$source store_socket=$store
}

# On both pairs at a time.
both() {
    (
        use calm
        "$@"
    ) &
    local calm=$!
    (
        use hit
        "$@"
    )
    wait "$calm"
}

make_table() {
    source_sql "CREATE TABLE thing (id integer PRIMARY KEY, name text, amount numeric, since date,
        changed timestamptz);
        INSERT INTO thing SELECT i, 'thing ' || i, CASE WHEN i % 50 <> 0 THEN i * 1.25 ELSE 1e15 END,
        date '2020-01-01' + i % 1000, clock_timestamp() FROM generate_series(1, 4000) i"
}

# Inserts, updates, deletes; rows that become bad and good again: the same on both sides.
change_rows() {
    local first=$(((round + 1) * 10000))
    changes="INSERT INTO thing SELECT i, 'thing ' || i, CASE WHEN i % 17 <> 0 THEN i ELSE 1e15 END, NULL,
        clock_timestamp() FROM generate_series($first, $first + $((RANDOM % 300))) i;
    UPDATE thing SET name = 'round $round', changed = clock_timestamp()
        WHERE id % 19 = $((RANDOM % 19));
    UPDATE thing SET name = 'as it was', changed = clock_timestamp() WHERE id % 23 = $((RANDOM % 23));
    UPDATE thing SET amount = 1e15, changed = clock_timestamp() WHERE id % 97 = $((RANDOM % 97));
    UPDATE thing SET amount = id, changed = clock_timestamp()
        WHERE amount = 1e15 AND id % 3 = $((RANDOM % 3));
    DELETE FROM thing WHERE id % 29 = $((RANDOM % 29))"
    both source_sql "$changes"
}

clear_store() {
    store_sql "DROP SCHEMA IF EXISTS test CASCADE; DROP SCHEMA IF EXISTS kho CASCADE;
        DROP SCHEMA IF EXISTS ref CASCADE" 2>"$T/notices.$STORE_DB"
}

# Blocks of five rounds: each has a pull of its own, and two of three begin with a first load.
begin_block() {
    local block=$((round / 5))
    write_job things civil.public.thing "pull: ${pulls[block % 3]}"
    [ $((block % 9 / 3)) != 2 ] || return 0
    both clear_store
    known_run=0
}

wait_until_up() {
    wait_for source_sql "SELECT true"
    wait_for store_sql "SELECT true"
}

# Waits for the moment on the server itself, then picks one of kho's processes there.
a_backend() { # socket what-to-ask
    psql -XqAt -h "$1" -U postgres -d postgres -c "SELECT pg_sleep($delay)" \
        -c "SELECT $2 FROM (SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'kho%'
        AND datname IN ('$hit_sdb', '$hit_wdb') ORDER BY random() LIMIT 1) k" | tail -n 1
}

# SIGKILL for a process of this file's own cluster, and for nothing else that may have its number by now.
kill_backend() { # name
    local victim stat fields postmaster
    victim=$(a_backend "$(realpath "$KHO_TEST_WORK/$1")/socket" pid)
    [ -n "$victim" ] || return 0
    postmaster=$(head -n 1 "$KHO_TEST_WORK/$1/data/postmaster.pid")
    stat=$(cat "/proc/$victim/stat" 2>/dev/null) || return 0
    read -ra fields <<<"${stat##*) }"
    [ "${fields[1]}" != "$postmaster" ] || kill -KILL "$victim"
}

strike() { # blow
    case $1 in
    kho-*)
        sleep "$delay"
        kill "-${1#kho-}" "$pid"
        ;;
    store-terminate) a_backend "$hit_store" "pg_terminate_backend(pid)" ;;
    source-terminate) a_backend "$hit_source" "pg_terminate_backend(pid)" ;;
    store-KILL) kill_backend crash-store ;;
    source-KILL) kill_backend crash-source ;;
    esac >"$T/blow" 2>&1 || true
}

milliseconds() {
    echo $((${EPOCHREALTIME/./} / 1000))
}

# One run that is hit; its code stands in $code, how long it took in $took.
run_and_strike() { # blow
    local started striker
    # Where the blow falls is spread over the time that the last run took.
    delay=$(printf '0.%03d' $((RANDOM % (duration + 1))))
    started=$(milliseconds)
    "$KHO" -C "$P" run things >"$T/out" 2>"$T/err" &
    pid=$!
    strike "$1" &
    striker=$!
    code=0
    wait "$pid" || code=$?
    took=$(($(milliseconds) - started))
    wait "$striker"
}

# What a run says that was hit, or that comes too early after such a one.
expect_code() { # codes...
    local allowed
    for allowed in "$@"; do
        [ "$code" != "$allowed" ] || return 0
    done
    cat "$T/out" "$T/err"
    fail "round $round, $blow after $delay s: exit code $code"
}

run_until_published() {
    local tries started
    for ((tries = 0; code != 0 && tries < 150; tries++)); do
        sleep 0.1
        started=$(milliseconds)
        code=0
        kho run things >"$T/out" 2>"$T/err" || code=$?
        took=$(($(milliseconds) - started))
        expect_code 0 5 6
    done
    expect_code 0
    duration=$((took < 900 ? took : 900))
}

# All that two stores of the same rows must agree on; then what may not be left behind, whatever was hit.
state() {
    psql -XqAt -v ON_ERROR_STOP=1 -h "$store_socket" -U postgres -d "$STORE_DB" <<'SQL'
SELECT 'record', _source, _key, name, amount, since FROM test.thing ORDER BY 3;
SELECT 'history', _source, _key, string_agg(concat_ws('|', coalesce(name, '-'), coalesce(amount::text, '-'),
    coalesce(since::text, '-'), _valid_to = 'infinity'), ' then ' ORDER BY _valid_from)
    FROM test.thing_versions GROUP BY 2, 3 ORDER BY 3;
SELECT 'reject', feed, key, severity, rule, column_name, stale FROM kho.reject
    WHERE state = 'open' ORDER BY 3, 5, 6;
SELECT 'run', run FROM kho.run ORDER BY run DESC LIMIT 1;
SELECT 'ledger', total, stale FROM kho.run WHERE status = 'published' ORDER BY run DESC LIMIT 1;
SELECT 'nothing running', count(*) FROM kho.run WHERE status = 'running';
SELECT 'nothing unaccounted', count(*) FROM kho.run WHERE status = 'published'
    AND read <> inserted + updated + unchanged + rejected;
SELECT 'nothing reasons of published runs', count(*) FROM kho.reject_incoming JOIN kho.run USING (run)
    WHERE status = 'published';
SELECT 'nothing versions that overlap', count(*) FROM test.thing_versions a JOIN test.thing_versions b
    USING (_source, _key) WHERE a._valid_from < b._valid_from AND a._valid_to > b._valid_from;
SELECT 'keys', count(*) FROM pg_index WHERE indrelid = 'test.thing'::regclass AND indisprimary
    AND indisvalid;
SQL
}

# How far the run came that was hit: whether it stood in the ledger, and whether it was published.
count_hit() {
    local last status
    IFS="|" read -r last status <<<"$(store_sql "SELECT run, status FROM kho.run ORDER BY run DESC LIMIT 1" 2>/dev/null)"
    hits=$((hits + 1))
    [[ $last =~ ^[0-9]+$ ]] || last=0
    [ "$last" -le "$known_run" ] || opened=$((opened + 1))
    [ "$last" -le "$known_run" ] || [ "$status" != published ] || published=$((published + 1))
}

# Writes the state down; a server that was killed late may only now be going down.
note_state() {
    local name=calm
    [ "$P" = "$calm_p" ] || name=hit
    state >"$T/all.$name" || {
        sleep 0.5
        wait_until_up
        state >"$T/all.$name"
    }
    grep -v '^run|' "$T/all.$name" >"$T/state.$name"
}

expect_equal_state() {
    cmp -s "$T/state.calm" "$T/state.hit" || {
        diff "$T/state.calm" "$T/state.hit" | head -n 20
        fail "round $round, $blow after $delay s: the stores differ"
    }
    if grep '^nothing' "$T/state.hit" | grep -v '|0$'; then
        fail "round $round, $blow after $delay s: something was left behind"
    fi
    known_run=$(sed -n 's/^run|//p' "$T/all.hit")
}

one_round() {
    local calm
    blow=${blows[RANDOM % ${#blows[@]}]}
    use hit
    [ $((round % 5)) != 0 ] || begin_block
    change_rows
    (
        use calm
        kho run things
    ) >"$T/calm" 2>&1 &
    calm=$!
    run_and_strike "$blow"
    expect_code 0 5 137 143
    [[ $blow != *-KILL ]] || wait_until_up
    [ "$code" = 0 ] || count_hit
    run_until_published
    wait "$calm" || { cat "$T/calm"; fail "the run that nothing hits, in round $round"; }
    both note_state
    expect_equal_state
}

test_whatever_is_hit_the_store_ends_as_if_nothing_had_been() {
    echo "seed $seed"
    RANDOM=$seed
    trap remove_clusters EXIT
    new_pairs
    duration=150 known_run=0
    # A slow machine makes fewer rounds, but goes on until one has hit.
    local started=$SECONDS
    for ((round = 0; round < rounds && SECONDS - started < seconds || opened == 0 && round < rounds + 60; \
        round++)); do
        one_round
    done
    echo "# $round rounds (seed $seed): $hits runs failed when hit, $opened of them under way in the" \
        "ledger, $published after all published" >&3
    [ "$opened" -gt 0 ] || fail "no run was hit in the middle"
}

# Starts a run of these jobs on a source that takes its time, and ends its connections to the store.
lose_the_store() { # retry jobs...
    new_project
    make_things 8000
    expect_exit 0 kho run things
    write_source civil "limits: {rows_per_second: 4000}"
    write_job others civil.public.thing "feed: others"
    sed -i "s/^retry:.*/retry: $1/" "$P/etl/jobs/things.yaml"
    "$KHO" -C "$P" run "${@:2}" >"$T/out" 2>"$T/err" &
    pid=$!
    wait_for source_sql "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '$SOURCE_DB'
        AND query LIKE 'COPY%' AND application_name LIKE 'kho%'"
    store_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$STORE_DB'
        AND application_name LIKE 'kho%'"
    code=0
    wait "$pid" || code=$?
    cat "$T/out" "$T/err"
}

test_a_try_after_the_store_was_lost_connects_anew() {
    lose_the_store "{times: 1, wait: 1s}" things
    expect_eq "$code" 0
    expect_eq "$(store_sql "SELECT string_agg(status, ' ' ORDER BY run) FROM kho.run")" \
        "published failed published"
}

test_a_job_behind_one_that_lost_the_store_connects_anew() {
    lose_the_store "{times: 0}" things others
    expect_eq "$code" 5
    expect_eq "$(store_sql "SELECT string_agg(job || ' ' || status, ', ' ORDER BY run) FROM kho.run")" \
        "things published, things failed, others published"
}

run_tests
