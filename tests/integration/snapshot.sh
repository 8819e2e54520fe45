#!/bin/bash
# Snapshots: what export writes, and what verify notices.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# A store with texts that CSV has to take care of, and one snapshot of it ($S).
new_snapshot() {
    new_project
    source_sql "CREATE TABLE thing (id text, name text, amount numeric, since date);
        INSERT INTO thing VALUES ('1', 'with \"quotes\", comma', 1.50, '2020-02-29'), ('2', NULL, NULL, NULL),
        ('a,\"b', 'Nguyễn Thị Ánh', -0.01, '1999-12-31'), (E'l\\nf', E'tab\\there', 0, NULL);
        INSERT INTO thing SELECT 'n' || i, md5(i::text), i, date '2000-01-01' + i FROM generate_series(1, 3000) i"
    expect_exit 0 kho run things
    expect_exit 0 kho --json export
    S=$(json path)
    [ -d "$S" ] || S=$P/$S
    FILE=$S/test.thing.csv.gz
}

expect_culprit() { # parts of the message of verify, which must fail
    expect_exit 7 "$KHO" verify "$S"
    local part
    for part in "$@"; do
        expect_error "$part"
    done
    expect_exit 7 "$KHO" --json verify "$S"
}

# Makes the manifest agree with a file that was tampered with, but for what is tested.
restate() {
    sed -i "s/\"bytes\": *[0-9]*/\"bytes\": $(stat -c %s "$FILE")/
        s/\"hash\": *\"sha256:[0-9a-f]*\"/\"hash\": \"sha256:$(sha256sum "$FILE" | cut -d' ' -f1)\"/" \
        "$S/datapackage.json"
}

test_a_snapshot_read_by_postgresql_equals_the_store() {
    new_snapshot
    expect_exit 0 "$KHO" verify "$S"
    expect_output "3004 rows"
    expect_output "is whole"
    gzip -t "$FILE"
    store_sql "CREATE TABLE public.back (_source text, _key text, name text, amount numeric(12,2), since date)"
    gzip -dc "$FILE" | store_sql "COPY public.back FROM STDIN (FORMAT csv, HEADER match)"
    expect_eq "$(store_sql "SELECT count(*) FROM public.back")" 3004
    expect_eq "$(store_sql "(TABLE public.back EXCEPT SELECT _source, _key, name, amount, since FROM test.thing)
        UNION ALL (SELECT _source, _key, name, amount, since FROM test.thing EXCEPT TABLE public.back)")" ""
    expect_eq "$(store_sql "SELECT snapshot || ' ' || files || ' ' || rows FROM kho.snapshot")" "1 1 3004"
}

test_null_and_empty_text_are_told_apart() {
    new_snapshot
    # The normaliser turns blanks into NULL; an empty text can still stand in the store.
    store_sql "UPDATE test.thing SET name = '' WHERE _key = '1'"
    expect_exit 0 kho --json export
    S=$(json path)
    expect_exit 0 "$KHO" verify "$S"
    expect_eq "$(gzip -dc "$S/test.thing.csv.gz" | grep -c '^civil,1,"",1.50,2020-02-29$')" 1
    expect_eq "$(gzip -dc "$S/test.thing.csv.gz" | grep -c '^civil,2,,,$')" 1
}

test_two_exports_of_one_state_are_the_same_bytes() {
    new_snapshot
    local first=$S
    sleep 1.1 # so that a time in the gzip header would differ
    expect_exit 0 kho --json export
    S=$(json path)
    [ "$S" != "$first" ] || fail "the second export has the first one's name"
    cmp "$first/test.thing.csv.gz" "$S/test.thing.csv.gz"
    expect_exit 0 "$KHO" verify "$S"
    expect_exit 0 "$KHO" verify "$first"
}

