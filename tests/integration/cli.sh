#!/bin/bash
# The command line: help, mistakes, JSON, and the check of the configuration.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

commands() {
    "$KHO" --help | sed -n '/^  [a-z]/s/^  \([a-z]*\) .*/\1/p'
}

expect_json_lines() { # of $T/out, by PostgreSQL's own parser; at least one
    local line n=0
    while IFS= read -r line; do
        n=$((n + 1))
        printf "SELECT jsonb_typeof(\$json\$%s\$json\$::jsonb);\n" "$line"
    done <"$T/out" >"$T/json.sql"
    psql -XqAt -v ON_ERROR_STOP=1 -h "$store_socket" -U postgres -d postgres -f "$T/json.sql" >"$T/types"
    [ -s "$T/types" ] || fail "no JSON"
    ! grep -v object "$T/types" || fail "a line is no object"
}

test_kho_alone_shows_its_usage_and_is_misuse() {
    expect_exit 2 "$KHO"
    expect_error "usage: kho"
    expect_eq "$(wc -c <"$T/out")" 0
}

test_help_is_there_at_every_level() {
    expect_exit 0 "$KHO" --help
    expect_output "Exit codes: 0 ok"
    expect_eq "$(commands | wc -l | awk '{ print ($1 >= 10) }')" 1
    local command topic
    for command in $(commands); do
        expect_exit 0 "$KHO" "$command" --help
        expect_output "usage: kho $command"
        expect_exit 0 "$KHO" help "$command"
    done
    for topic in warehouse source job schema types functions codes reference; do
        expect_exit 0 "$KHO" help "$topic"
        [ -s "$T/out" ] || fail "no help about $topic"
    done
    expect_exit 0 "$KHO" --version
    grep -qE '^kho [0-9]+\.[0-9]+\.[0-9]+$' "$T/out"
}

test_mistakes_are_answered_with_the_nearest_word() {
    expect_exit 2 "$KHO" rnu
    expect_error "there is no command 'rnu'"
    expect_error "did you mean \`kho run\`?"
    expect_exit 2 "$KHO" xylophone
    expect_error "\`kho --help\` lists the commands"
    expect_exit 2 "$KHO" runs --limt 3
    expect_error "did you mean '--limit'?"
    expect_exit 2 "$KHO" --jsno status
    expect_error "did you mean '--json'?"
    expect_exit 2 "$KHO" runs --limit nine
    expect_error "--limit takes a number of at least 1, not 'nine'"
    expect_exit 2 "$KHO" runs --limit
    expect_error "needs a value"
    expect_exit 2 "$KHO" verify
    expect_error "usage: kho verify DIR"
    expect_exit 2 "$KHO" help jbo
    expect_error "did you mean 'job'?"
}

test_what_is_not_there_is_named() {
    new_project
    make_things 1
    expect_exit 2 kho run thing
    expect_error "there is no job 'thing'"
    expect_error "did you mean 'things'?"
    expect_exit 2 kho show 99
    expect_error "there is no run 99"
    expect_exit 2 kho show x
    expect_error "'x' is no number of a run"
    expect_exit 2 "$KHO" -C "$T" status
    expect_error "no etl/warehouse.yaml"
    expect_error "kho init"
    expect_exit 2 kho store fly
    expect_error "start, stop or conninfo"
}

test_an_empty_directory_becomes_a_project_that_is_sound() {
    P=$T/fresh
    mkdir "$P"
    expect_exit 0 kho init
    expect_exit 0 kho check
    expect_output "ok: 0 sources"
    echo "# mine" >>"$P/etl/warehouse.yaml"
    cp -r "$P" "$T/copy"
    expect_exit 0 kho init
    diff -r "$P" "$T/copy"
    expect_exit 2 kho run
    expect_error "there are no jobs"
}

test_every_command_speaks_json() {
    new_project
    make_things 5
    source_sql "ALTER TABLE thing ALTER amount TYPE text; UPDATE thing SET amount = 'x\"y\\z' WHERE id = 1"
    local snapshot
    mkdir "$T/new"
    local words
    for words in "check" "check --online" "plan things" "run" "status" "runs" "runs things --limit 1" "show 1" \
        "rejects" "rejects --list" "export" "store conninfo" "store start"; do
        # shellcheck disable=SC2086
        expect_exit 0 kho --json $words
        expect_json_lines
        [ "$words" != export ] || snapshot=$(json path)
    done
    expect_exit 0 kho --json verify "$snapshot"
    expect_json_lines
    expect_exit 0 "$KHO" -C "$T/new" --json init
    expect_json_lines
    write_job things civil.nothing
    expect_exit 2 kho --json run
    expect_json_lines
    expect_eq "$(json status)" failed
    sed -i 's/^to:.*/to: test.none/' "$P/etl/jobs/things.yaml"
    expect_exit 2 kho --json check
    expect_json_lines
    expect_eq "$(json ok) $(json errors)" "false 1"
}

test_a_failure_speaks_json_too() {
    expect_exit 2 "$KHO" rnu --json
    expect_eq "$(json ok) $(json class) $(json exit_code)" "false usage 2"
    expect_eq "$(json hint)" "did you mean \`kho run\`?"
    expect_exit 7 "$KHO" --json verify "$T/nowhere"
    expect_json_lines
    expect_eq "$(json ok) $(json exit_code)" "false 7"
    new_project
    expect_exit 2 kho run --json
    expect_eq "$(wc -l <"$T/out") $(json status)" "1 failed"
}

