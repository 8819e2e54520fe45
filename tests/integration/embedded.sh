#!/bin/bash
# The embedded store: a private PostgreSQL that kho makes, starts and stops.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# Makes a project whose store is embedded in the directory $1; the source is the tests'.
new_embedded_project() {
    new_project
    mkdir -p "$(dirname "$1")"
    mv "$P" "$1"
    P=$1
    sed -i '/^password/d; s/^store:.*/store: embedded/' "$P/etl/warehouse.yaml"
    make_things 20
    trap remove_store EXIT
}

# The cluster lies elsewhere where its user may not enter the project, and the socket where its path
# would be too long or have letters that are not plain.
remove_store() {
    kho store stop
    local place socket
    place=$(realpath -m "$P/var/store")
    socket=$(sed -n "s/^unix_socket_directories = '\(.*\)'/\1/p" "$place/data/postgresql.conf")
    rm -rf "$place" "$P"
    [[ "$socket" != /tmp/kho-* ]] || rm -rf "$socket"
}

own_sql() {
    psql -XqAt -v ON_ERROR_STOP=1 "$(kho store conninfo)" -c "$1"
}

postmaster() {
    head -n 1 "$(realpath "$P/var/store")/data/postmaster.pid"
}

# A process that nobody has reaped yet is dead all the same.
is_alive() {
    [[ "$(ps -o stat= -p "$1")" == [!Z]* ]]
}

