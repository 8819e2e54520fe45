#!/bin/bash
# Several sources in one schema.
# shellcheck source=tests/support/integration.sh disable=SC2317 # tests are called by name
. "$(dirname "$0")/../support/integration.sh"

# Two sources: `civil` reads public.thing, `land` reads public.parcel, with keys in common.
new_two_feeds() {
    new_project
    make_things 100
    source_sql "CREATE TABLE parcel AS SELECT id, 'parcel ' || id AS name, amount, since FROM thing WHERE id <= 40"
    write_source land
    write_job parcels land.public.parcel
}

feed_versions() { # feed
    store_sql "SELECT md5(string_agg(ctid || ' ' || xmin, ',' ORDER BY _key)) FROM test.thing
        WHERE _source = '$1'"
}

test_a_second_feed_joins_a_table_that_has_rows() {
    new_two_feeds
    expect_exit 0 kho run things
    local civil
    civil=$(feed_versions civil)
    expect_exit 0 kho --json run parcels
    expect_eq "$(json inserted) $(json total) $(json deleted)" "40 40 0"
    expect_eq "$(store_sql "SELECT string_agg(_source || n, ' ' ORDER BY 1) FROM
        (SELECT _source, count(*) AS n FROM test.thing GROUP BY 1) f")" "civil100 land40"
    expect_eq "$(feed_versions civil)" "$civil"
    expect_eq "$(store_sql "SELECT string_agg(name, ', ' ORDER BY _source) FROM test.thing WHERE _key = '7'")" \
        "thing 7, parcel 7"
}

test_deletions_and_limits_are_judged_inside_a_feed() {
    new_two_feeds
    expect_exit 0 kho run
    local civil
    civil=$(feed_versions civil)
    source_sql "DELETE FROM parcel WHERE id > 30; UPDATE parcel SET name = 'x' WHERE id = 1"
    expect_exit 0 kho --json run parcels
    expect_eq "$(json updated) $(json deleted) $(json unchanged)" "1 10 29"
    expect_eq "$(feed_versions civil)" "$civil"
    source_sql "DELETE FROM parcel"
    sed -i 's/^stop_if:.*/stop_if: {shrink: 20%}/' "$P/etl/jobs/parcels.yaml"
    expect_exit 4 kho run parcels
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing WHERE _source = 'land'")" 30
}

test_two_first_loads_at_once_both_arrive() {
    new_two_feeds
    expect_exit 0 kho store start
    local one=0 two=0 first second
    kho run things >"$T/one" 2>&1 &
    first=$!
    kho run parcels >"$T/two" 2>&1 &
    second=$!
    wait "$first" || one=$?
    wait "$second" || two=$?
    cat "$T/one" "$T/two"
    expect_eq "$one $two" "0 0"
    expect_eq "$(store_sql "SELECT count(*) FROM test.thing")" 140
    expect_eq "$(store_sql "SELECT count(DISTINCT published_at) FROM kho.run")" 2
}

test_two_jobs_may_not_bring_the_same_feed() {
    new_two_feeds
    write_job parcels civil.public.parcel
    expect_exit 2 kho run
    expect_error "they must name different feeds"
    write_job parcels civil.public.parcel "feed: second"
    expect_exit 0 kho run
    expect_eq "$(store_sql "SELECT string_agg(DISTINCT _source, ' ') FROM test.thing")" "civil second"
}

test_a_failed_job_does_not_stop_the_others_and_decides_the_exit_code() {
    new_two_feeds
    write_job parcels land.public.nothing
    expect_exit 2 kho run
    expect_eq "$(store_sql "SELECT string_agg(job || ' ' || status, ', ' ORDER BY job) FROM kho.run")" \
        "parcels failed, things published"
}

run_tests