test_output_that_cannot_be_written_is_a_failure() {
    local code=0
    "$KHO" --help >/dev/full 2>"$T/err" || code=$?
    expect_eq "$code" 1
    expect_error "cannot write the result: No space left on device"
}

# A command whose standard output is on a full disk.
to_full_device() { # code command...
    local code=0
    timeout 60 "$KHO" -C "$P" "${@:2}" >/dev/full 2>"$T/err" || code=$?
    expect_eq "$code" "$1"
}

test_no_command_passes_over_a_result_that_it_could_not_write() {
    new_project
    make_things 50
    expect_exit 0 kho run things
    local words
    for words in "check" "plan things" "run" "--json run" "status" "runs" "--json runs" "show 1" "rejects" "export" \
        "store conninfo" "init" "help reference"; do
        # shellcheck disable=SC2086
        to_full_device 1 $words
        expect_error "kho: error: cannot write the result: No space left on device"
    done
    # What it did is done all the same.
    expect_eq "$(last_run "run || ' ' || status")" "3 published"
    expect_eq "$(find "$P/lake" -name datapackage.json | wc -l)" 1
}

test_the_first_failure_decides_even_if_the_result_cannot_be_written() {
    new_project
    make_things 5
    sed -i 's/^stop_if:.*/stop_if: {rejected: 10%, after_rows: 1}/' "$P/etl/jobs/things.yaml"
    source_sql "ALTER TABLE thing ALTER amount TYPE text; UPDATE thing SET amount = 'much'"
    to_full_device 4 run things
    expect_error "rejected 5 of 5 rows"
    to_full_device 4 --json run things
    write_job things civil.nothing
    to_full_device 2 run things
    expect_error 'relation "nothing" does not exist'
    ! grep -q "cannot write" "$T/err" || fail "the second failure is told as well"
    to_full_device 7 verify "$T/nowhere"
    sed -i "s|host=$store_socket|host=$T|" "$P/etl/warehouse.yaml"
    to_full_device 5 status
}

test_runs_and_rejects_of_a_job_that_never_was_are_misuse() {
    new_project
    make_things 5
    local words
    for words in "runs" "rejects" "rejects --list" "--json runs" "--json rejects"; do
        # shellcheck disable=SC2086
        expect_exit 2 kho $words thinsg
        expect_error "there is no job 'thinsg'"
        expect_error "HINT: did you mean 'things'?"
        expect_eq "$(grep -cv '^{"ok":false,' "$T/out")" 0
        # shellcheck disable=SC2086
        expect_exit 2 kho $words xylophone
        expect_error "HINT: \`kho status\` lists the jobs"
        # One that never ran is there nevertheless.
        # shellcheck disable=SC2086
        expect_exit 0 kho $words things
    done
    expect_exit 0 kho run things
    # One that ran and was taken out of the configuration since stands in the ledger.
    mv "$P/etl/jobs/things.yaml" "$T/"
    for words in "runs" "rejects" "rejects --list" "--json runs" "--json rejects"; do
        # shellcheck disable=SC2086
        expect_exit 0 kho $words things
    done
}

test_check_shows_all_problems_with_their_place() {
    new_project
    sed -i 's/^lake:/lkae:/' "$P/etl/warehouse.yaml"
    echo "limits: {rows_per_secnod: 5}" >>"$P/etl/sources/civil.yaml"
    sed -i 's/type: date/type: dat/' "$P/schemas/test.thing.yaml"
    printf 'key: id\nstop_if: {shrink: 200 %%}\n' >>"$P/etl/jobs/things.yaml"
    expect_exit 2 kho check
    expect_error "etl/warehouse.yaml:4:1: error:"
    expect_error "did you mean 'lake'?"
    expect_error "    lkae: lake
    ^"
    expect_error "etl/sources/civil.yaml:4:10: error:"
    expect_error "did you mean 'rows_per_second'?"
    expect_error "schemas/test.thing.yaml:7:"
    expect_error "did you mean 'date'?"
    expect_error "etl/jobs/things.yaml:"
    grep -qE '^kho: error: [0-9]+ errors in the configuration' "$T/err"
}

test_check_names_what_does_not_fit_together() {
    new_project
    write_job things civli.public.thing "map: {nmae: name, amount: nubmer(amount)}"
    expect_exit 2 kho check
    expect_error "there is no source 'civli'; did you mean 'civil'?"
    write_job things civil.public.thing "map: {nmae: name, amount: nmuber(amount)}"
    expect_exit 2 kho check
    expect_error "did you mean 'name'?"
    expect_error "did you mean 'number'?"
}

test_check_is_quick() {
    new_project
    local i used
    for ((i = 0; i < 100; i++)); do
        write_job "job_$i" civil.public.thing "feed: feed_$i"
    done
    # The processor's time, since others may use the machine as well.
    TIMEFORMAT='%U %S'
    used=$({ time kho check >"$T/out"; } 2>&1)
    expect_output "101 jobs"
    expect_eq "$(awk '{ print ($1 + $2 < 1) }' <<<"$used")" 1
}

test_plan_shows_rows_and_rejects_and_writes_nothing() {
    STORE_TEMPLATE=template0 new_project
    make_things 5
    source_sql "ALTER TABLE thing ALTER amount TYPE text; UPDATE thing SET amount = 'much' WHERE id = 1"
    expect_exit 0 kho plan things
    expect_output "5 rows read, 1 would be rejected, 1 reasons"
    expect_output "thing 2"
    expect_eq "$(store_sql "SELECT to_regnamespace('kho') IS NULL")" t
}

run_tests
