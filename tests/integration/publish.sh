#!/bin/bash
# Snapshots by definition: what leaves, in which form, and what does not leave without a decision.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

marker=Nguyễn-Thị-Mốc

new_persons() {
    new_project
    write_schema "name: {type: text, pii: basic}" "number: {type: text, pii: id}" \
        "born: {type: date, pii: basic}" "relation: {type: partial_date, pii: basic}" \
        "ward: {type: text}" "amount: {type: \"decimal(12,2)\"}"
    source_sql "CREATE TABLE thing AS SELECT 'k' || i AS id, '$marker ' || i AS name,
        lpad(i::text, 12, '0') AS number, date '1960-02-03' + i AS born, '1965-05'::text AS relation,
        'w' || i % 3 AS ward, i * 1.5 AS amount FROM generate_series(1, 300) i"
    expect_exit 0 kho run things
    mkdir "$P/etl/snapshots"
    echo 0123456789abcdef0123456789abcdef >"$P/keys/pseudonyms"
    # shellcheck disable=SC2016 # kho resolves it
    echo 'pseudonym_key: ${file:keys/pseudonyms}' >>"$P/etl/warehouse.yaml"
}

define() { # name, then lines below its dataset test.thing
    {
        printf 'snapshot: %s\npurpose: planning\nlegal_basis: decree 1\nformat: csv.gz\n' "$1"
        printf 'datasets:\n  test.thing:\n'
        shift
        printf '    %s\n' "$@"
    } >"$P/etl/snapshots/city.yaml"
}

hide_all="hide: {_key: hmac, name: drop, number: last4, born: year, relation: year}"

publish() {
    expect_exit 0 kho --json export city
    S=$(json path)
    [ -d "$S" ] || S=$P/$S
    gzip -dc "$S/test.thing.csv.gz" >"$T/csv"
    expect_exit 0 "$KHO" verify "$S"
}

test_columns_leave_as_the_definition_says() {
    new_persons
    define city "$hide_all"
    publish
    expect_eq "$(head -n 1 "$T/csv")" "_source,_key,number,born,relation,ward,amount"
    local pseudonym
    pseudonym=$(printf k7 | openssl dgst -sha256 -mac HMAC -macopt key:0123456789abcdef0123456789abcdef |
        sed 's/.* //')
    expect_eq "$(grep -F "$pseudonym" "$T/csv")" "civil,$pseudonym,********0007,1960,1965,w1,10.50"
    expect_eq "$(dirname "$S" | xargs basename)" city
    grep -q '"kho:purpose": "planning"' "$S/datapackage.json"
    grep -q '"kho:hidden": "hmac"' "$S/datapackage.json"
    grep -qE '"kho:pseudonym_key": "[0-9a-f]{16}"' "$S/datapackage.json"
    if grep -rqa -e "$marker" -e 0123456789abcdef0123456789abcdef "$S" "$T/csv"; then
        fail "a name or the key left"
    fi
}

test_only_the_columns_and_rows_of_the_definition_leave() {
    new_persons
    define city "columns: [ward, amount]" "where: ward = 'w2' AND amount > 30 -- not the small ones" \
        "hide: {_key: keep}"
    publish
    expect_eq "$(head -n 1 "$T/csv")" "_source,_key,ward,amount"
    expect_eq "$(wc -l <"$T/csv")" "$(store_sql "SELECT 1 + count(*) FROM test.thing
        WHERE ward = 'w2' AND amount > 30")"
}

test_pseudonyms_in_parquet_are_verified_too() {
    new_persons
    define city "$hide_all"
    expect_exit 0 kho --json export city --format parquet
    S=$(json path)
    [ -d "$S" ] || S=$P/$S
    expect_exit 0 "$KHO" verify "$S"
    expect_output "test.thing.parquet"
}

test_nothing_personal_leaves_without_a_decision() {
    new_persons
    define city "hide: {name: drop, number: drop}"
    expect_exit 2 kho check
    expect_error "city.yaml:6:3: error: 'born' is personal, and 'hide' does not say what becomes of it"
    expect_error "'relation' is personal, and 'hide'"
    expect_error "'_key' may be a personal number, and 'hide' does not say what becomes of it"
    expect_exit 2 kho export city
    [ ! -e "$P/lake" ] || fail "something left"
}