test_a_flipped_byte_is_noticed() {
    new_snapshot
    local size byte
    size=$(stat -c %s "$FILE")
    for byte in 0 9 $((size / 2)) $((size - 1)); do
        cp "$FILE" "$T/whole"
        local old
        old=$(od -An -tu1 -j "$byte" -N 1 "$FILE")
        # shellcheck disable=SC2059
        printf "\\x$(printf %x $((old ^ 1)))" | dd of="$FILE" bs=1 seek="$byte" conv=notrunc status=none
        expect_culprit "test.thing.csv.gz"
        cp "$T/whole" "$FILE"
    done
    expect_exit 0 "$KHO" verify "$S"
}

test_a_missing_a_short_and_an_unlisted_file_are_named() {
    new_snapshot
    cp -r "$S" "$T/whole"
    rm "$FILE"
    expect_culprit "test.thing.csv.gz: is missing"
    head -c 1000 "$T/whole/test.thing.csv.gz" >"$FILE"
    expect_culprit "test.thing.csv.gz: has 1000 bytes, the manifest says"
    cp "$T/whole/test.thing.csv.gz" "$FILE"
    echo x >"$S/.more"
    expect_culprit ".more: is not listed in datapackage.json"
    rm "$S/.more"
    rm "$FILE" && ln -s "$T/whole/test.thing.csv.gz" "$FILE"
    expect_culprit "test.thing.csv.gz: is no regular file"
    rm "$FILE" && cp "$T/whole/test.thing.csv.gz" "$FILE"
    rm "$S/datapackage.json"
    expect_culprit "datapackage.json"
    expect_exit 7 "$KHO" verify "$T/nowhere"
    expect_error "there is no snapshot"
}

test_a_changed_manifest_is_noticed() {
    new_snapshot
    cp "$S/datapackage.json" "$T/manifest"
    sed -i 's/\("rows": *\)3004/\13003/' "$S/datapackage.json"
    ! cmp -s "$S/datapackage.json" "$T/manifest" || fail "the manifest has no rows"
    expect_culprit "test.thing.csv.gz: has more rows than the 3003"
    sed 's/\("rows": *\)3004/\13005/' "$T/manifest" >"$S/datapackage.json"
    expect_culprit "test.thing.csv.gz: has 3004 rows, the manifest says 3005"
    head -c 200 "$T/manifest" >"$S/datapackage.json"
    expect_culprit "datapackage.json"
    sed 's/test.thing.csv.gz/..\/..\/test.thing.csv.gz/' "$T/manifest" >"$S/datapackage.json"
    expect_culprit "datapackage.json"
}

test_wrong_content_under_a_right_hash_is_noticed() {
    new_snapshot
    gzip -dc "$FILE" >"$T/plain"
    sed 's/2020-02-29/2021-02-29/' "$T/plain" | gzip -n >"$FILE"
    restate
    expect_culprit "test.thing.csv.gz: row 1: column since is no date"
    sed '1s/name/nmae/' "$T/plain" | gzip -n >"$FILE"
    restate
    expect_culprit "test.thing.csv.gz: the header row is not that of the manifest"
    head -c -5 "$T/plain" | gzip -n >"$FILE"
    restate
    expect_culprit "test.thing.csv.gz"
}

expect_clean_lake() { # number of snapshots
    mkdir -p "$P/lake"
    expect_eq "$(find "$P/lake" -mindepth 1 -maxdepth 1 -name '[!.]*' | wc -l)" "$1"
    expect_eq "$(find "$P/lake" -mindepth 1 -maxdepth 1 -name '.*' | wc -l)" 0
}

test_a_full_disk_is_reported_and_leaves_nothing() {
    new_snapshot
    # A write over the limit fails like one on a full disk once its signal is ignored.
    # shellcheck disable=SC2016
    expect_exit 1 bash -c 'trap "" XFSZ; ulimit -f 8; exec "$0" -C "$1" export' "$KHO" "$P"
    expect_error "File too large"
    expect_error "publishing a snapshot"
    expect_clean_lake 1
    expect_eq "$(store_sql "SELECT count(*) FROM kho.snapshot")" 1
    expect_exit 0 kho export
    expect_clean_lake 2
}

