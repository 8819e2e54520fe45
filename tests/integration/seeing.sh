#!/bin/bash
# What people and machines see of the jobs: kho status, metrics, notifications.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

new_served_project() { # lines of etl/warehouse.yaml
    new_project
    printf '%s\n' "serve: {poll: 200ms, lease: 5s, metrics: metrics.prom}" "$@" >>"$P/etl/warehouse.yaml"
    make_things 10
}

start_server() {
    "$KHO" -C "$P" serve >"$T/server" 2>&1 &
    pid=$!
}

end_server() {
    kill -TERM "$pid"
    wait "$pid"
}

wait_for_words() { # file words
    local tries
    for ((tries = 0; tries < 400; tries++)); do
        grep -qF -- "$2" "$1" 2>/dev/null && return 0
        sleep 0.05
    done
    cat "$1" "$T/server"
    fail "no '$2' in $1"
}

test_the_status_tells_how_each_job_is_and_exit_code_8_that_one_is_not_well() {
    new_project
    make_things 10
    write_job others civil.public.thing "feed: others" 'schedule: "0 0 1 1 *"' "fresh_within: 1h"
    expect_exit 8 kho status
    expect_error "1 job is late or failed: others"
    expect_exit 0 kho run
    expect_exit 0 kho status
    expect_output "things  published  "
    expect_exit 0 kho --json status
    expect_eq "$(grep -c '"fresh":"yes","next":"....-01-01 00:00:00+00:00","paused":false,"failed":false,"late":false' "$T/out")" 1
    store_sql "UPDATE kho.run SET published_at = now() - interval '2 hours'"
    expect_exit 8 kho status
    expect_error "1 job is late or failed: others"
    source_sql "DROP TABLE thing"
    expect_exit 2 kho run things
    expect_exit 8 kho --json status
    expect_error "2 jobs are late or failed: others, things"
    expect_eq "$(grep -c '"failed":true' "$T/out")" 1
    expect_exit 0 kho pause others
    expect_exit 8 kho status
    expect_output "  paused  "
}

test_the_status_is_watched_until_interrupted() {
    new_project
    set -m
    "$KHO" -C "$P" status --watch >"$T/out" 2>"$T/err" &
    local watcher=$! code=0
    sleep 2.5
    kill -INT "$watcher"
    wait "$watcher" || code=$?
    expect_eq "$code" 130
    expect_eq "$(grep -c 'never run' "$T/out")" 2
}

test_metrics_are_written_whole_and_to_the_standard() {
    new_served_project
    start_server
    expect_exit 0 kho run --queue things
    wait_for_words "$P/metrics.prom" 'kho_job_records{job="things"} 10'
    end_server
    expect_eq "$(tail -n 1 "$P/metrics.prom")" "# EOF"
    if grep -vE '^(# (TYPE|HELP|EOF)|kho_[a-z_]+(\{[a-z]+="[a-z_0-9]*"\})? -?[0-9]+(\.[0-9]+)?$)' "$P/metrics.prom"; then
        fail "lines that are no metrics"
    fi
    grep -qE '^kho_job_last_success_timestamp_seconds\{job="things"\} [0-9]+\.[0-9]+$' "$P/metrics.prom"
    grep -qFx 'kho_job_failed{job="things"} 0' "$P/metrics.prom"
    grep -qFx 'kho_queue_tasks{state="running"} 0' "$P/metrics.prom"
    expect_eq "$(find "$P" -name 'metrics.prom*' | wc -l)" 1
}

test_metrics_that_cannot_be_written_hold_nothing_up() {
    new_served_project
    sed -i 's/metrics.prom/nowhere\/metrics.prom/' "$P/etl/warehouse.yaml"
    start_server
    expect_exit 0 kho run --queue things
    wait_for store_sql "SELECT state = 'published' FROM kho.task"
    end_server
    grep -qF "writing the metrics" "$T/server"
}

# A command that keeps what it is told.
keep_news() {
    printf '#!/bin/sh\ncat >>%s/news\n' "$T" >"$T/keep"
    chmod +x "$T/keep"
}

test_a_failure_and_the_recovery_are_told_once_to_a_command() {
    keep_news
    new_served_project "notify: {command: $T/keep}"
    sed -i 's/^retry: .*/retry: {times: 1, wait: 100ms}/' "$P/etl/jobs/things.yaml"
    sed -i 's/^source: civil/&\nowner: Civil Office <a@b>/' "$P/etl/sources/civil.yaml"
    source_sql "ALTER TABLE thing RENAME TO gone"
    start_server
    expect_exit 0 kho run --queue things
    wait_for_words "$T/news" '"event":"failure","warehouse":"test","job":"things"'
    grep -qF '"owner":"Civil Office <a@b>"' "$T/news"
    grep -qF '"run":{"run":1,' "$T/news"
    source_sql "ALTER TABLE gone RENAME TO thing"
    expect_exit 0 kho run --queue things
    wait_for_words "$T/news" '"event":"recovery"'
    sleep 0.5
    end_server
    expect_eq "$(wc -l <"$T/news")" 2
}