test_what_a_definition_says_wrong_is_told_with_its_place() {
    new_persons
    define city "columns: [ward, wardd, ward]" "where: ward = 'x'" \
        "hide: {_key: last4, nam: drop, ward: year, amount: blur}"
    expect_exit 2 kho check
    expect_error "city.yaml:7:21: error: 'test.thing' has no column 'wardd'; did you mean 'ward'?"
    expect_error "city.yaml:7:28: error: 'ward' stands twice in 'columns'"
    expect_error "'test.thing' has no column 'nam'; did you mean 'name'?"
    expect_error "a column of type text has no 'year'"
    expect_error "'_key' has keep and hmac only"
    define city "where: ward = 'x'; SELECT 1" "$hide_all"
    expect_exit 2 kho check
    expect_error "city.yaml:7:12: error: 'where' is one condition, without a semicolon"
    define city "$hide_all"
    sed -i '/^purpose/d' "$P/etl/snapshots/city.yaml"
    expect_exit 2 kho check
    expect_error "personal columns leave: 'purpose' and 'legal_basis' must say why they may"
    define city "$hide_all"
    sed -i '/^pseudonym_key/d' "$P/etl/warehouse.yaml"
    expect_exit 2 kho check
    expect_error "'hmac' needs the key of pseudonyms"
}

test_a_short_key_and_an_unknown_snapshot_publish_nothing() {
    new_persons
    define city "$hide_all"
    echo short >"$P/keys/pseudonyms"
    expect_exit 2 kho export city
    expect_error "the key of pseudonyms is shorter than 32 characters"
    expect_exit 2 kho export cty
    expect_error "there is no snapshot 'cty'"
    [ ! -e "$P/lake" ] || fail "something left"
}

# A signed snapshot ($S) and the public keys of it, $T/pub.pem and $T/kho.pub.
new_signed() {
    new_persons
    openssl genpkey -algorithm ed25519 -out "$P/keys/sign.pem"
    # shellcheck disable=SC2016 # kho resolves it
    echo 'sign_key: ${file:keys/sign.pem}' >>"$P/etl/warehouse.yaml"
    define city "$hide_all"
    publish
    expect_exit 0 kho sign-key
    cp "$T/out" "$T/pub.pem"
    expect_exit 0 kho sign-key --form signify
    cp "$T/out" "$T/kho.pub"
}

test_openssl_signify_minisign_and_sha256sum_prove_a_snapshot() {
    new_signed
    expect_exit 0 "$KHO" verify "$S" --key "$T/pub.pem"
    expect_output "is whole, signed by this key"
    expect_exit 0 "$KHO" verify "$S"
    expect_output "signed (by whom"
    cmp "$T/pub.pem" <(openssl pkey -in "$P/keys/sign.pem" -pubout)
    cd "$S"
    openssl pkeyutl -verify -pubin -inkey "$T/pub.pem" -rawin -in SHA256SUMS -sigfile SHA256SUMS.ed25519
    signify-openbsd -V -p "$T/kho.pub" -x SHA256SUMS.sig -m SHA256SUMS
    minisign -V -p "$T/kho.pub" -x SHA256SUMS.minisig -m SHA256SUMS
    sha256sum --strict -c SHA256SUMS
    expect_eq "$(find . -type f | LC_ALL=C sort | xargs)" \
        "./SHA256SUMS ./SHA256SUMS.ed25519 ./SHA256SUMS.minisig ./SHA256SUMS.sig ./_SUCCESS ./datapackage.json ./test.thing.csv.gz"
    if grep -rqa "PRIVATE KEY" "$P/lake"; then fail "the key left"; fi
}

flip() { # file: each of some bytes must be noticed, and the file be named
    local file=$1 size byte old
    size=$(stat -c %s "$file")
    cp "$file" "$T/whole"
    for byte in 0 $((size / 3)) $((size / 2)) $((size - 2)) $((size - 1)); do
        old=$(od -An -tu1 -j "$byte" -N 1 "$file")
        # shellcheck disable=SC2059
        printf "\\x$(printf %x $((old ^ 1)))" | dd of="$file" bs=1 seek="$byte" conv=notrunc status=none
        expect_exit 7 "$KHO" verify "$S" --key "$T/pub.pem"
        cp "$T/whole" "$file"
    done
}

