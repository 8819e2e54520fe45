#!/bin/bash
# Three servers and one store, all of them hit: every due run is published once, none is lost.
# KHO_BLOWS is how many blows fall (default 8).
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

jobs=6
blows=${KHO_BLOWS:-8}

# A store in a cluster of its own, that can be restarted.
new_hit_project() {
    tools/cluster start "$KHO_TEST_WORK/serve-store" >"$T/cluster" 2>&1
    store_socket=$(realpath "$KHO_TEST_WORK/serve-store")/socket
    tools/cluster psql "$KHO_TEST_WORK/serve-store" -d postgres \
        -c "CREATE ROLE keeper LOGIN PASSWORD 'k-e-e-p-e-r'"
    STORE_TEMPLATE=template0 new_project
    echo "serve: {workers: 2, lease: 1s, poll: 200ms}" >>"$P/etl/warehouse.yaml"
    make_things 10
    local i
    rm "$P/etl/jobs/things.yaml"
    for ((i = 0; i < jobs; i++)); do
        cat >"$P/etl/jobs/job$i.yaml" <<YAML
job: job$i
source: civil
sql: SELECT id, name, amount, since FROM thing, pg_sleep(0.2)
to: test.thing
key: id
feed: feed$i
retry: {times: 99, wait: 100ms, max_wait: 300ms}
stop_if: {rejected: none}
YAML
    done
}

start_server() { # number
    "$KHO" -C "$P" serve >>"$T/server.$1" 2>&1 &
    servers[$1]=$!
}

hit() { # number of the blow
    local i=$((RANDOM % 3)) child
    case $(($1 % 4)) in
    0 | 2)
        kill -KILL "${servers[$i]}"
        wait "${servers[$i]}" 2>/dev/null || true
        start_server "$i"
        ;;
    1)
        child=$(pgrep -P "${servers[$i]}" | head -n 1)
        # Both asleep for longer than their lease.
        # shellcheck disable=SC2086 # none, or one
        kill -STOP "${servers[$i]}" $child
        sleep 1.3
        # shellcheck disable=SC2086
        kill -CONT "${servers[$i]}" $child 2>/dev/null || true
        ;;
    3)
        tools/cluster stop "$KHO_TEST_WORK/serve-store" >>"$T/cluster" 2>&1
        tools/cluster start "$KHO_TEST_WORK/serve-store" >>"$T/cluster" 2>&1
        ;;
    esac
}

test_every_due_run_is_published_once_whatever_is_hit() {
    new_hit_project
    expect_exit 0 kho run --queue job0
    store_sql "INSERT INTO kho.task (job, due, priority, not_before)
        SELECT 'job' || j, now() + n * interval '1 second', 0, now()
        FROM generate_series(0, $jobs - 1) j, generate_series(1, 4) n"
    servers=()
    local i blow tries
    for i in 0 1 2; do
        start_server "$i"
    done
    for ((blow = 0; blow < blows; blow++)); do
        sleep "0.$((RANDOM % 5))"
        hit "$blow"
    done
    for ((tries = 0; tries < 300; tries++)); do
        [ "$(store_sql "SELECT count(*) FROM kho.task WHERE state <> 'published'" 2>&1)" != 0 ] || break
        sleep 0.2
    done
    for i in 0 1 2; do
        kill -TERM "${servers[$i]}"
        wait "${servers[$i]}"
    done
    expect_eq "$(store_sql "SELECT count(*) FILTER (WHERE state = 'published') || ' of ' || count(*)
        FROM kho.task")" "25 of 25"
    expect_eq "$(store_sql "SELECT count(*) FROM kho.run WHERE status = 'published'")" 25
    expect_eq "$(store_sql "SELECT count(DISTINCT t.run) FROM kho.task t JOIN kho.run r USING (run)
        WHERE r.status = 'published' AND r.job = t.job")" 25
    expect_eq "$(store_sql "SELECT count(*) || ' ' || count(DISTINCT _source) FROM test.thing")" "60 6"
    echo "# $(store_sql "SELECT count(*) FROM kho.attempt") tries for 25 due runs" >&3
}

exec 3>&1
run_tests