expect_private() {
    local pid socket
    pid=$(postmaster)
    [ "$(ps -o user= -p "$pid")" != root ] || fail "the store runs as root"
    socket=$(kho store conninfo | sed 's/.*host=\([^ ]*\).*/\1/')
    expect_eq "$(stat -c %a "$socket")" 700
    expect_eq "$(own_sql "SHOW listen_addresses")" ""
    # No TCP socket belongs to the postmaster: of its sockets none is in the kernel's TCP tables.
    local inode
    for inode in $(find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n' | tr -dc '0-9\n'); do
        ! grep -qE " $inode " /proc/net/tcp /proc/net/tcp6 || fail "the store listens on TCP"
    done
}

test_a_store_is_made_runs_privately_and_starts_again() {
    new_embedded_project "$T/own"
    expect_exit 0 kho run things
    expect_private
    expect_eq "$(own_sql "SELECT count(*) FROM test.thing")" 20
    local first second
    first=$(postmaster)
    expect_exit 0 kho store stop
    ! is_alive "$first" || fail "the store still runs"
    expect_exit 0 kho store stop
    expect_exit 0 kho --json run things
    expect_eq "$(json unchanged)" 20
    # An immediate shutdown, as if the power had failed: what was published is there.
    second=$(postmaster)
    kill -QUIT "$second"
    while is_alive "$second"; do sleep 0.1; done
    expect_exit 0 kho --json run things
    expect_eq "$(json unchanged)" 20
    expect_private
}

test_two_kho_started_while_the_store_is_down_both_work() {
    new_embedded_project "$T/twice"
    local one=0 two=0 first second
    kho status >"$T/one" 2>&1 &
    first=$!
    kho status >"$T/two" 2>&1 &
    second=$!
    wait "$first" || one=$?
    wait "$second" || two=$?
    cat "$T/one" "$T/two"
    expect_eq "$one $two" "0 0"
    kho store stop
    kho run things >"$T/one" 2>&1 &
    first=$!
    kho status >"$T/two" 2>&1 &
    second=$!
    wait "$first" || one=$?
    wait "$second" || two=$?
    cat "$T/one" "$T/two"
    expect_eq "$one $two" "0 0"
}

test_a_project_that_only_its_owner_may_enter_works() {
    mkdir -m 700 "$T/closed"
    new_embedded_project "$T/closed/project"
    expect_exit 0 kho run things
    expect_private
    expect_eq "$(own_sql "SELECT count(*) FROM test.thing")" 20
    expect_exit 0 kho store stop
    expect_exit 0 kho status
}

# A process that nobody has reaped yet is dead all the same, but its number is still taken.
wait_until_reaped() {
    local tries
    for ((tries = 0; tries < 200; tries++)); do
        [ -e "/proc/$1" ] || return 0
        sleep 0.05
    done
    fail "nobody reaps process $1"
}

test_a_store_whose_postmaster_was_killed_starts_again_and_has_lost_nothing() {
    new_embedded_project "$T/killed"
    expect_exit 0 kho run things
    source_sql "UPDATE thing SET name = 'changed' WHERE id = 1"
    expect_exit 0 kho run things
    local first
    first=$(postmaster)
    kill -KILL "$first"
    wait_until_reaped "$first"
    expect_exit 0 kho --json run things
    expect_eq "$(json unchanged) $(json total)" "20 20"
    [ "$(postmaster)" != "$first" ] || fail "it was not started again"
    expect_eq "$(own_sql "SELECT string_agg(status || ' ' || total, ', ' ORDER BY run) FROM kho.run")" \
        "published 20, published 20, published 20"
    expect_eq "$(own_sql "SELECT count(*) FROM test.thing_history")" 1
    expect_private
}

test_a_path_with_blanks_and_vietnamese_letters_too_long_for_a_socket_works() {
    new_embedded_project "$T/Kho dữ liệu  quận (Đống Đa) \$HOME 'chính' \"số 1\"/$(printf 'a%.0s' {1..90})"
    expect_exit 0 kho check
    expect_exit 0 kho run things
    expect_private
    expect_eq "$(own_sql "SELECT count(*) FROM test.thing")" 20
    expect_exit 0 kho --json export
    local snapshot
    snapshot=$(find "$P/lake" -mindepth 1 -maxdepth 1 -name '[!.]*')
    expect_exit 0 "$KHO" verify "$snapshot"
    expect_output "20 rows"
    # From inside, by a relative path, it is the same store.
    expect_exit 0 kho store stop
    expect_exit 0 env -C "$P" timeout 60 "$KHO" --json run things
    expect_eq "$(json unchanged)" 20
    expect_exit 0 env -C "$P/etl" timeout 60 "$KHO" -C .. --json run things
    expect_eq "$(json run) $(json unchanged)" "3 20"
}

test_no_link_is_followed_where_a_private_directory_is_made() {
    new_embedded_project "$T/linked"
    mkdir -m 755 "$T/victim" "$P/var"
    ln -s "$T/nowhere" "$P/var/store"
    expect_exit 1 kho status
    expect_error "var/store' is not a directory of ours"
    [ ! -e "$T/nowhere" ] || fail "the store was made behind a link"
    rm "$P/var/store"
    expect_exit 0 kho run things
    expect_exit 0 kho store stop
    rm -rf "$P/var/store/socket"
    ln -s "$T/victim" "$P/var/store/socket"
    expect_exit 1 kho status
    expect_error "var/store/socket' is not a directory of ours"
    expect_eq "$(stat -c '%a %u' "$T/victim")" "755 $(id -u)"
    rm "$P/var/store/socket"
    expect_exit 0 kho --json run things
    expect_eq "$(json unchanged)" 20
}

# Only root's kho gives a directory away: to the user of the cluster.
test_a_directory_that_is_in_use_is_not_made_the_store() {
    new_embedded_project "$T/used"
    [ "$(id -u)" = 0 ] || return 0
    mkdir -m 755 "$T/victim" "$T/empty" "$P/var"
    echo mine >"$T/victim/file"
    ln -s "$T/victim" "$P/var/store"
    expect_exit 1 kho status
    expect_error "victim' is not a directory of ours"
    expect_eq "$(stat -c '%a %u' "$T/victim") $(ls "$T/victim")" "755 0 file"
    # A link to a larger disk is a way to say where the store is to be.
    ln -sfn "$T/empty" "$P/var/store"
    expect_exit 0 kho run things
    expect_private
    [ -d "$T/empty/data" ] || fail "the store is not behind the link"
}

run_tests