test_a_flipped_bit_in_any_file_is_noticed_and_a_signature_of_another_key() {
    new_signed
    local file
    for file in "$S"/*; do
        if [ -s "$file" ]; then flip "$file"; fi
    done
    echo >>"$S/_SUCCESS"
    expect_exit 7 "$KHO" verify "$S"
    expect_error "_SUCCESS: is no such file as kho writes"
    : >"$S/_SUCCESS"
    for file in SHA256SUMS SHA256SUMS.sig _SUCCESS; do
        mv "$S/$file" "$T/away"
        expect_exit 7 "$KHO" verify "$S" --key "$T/pub.pem"
        expect_error "$file: is missing"
        mv "$T/away" "$S/$file"
    done
    openssl genpkey -algorithm ed25519 | openssl pkey -pubout >"$T/other.pem"
    expect_exit 7 "$KHO" verify "$S" --key "$T/other.pem"
    expect_error "SHA256SUMS.ed25519: is not this key's signature of SHA256SUMS"
    rm "$S"/SHA256SUMS.*
    expect_exit 0 "$KHO" verify "$S"
    expect_output ", unsigned"
    expect_exit 7 "$KHO" verify "$S" --key "$T/pub.pem"
    expect_error "SHA256SUMS: is not signed"
}

test_a_swapped_manifest_and_a_key_that_is_none_are_told() {
    new_signed
    sed -i 's/planning/advertising/' "$S/datapackage.json"
    expect_exit 7 "$KHO" verify "$S"
    expect_error "datapackage.json: sha256 is"
    expect_exit 2 "$KHO" verify "$S" --key "$P/keys/sign.pem"
    expect_error "the key is no Ed25519 key in PEM"
    openssl genpkey -algorithm rsa -out "$P/keys/sign.pem" 2>/dev/null
    expect_exit 2 kho export city
    expect_error "the sign_key is no Ed25519 key in PEM"
    expect_exit 2 kho sign-key
    sed -i '/^sign_key/d' "$P/etl/warehouse.yaml"
    expect_exit 2 kho sign-key
    expect_error "etl/warehouse.yaml names no sign_key"
}

test_snapshots_are_a_chain_in_which_none_can_be_dropped_or_swapped() {
    new_signed
    local lake=$P/lake/city first=$S second third
    publish
    second=$S
    publish
    third=$S
    expect_exit 0 "$KHO" verify "$lake" --key "$T/pub.pem"
    expect_output "the chain of 3 snapshots is whole"
    expect_eq "$(grep -o '"snapshot": "[^"]*"' "$lake/LATEST.json")" "\"snapshot\": \"$(basename "$third")\""
    grep -q "\"sha256\": \"$(sha256sum <"$second/datapackage.json" | cut -d' ' -f1)\"" "$third/datapackage.json"
    mv "$second" "$T/away"
    expect_exit 7 "$KHO" verify "$lake"
    expect_error "$(basename "$second"): is missing, and $(basename "$third") names it"
    # The first in the place of the second: whole in itself, and signed.
    cp -r "$first" "$second"
    expect_exit 7 "$KHO" verify "$lake" --key "$T/pub.pem"
    expect_error "$(basename "$second")/datapackage.json: sha256 is"
    rm -r "$second"
    mv "$T/away" "$second"
    cp -r "$first" "$lake/20000101T000000Z"
    expect_exit 7 "$KHO" verify "$lake"
    expect_error "20000101T000000Z: stands outside of the chain"
    rm -r "$lake/20000101T000000Z"
    mv "$third" "$T/away"
    expect_exit 7 "$KHO" verify "$lake"
    expect_error "$(basename "$third"): is missing, and LATEST.json names it"
    mv "$T/away" "$third"
    echo '{"snapshot": "../x"}' >"$lake/LATEST.json"
    expect_exit 7 "$KHO" verify "$lake"
    expect_error "LATEST.json: is broken"
}

test_a_writer_that_died_before_it_said_so_has_published() {
    new_signed
    local lake=$P/lake/city
    cp "$lake/LATEST.json" "$T/first"
    publish
    cp "$T/first" "$lake/LATEST.json" # as kill -9 between the two leaves it
    expect_exit 0 "$KHO" verify "$lake"
    expect_output "the chain of 2 snapshots is whole"
    publish
    expect_exit 0 "$KHO" verify "$lake" --key "$T/pub.pem"
    expect_output "the chain of 3 snapshots is whole"
    rm "$lake/LATEST.json"
    publish
    expect_exit 0 "$KHO" verify "$lake"
    expect_output "the chain of 4 snapshots is whole"
}

test_two_publications_at_once_follow_each_other() {
    new_signed
    "$KHO" -C "$P" -q export city >"$T/one" 2>&1 &
    expect_exit 0 kho export city
    wait $! || fail "$(cat "$T/one")"
    expect_exit 0 "$KHO" verify "$P/lake/city"
    expect_output "the chain of 3 snapshots is whole"
}

run_tests