test_what_a_killed_export_leaves_is_invisible_and_swept() {
    new_snapshot
    store_sql "INSERT INTO test.thing (_hash, _valid_from, _run, _source, _key, name)
        SELECT gen_random_uuid(), now(), 1, 'more', i, md5(i::text) FROM generate_series(1, 300000) i"
    local pid code=0
    "$KHO" -C "$P" export >"$T/out" 2>&1 &
    pid=$!
    while [ -z "$(compgen -G "$P/lake/.*.new/*")" ]; do
        [ -d "/proc/$pid" ] || fail "it ended before it could be killed"
    done
    kill -KILL "$pid"
    wait "$pid" || code=$?
    expect_eq "$code" 137
    expect_eq "$(find "$P/lake" -mindepth 1 -maxdepth 1 -name '[!.]*' | wc -l)" 1
    expect_eq "$(find "$P/lake" -mindepth 1 -maxdepth 1 -name '.*.new' | wc -l)" 1
    expect_exit 0 kho export
    expect_clean_lake 2
}

test_a_lake_that_cannot_be_written_is_named() {
    new_snapshot
    echo x >"$T/file"
    expect_exit 5 kho export --to "$T/file/lake"
    expect_error "$T/file"
}

test_verify_needs_neither_project_nor_store() {
    new_snapshot
    mv "$S" "$T/away"
    (cd / && expect_exit 0 env -i "$KHO" --json verify "$T/away")
    expect_output '"ok":true'
}

# The first load of test.thing stands still in its middle; another dataset was loaded before.
start_first_load_beside() {
    new_project
    make_things 6000
    sed 's/test.thing/test.other/' "$P/schemas/test.thing.yaml" >"$P/schemas/test.other.yaml"
    sed 's/^job:.*/job: others/; s/test.thing/test.other/' "$P/etl/jobs/things.yaml" \
        >"$P/etl/jobs/others.yaml"
    expect_exit 0 kho run others
    source_sql "CREATE FUNCTION gate(text) RETURNS text LANGUAGE plpgsql AS
        \$\$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN \$1; END \$\$;
        CREATE VIEW gated AS SELECT id, CASE WHEN id <= 5000 THEN name ELSE gate(name) END AS name,
        amount, since FROM thing"
    write_job things civil.gated
    close_gate source_sql
    "$KHO" -C "$P" run things >"$T/run" 2>&1 &
    run=$!
    wait_for store_sql "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '$STORE_DB'
        AND application_name = 'kho' AND query LIKE 'COPY%thing%STDIN%'"
    "$KHO" -C "$P" --json export >"$T/out" 2>"$T/err" &
    export=$!
    wait_for store_sql "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '$STORE_DB'
        AND application_name = 'kho' AND wait_event_type = 'Lock'"
}

test_an_export_beside_a_first_load_publishes_all_of_it() {
    start_first_load_beside
    open_gate
    wait "$run" || fail "the run failed: $(cat "$T/run")"
    wait "$export" || fail "the export failed: $(cat "$T/err")"
    S=$(json path)
    expect_exit 0 "$KHO" verify "$S"
    expect_eq "$(gzip -dc "$S/test.thing.csv.gz" | wc -l)" 6001
    # What the snapshot says it is of is the state that it holds.
    expect_eq "$(store_sql "SELECT as_of = published_at FROM kho.snapshot, kho.run
        WHERE run = 2 AND status = 'published'")" t
}

test_an_export_that_waits_for_a_load_can_be_interrupted() {
    start_first_load_beside
    local code=0
    kill -TERM "$export"
    wait "$export" || code=$?
    expect_eq "$code" 143
    expect_error "interrupted by SIGTERM"
    expect_clean_lake 0
    open_gate
    wait "$run" || fail "the run failed: $(cat "$T/run")"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing")" 6000
}

run_tests
