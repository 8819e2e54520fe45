# What the tests of `kho serve` share; sourced behind integration.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154

# A project whose servers look and renew often.
new_served_project() { # lines of the job `things`
    new_project
    set_serve "workers: 2, lease: 2s, poll: 200ms, grace: 20s"
    make_things 10
    write_job things civil.public.thing "$@"
    servers=()
}

set_serve() {
    sed -i '/^serve:/d' "$P/etl/warehouse.yaml"
    echo "serve: {$1}" >>"$P/etl/warehouse.yaml"
}

# A batch of 4,096 rows every two seconds.
slow_source() { # rows
    source_sql "INSERT INTO thing SELECT i, 'thing ' || i, i, NULL FROM generate_series(11, ${1:-20000}) i"
    write_source civil "limits: {rows_per_second: 2000}"
}

fast_source() {
    write_source civil
}

start_server() { # name
    "$KHO" -C "$P" serve >"$T/$1.out" 2>&1 &
    pid=$!
    servers+=("$pid")
}

end_server() { # pid, expected exit code
    local code=0
    kill -TERM "$1"
    wait "$1" || code=$?
    expect_eq "$code" "${2:-0}"
}

queue() { # prints the tasks of a job: state and number of tries
    store_sql "SELECT state || ' ' || claim FROM kho.task WHERE job = '${1:-things}' ORDER BY task"
}

wait_for_log() { # name, words
    local tries
    for ((tries = 0; tries < 400; tries++)); do
        grep -qF -- "$2" "$T/$1.out" && return 0
        sleep 0.05
    done
    cat "$T/$1.out"
    fail "no '$2' in the log of $1"
}