test_lateness_is_told_by_a_webhook_with_its_token() {
    /usr/bin/python3 "$repository/tests/support/receiver.py" "$T/port" "$T/news" 204 &
    local receiver=$!
    wait_for_words "$T/port" ""
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ -s "$T/port" ] || sleep 0.3
    done
    new_served_project "notify: {webhook: \"http://127.0.0.1:$(cat "$T/port")/x\", token: \"\${file:keys/token}\", on: [lateness, recovery]}"
    echo s-e-c-r-e-t >"$P/keys/token"
    write_job things civil.public.thing "fresh_within: 1h"
    start_server
    wait_for_words "$T/news" 'Bearer s-e-c-r-e-t {"event":"lateness","warehouse":"test","job":"things"'
    expect_exit 0 kho run --queue things
    wait_for_words "$T/news" '"event":"recovery"'
    end_server
    kill "$receiver"
    expect_eq "$(wc -l <"$T/news")" 2
    if grep -rF s-e-c-r-e-t "$T/server" "$P/metrics.prom"; then
        fail "the token stands in the log"
    fi
}

test_a_receiver_that_does_not_take_the_news_is_told_in_the_log() {
    new_served_project 'notify: {webhook: "http://127.0.0.1:1/x", command: /nowhere/keep}'
    write_job things civil.public.thing "fresh_within: 1h"
    start_server
    wait_for_words "$T/server" "nobody could be notified: the webhook was not reached:"
    end_server
    sed -i 's/^notify:.*/notify: {command: \/nowhere\/keep}/' "$P/etl/warehouse.yaml"
    store_sql "UPDATE kho.job SET alarm = 'ok'"
    start_server
    wait_for_words "$T/server" "nobody could be notified: cannot run '/nowhere/keep': No such file or directory"
    end_server
    /usr/bin/python3 "$repository/tests/support/receiver.py" "$T/port" "$T/news" 500 &
    local receiver=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ -s "$T/port" ] || sleep 0.3
    done
    sed -i "s/^notify:.*/notify: {webhook: \"http:\/\/127.0.0.1:$(cat "$T/port")\/\"}/" "$P/etl/warehouse.yaml"
    store_sql "UPDATE kho.job SET alarm = 'ok'"
    start_server
    wait_for_words "$T/server" "nobody could be notified: the webhook answered 500"
    end_server
    kill "$receiver"
}

test_mistakes_in_notify_are_told_with_their_place() {
    new_project
    echo 'notify: {command: mail, webhook: "ftp://x", on: [failures]}' >>"$P/etl/warehouse.yaml"
    expect_exit 2 kho check
    expect_error "'failures' is no news: failure, lateness or recovery; did you mean 'failure'?"
    expect_error "'command' begins with a program's full path"
    expect_error "'webhook' is an address that begins with https:// or http://"
}

test_systemd_is_told_what_the_server_does() {
    new_served_project
    touch "$T/server"
    local socket
    for socket in "$T/socket" "@kho-test-$$-$RANDOM"; do
        /usr/bin/python3 "$repository/tests/support/supervisor.py" "$socket" "$T/told" &
        local supervisor=$!
        wait_for_words "$T/told" "listening"
        NOTIFY_SOCKET=$socket WATCHDOG_USEC=400000 "$KHO" -C "$P" serve >"$T/server" 2>&1 &
        pid=$!
        wait_for_words "$T/told" "STATUS=serving"
        kill -HUP "$pid"
        wait_for_words "$T/told" "RELOADING=1"
        sleep 0.5
        end_server
        kill "$supervisor"
        expect_eq "$(grep -v WATCHDOG "$T/told" | tr '\n' ' ')" \
            "listening READY=1 STATUS=serving RELOADING=1 READY=1 STOPPING=1 "
        [ "$(grep -c WATCHDOG=1 "$T/told")" -ge 2 ] || fail "the watchdog heard nothing"
        rm "$T/told"
    done
}

test_it_is_installed_where_it_is_told_to() {
    make -s -C "$repository" install DESTDIR="$T/root" PREFIX=/opt/kho BUILD="$(dirname "$KHO")" >"$T/out"
    expect_eq "$("$T/root/opt/kho/bin/kho" --version)" "$("$KHO" --version)"
    grep -qFx 'ExecStart=/opt/kho/bin/kho -C /srv/kho serve' "$T/root/opt/kho/lib/systemd/system/kho.service"
    if grep -F '@' "$T/root/opt/kho/lib/systemd/system/kho.service" | grep -v '@system-service'; then
        fail "something was not filled in"
    fi
}

run_tests
