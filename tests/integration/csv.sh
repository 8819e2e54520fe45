#!/bin/bash
# Files as a source.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# The source `drop` reads $P/drop/*.csv*, the job `things` reads it.
new_drop() { # more lines of the source
    new_project
    mkdir "$P/drop"
    {
        printf 'source: drop\nconnect: ./drop/*.csv*\n'
        printf '%s\n' "$@"
    } >"$P/etl/sources/drop.yaml"
    rm "$P/etl/jobs/things.yaml"
    write_job things drop
}

things() {
    store_sql "SELECT string_agg(concat_ws('|', _key, name, amount, since), ' ' ORDER BY _key) FROM test.thing"
}

places() {
    store_sql "SELECT string_agg(concat_ws(':', regexp_replace(file, '.*/', ''), line, coalesce(key, '-'), rule),
        ' ' ORDER BY file, line) FROM kho.reject WHERE state = 'open'"
}

test_files_are_one_delivery_whose_columns_may_stand_in_any_order() {
    new_drop
    printf '\xef\xbb\xbfid,name,amount,since\r\n1,"Thửa ""A"", góc",10.50,2024-01-31\r\n2,"hai\r\ndòng",,\r\n' \
        >"$P/drop/a.csv"
    printf 'name;id;amount;since;\nba;3;;;\n;;;;\n' | gzip >"$P/drop/b.csv.gz"
    expect_exit 0 kho check --online
    expect_exit 0 kho plan things
    expect_exit 0 kho --json run things
    expect_eq "$(json read) $(json inserted) $(json rejected)" "3 3 0"
    expect_eq "$(things)" '1|Thửa "A", góc|10.50|2024-01-31 2|hai dòng 3|ba'
    expect_exit 0 kho --json run things
    expect_eq "$(json unchanged) $(json inserted) $(json deleted)" "3 0 0"
    rm "$P/drop/b.csv.gz"
    expect_exit 0 kho --json run things
    expect_eq "$(json unchanged) $(json deleted)" "2 1"
}

test_one_bad_line_rejects_one_line_and_says_where() {
    new_drop
    printf 'id,name,amount,since\n1,one,1,\n2,two,2,\n3,three,3,\n4,four,4,\n' >"$P/drop/a.csv"
    expect_exit 0 kho run things
    # 2 has lost fields, the quote of x is never closed, 3 is in two, the amount of 4 is none
    printf 'id,name,amount,since\n1,"o\nne",1,\n2,two\nx,"open,1,\n3,th\nur,ee\n4,four,vier,\n5,"a"b,5,\n6,six,6,\n' \
        >"$P/drop/a.csv"
    expect_exit 0 kho --json run things
    expect_eq "$(json read) $(json rejected) $(json deleted)" "8 6 0"
    expect_eq "$(places)" "a.csv:4:2:line a.csv:5:x:line a.csv:6:3:line a.csv:7:ur:line a.csv:8:4:decimal a.csv:9:5:line"
    expect_eq "$(things)" "1|o ne|1.00 2|two|2.00 3|three|3.00 4|four|4.00 6|six|6.00"
}

test_a_good_row_is_loaded_beside_a_broken_line_with_its_key() {
    new_drop
    printf 'id,name,amount,since\n7,seven,7,\n7,ro\n8,eight,8,\n' >"$P/drop/a.csv"
    expect_exit 0 kho --json run things
    expect_eq "$(json inserted) $(json rejected)" "2 1"
    expect_eq "$(places)" "a.csv:3:7:line"
    printf 'id,name,amount,since\n7,Seven,7,\n7,ro\n8,eight,8,\n' >"$P/drop/a.csv"
    expect_exit 0 kho --json run things
    expect_eq "$(json updated) $(json unchanged) $(json rejected)" "1 1 1"
    expect_exit 0 kho rejects export things --to "$T/bad.csv"
    grep -q '^things,drop,7,,line,"the line has 2 fields, the header 4",.*/drop/a.csv,3,' "$T/bad.csv"
    expect_exit 0 kho --json rejects replay things
    expect_eq "$(things)" "7|Seven|7.00 8|eight|8.00"
}

test_no_file_is_no_empty_table() {
    new_drop
    printf 'id,name,amount,since\n1,one,1,\n' >"$P/drop/a.csv"
    expect_exit 0 kho run things
    rm "$P/drop/a.csv"
    expect_exit 5 kho run things
    expect_error "there is no file '$P/./drop/*.csv*'"
    expect_eq "$(things)" "1|one|1.00"
    : >"$P/drop/a.csv"
    expect_exit 1 kho run things
    expect_error "is empty: it has no header"
    expect_eq "$(things)" "1|one|1.00"
}

test_headers_that_do_not_agree_stop_the_run() {
    new_drop
    printf 'id,name,amount,since\n1,one,1,\n' >"$P/drop/a.csv"
    printf 'id,name,amount\n1,one,1\n' >"$P/drop/b.csv"
    expect_exit 2 kho run things
    expect_error "drop/b.csv', line 1, lacks the column 'since' that '$P/./drop/a.csv' has"
    printf 'id,name,amount,since,more\n1,one,1\n' >"$P/drop/b.csv"
    expect_exit 2 kho run things
    expect_error "column 'more' in '$P/./drop/b.csv', line 1, stands in no file before it"
    printf '\nid,name,amount,name\n' >"$P/drop/a.csv"
    expect_exit 2 kho run things
    expect_error "column 'name' stands twice in '$P/./drop/a.csv', line 2"
    printf 'id,"name\n' >"$P/drop/a.csv"
    expect_exit 2 kho run things
    expect_error "line 1: a quote is not closed"
    printf 'id,t\xean,amount\n' >"$P/drop/a.csv"
    expect_exit 2 kho run things
    expect_error "the name of column 2 in '$P/./drop/a.csv', line 1, is not valid UTF-8"
}

test_encodings_and_separators_are_as_the_source_says() {
    new_drop "encoding: tcvn3" "separator: tab"
    printf 'id\tname\tamount\tsince\n1\tNguy\xd4n\t1\t\n' >"$P/drop/a.csv"
    expect_exit 0 kho run things
    expect_eq "$(things)" "1|Nguyễn|1.00"
    printf 'source: drop\nconnect: ./drop/*.csv\nencoding: utf-16le\n' >"$P/etl/sources/drop.yaml"
    printf 'id,name,amount,since\n1,Trần,2,\n' | iconv -f utf-8 -t utf-16le >"$P/drop/a.csv"
    expect_exit 0 kho run things
    expect_eq "$(things)" "1|Trần|2.00"
}

test_check_says_what_files_cannot_do() {
    new_drop "separator: long"
    write_job things drop.public.thing "pull: changes"
    write_job other civil
    expect_exit 2 kho check
    expect_error "'separator' is one ASCII character, or tab, but no quote"
    printf 'source: drop\nconnect: ./drop/*.csv\n' >"$P/etl/sources/drop.yaml"
    expect_exit 2 kho check
    expect_error "source 'drop' is files, which have no tables: from: drop"
    expect_error 'files are read as a whole: `pull: full`'
    expect_error "source 'civil' is a database: 'from' needs a table, source.schema.table"
    write_source civil "separator: ;"
    expect_exit 2 kho check
    expect_error "'separator' is a matter of files, not of a database"
    write_source civil
    rm "$P/etl/jobs/other.yaml"
    write_job things drop
    printf 'id,name,amount,since\n1,one,1,\n' >"$P/drop/a.csv"
    expect_exit 2 kho backfill things --by since --step 1d
    expect_error "files cannot be read by ranges"
}

run_tests
