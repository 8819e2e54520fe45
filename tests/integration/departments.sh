#!/bin/sh
# Checks the departments generator without a database: same bytes for the same options, a full
# answer key, exit codes, and counts that agree with the change scripts.
# Usage: DEPARTMENTS=path/to/departments departments_test.sh
set -u

: "${DEPARTMENTS:?set DEPARTMENTS to the departments binary}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

report() { # status name
    if [ "$1" -eq 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}

copied_rows() { # lines between COPY and \. of a script on stdin
    awk '/^COPY .*FROM stdin;$/ { on = 1; next } /^\\\.$/ { on = 0 } on' | wc -l
}

check_load() { # department rows
    "$DEPARTMENTS" "$1" --dirt-key "$work/$1.csv" >"$work/$1.sql" &&
        "$DEPARTMENTS" "$1" >"$work/$1.again" && cmp -s "$work/$1.sql" "$work/$1.again"
    report $? "the same options give the same bytes: $1"
    "$DEPARTMENTS" "$1" --seed 7 >"$work/$1.other" && ! cmp -s "$work/$1.sql" "$work/$1.other"
    report $? "another seed gives other bytes: $1"
    [ "$(copied_rows <"$work/$1.sql")" -eq "$2" ]
    report $? "the script holds the rows asked for: $1"
    iconv -f UTF-8 -t UTF-8 <"$work/$1.sql" >/dev/null 2>&1
    report $? "the script is UTF-8: $1"
    dirty=$(($(wc -l <"$work/$1.csv") - 1))
    [ "$dirty" -ge $(($2 / 100)) ] && [ "$dirty" -le $(($2 / 50)) ]
    report $? "between 1 and 2 % of the rows are dirty: $1"
    [ -z "$(cut -d, -f3 "$work/$1.csv" | sort | uniq -d)" ]
    report $? "a dirty row has one class: $1"
}

check_change() { # department
    for round in 1 2 9; do
        counts=$("$DEPARTMENTS" "$1" --change $round --count)
        "$DEPARTMENTS" "$1" --change $round >"$work/change"
        [ "$(tail -n 1 "$work/change")" = "-- changed: $counts" ]
        report $? "--count equals the comment line: $1 round $round"
        total=$(echo "$counts" | tr -c '0-9' ' ' | awk '{ print $1 + $2 + $3 }')
        [ "$(copied_rows <"$work/change")" -eq "$total" ]
        report $? "the script touches as many rows as it says: $1 round $round"
        awk '/^COPY .*FROM stdin;$/ { on = 1; next } /^\\\.$/ { on = 0 } on' "$work/change" |
            cut -f1 | sort >"$work/touched"
        [ -z "$(uniq -d "$work/touched")" ]
        report $? "no row is touched twice in a round: $1 round $round"
        tail -n +2 "$work/$1.csv" | cut -d, -f3 | sort >"$work/dirty"
        [ -z "$(comm -12 "$work/dirty" "$work/touched")" ]
        report $? "no dirty row is touched: $1 round $round"
    done
    [ "$("$DEPARTMENTS" "$1" --change 1 --update-permille 0 --insert-permille 0 \
        --delete-permille 0 --count)" = "updated=1 inserted=1 deleted=1" ]
    report $? "a round touches at least one row of each kind: $1"
}

check_misuse() { # options
    "$DEPARTMENTS" "$@" >"$work/out" 2>"$work/err"
    [ $? -eq 2 ] && [ ! -s "$work/out" ] && grep -q . "$work/err"
    report $? "misuse exits with 2 and says so: $*"
}

check_load civil 20000
check_load land 12000
check_load business 4000

for class in $(seq 1 30); do
    [ "$(cat "$work"/*.csv | cut -d, -f4 | grep -cx "$class")" -ge 3 ]
    report $? "class $class occurs at least three times"
done

"$DEPARTMENTS" civil --dirt 0 --dirt-key "$work/clean.csv" >/dev/null &&
    [ "$(wc -l <"$work/clean.csv")" -eq 1 ]
report $? "--dirt 0 leaves nothing dirty"

check_change civil
check_change land
check_change business

check_misuse
check_misuse unknown
check_misuse civil extra
check_misuse civil --people none
check_misuse civil --people -5
check_misuse civil --change 0
check_misuse civil --no-such-option
check_misuse civil --people
check_misuse civil --count

"$DEPARTMENTS" --help | grep -q -- --dirt-key
report $? "--help names the options"

"$DEPARTMENTS" civil >/dev/full 2>"$work/err"
[ $? -eq 1 ] && grep -q 'cannot write' "$work/err"
report $? "a full disk is reported"

exit $failed
