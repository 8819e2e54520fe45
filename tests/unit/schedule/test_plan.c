/* Runs in a zone and in a source's hours, missed runs, waits. */
#include <kho/schedule/plan.h>

#include <kho/core/clock.h>
#include <kho/schedule/backoff.h>

#include "../../support/unit.h"

static struct kho_arena *arena;
static struct kho_zone *berlin;
static struct kho_cron crons[4];
static struct kho_hours hours;
static struct kho_plan plan;

static void setup(void)
{
    struct kho_err err = {0};
    arena = kho_arena_new(NULL);
    ck_ok(kho_zone_load(arena, KHO_TEXT("Europe/Berlin"), &berlin, &err), err);
    plan = (struct kho_plan){.zone = berlin, .crons = crons};
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static void add(const char *text)
{
    struct kho_err err = {0};
    ck_ok(kho_cron_parse(kho_text_of(text), &crons[plan.n_crons++], &err), err);
}

static void only_in(const char *text)
{
    ck_assert(kho_hours_parse(kho_text_of(text), &hours));
    plan.hours = &hours;
    plan.hours_zone = berlin;
}

/* Berlin's wall, as an instant: `twice` is the second of two. */
static int64_t wall(int month, int day, int hour, int minute)
{
    struct kho_date date = {2026, (uint8_t)month, (uint8_t)day};
    int64_t local = ((kho_date_to_days(date) * 24 + hour) * 60 + minute) * 60 * KHO_US_PER_SECOND;
    return kho_zone_local_to_utc(berlin, local);
}

/* Asserts the runs after an instant, as Berlin's times joined by commas. */
static void check_runs(int64_t after_us, size_t count, const char *expected)
{
    struct kho_buf out;
    kho_buf_init(&out, 4096);
    for (size_t i = 0; i < count; i++) {
        char shown[KHO_INSTANT_MAX];
        struct kho_fire fire;
        kho_plan_next(&plan, after_us, &fire);
        after_us = fire.due_us;
        kho_buf_printf(&out, "%s%.20s%s%s%s", i == 0 ? "" : ", ",
                       kho_instant_show(fire.due_us, berlin, shown, sizeof(shown)) + 5,
                       fire.skipped_time ? " gap" : "", fire.twice ? " twice" : "",
                       fire.waits ? " waits" : "");
        if (fire.joined != 0)
            kho_buf_printf(&out, " +%" PRId64, fire.joined);
    }
    ck_assert_str_eq(kho_buf_cstr(&out), expected);
    kho_buf_release(&out);
}

START_TEST(a_skipped_time_runs_once_at_the_end_of_the_gap)
{
    add("30 2 * * *");
    check_runs(wall(3, 28, 12, 0), 2, "03-29 03:00:00+02:00 gap, 03-30 02:30:00+02:00");
}
END_TEST

START_TEST(times_in_a_gap_and_at_its_end_are_one_run)
{
    add("*/30 * * * *");
    check_runs(wall(3, 29, 1, 0), 3,
               "03-29 01:30:00+01:00, 03-29 03:00:00+02:00 gap +2, 03-29 03:30:00+02:00");
}
END_TEST

START_TEST(a_repeated_time_runs_at_the_first_of_the_two)
{
    add("*/30 * * * *");
    check_runs(wall(10, 25, 1, 30), 3,
               "10-25 02:00:00+02:00 twice, 10-25 02:30:00+02:00 twice, 10-25 03:00:00+01:00");
}
END_TEST

START_TEST(several_schedules_run_at_the_times_of_all)
{
    add("0 6 * * mon-fri");
    add("0 10 * * sat");
    add("0 6 1 * *");
    check_runs(wall(1, 30, 7, 0), 3,
               "01-31 10:00:00+01:00, 02-01 06:00:00+01:00, 02-02 06:00:00+01:00");
}
END_TEST

START_TEST(what_is_due_outside_the_hours_waits_for_them)
{
    add("0 11 * * *");
    only_in("22:00-05:00");
    check_runs(wall(6, 1, 12, 0), 2, "06-01 22:00:00+02:00 waits, 06-02 22:00:00+02:00 waits");
    check_runs(wall(6, 1, 10, 0), 1, "06-01 22:00:00+02:00 waits");
    check_runs(wall(6, 1, 22, 0), 1, "06-02 22:00:00+02:00 waits");
}
END_TEST

START_TEST(what_waits_for_the_same_opening_is_one_run)
{
    add("0 * * * *");
    only_in("08:00-10:00");
    check_runs(wall(6, 1, 9, 30), 3,
               "06-02 08:00:00+02:00 waits +22, 06-02 09:00:00+02:00, "
               "06-03 08:00:00+02:00 waits +22");
}
END_TEST

START_TEST(hours_that_a_change_of_the_clock_swallows_open_the_next_day)
{
    add("0 12 * * *");
    only_in("02:00-03:00");
    check_runs(wall(3, 28, 12, 30), 1, "03-30 02:00:00+02:00 waits +1");
    check_runs(wall(3, 30, 1, 59), 1, "03-30 02:00:00+02:00 waits +1");
    check_runs(wall(3, 30, 2, 0), 1, "03-31 02:00:00+02:00 waits");
}
END_TEST

static size_t due(int64_t since_us, int64_t now_us, enum kho_late late, struct kho_fire *fires,
                  int64_t *left_out)
{
    struct kho_due found = {.fires = fires, .max = 5};
    kho_plan_due(&plan, since_us, now_us, late, &found);
    *left_out = found.left_out;
    return found.count;
}

START_TEST(missed_runs_are_made_as_the_policy_says)
{
    struct kho_fire fires[5];
    int64_t left_out;
    add("30 1 * * *");
    int64_t since = wall(6, 1, 1, 30), now = wall(6, 4, 9, 0);
    ck_assert_uint_eq(due(since, now, KHO_LATE_RUN_ONCE, fires, &left_out), 1);
    ck_assert_int_eq(fires[0].due_us, wall(6, 4, 1, 30));
    ck_assert_int_eq(left_out, 2);
    ck_assert_uint_eq(due(since, now, KHO_LATE_SKIP, fires, &left_out), 0);
    ck_assert_int_eq(left_out, 3);
    ck_assert_uint_eq(due(since, now, KHO_LATE_RUN_EACH, fires, &left_out), 3);
    ck_assert_int_eq(fires[0].due_us, wall(6, 2, 1, 30));
    ck_assert_int_eq(left_out, 0);
    ck_assert_uint_eq(due(since, wall(6, 20, 9, 0), KHO_LATE_RUN_EACH, fires, &left_out), 5);
    ck_assert_int_eq(fires[4].due_us, wall(6, 20, 1, 30));
    ck_assert_int_eq(left_out, 14);
}
END_TEST

START_TEST(a_run_on_time_makes_up_for_the_missed_ones)
{
    struct kho_fire fires[5];
    int64_t left_out;
    add("30 1 * * *");
    int64_t since = wall(6, 1, 1, 30), now = wall(6, 4, 1, 31);
    ck_assert_uint_eq(due(since, now, KHO_LATE_RUN_ONCE, fires, &left_out), 1);
    ck_assert_int_eq(fires[0].due_us, wall(6, 4, 1, 30));
    ck_assert_uint_eq(due(since, now, KHO_LATE_SKIP, fires, &left_out), 1);
    ck_assert_int_eq(fires[0].due_us, wall(6, 4, 1, 30));
    ck_assert_uint_eq(due(now, now, KHO_LATE_RUN_EACH, fires, &left_out), 0);
    ck_assert_uint_eq(due(now, since, KHO_LATE_RUN_EACH, fires, &left_out), 0);
}
END_TEST

/* A year of thirty jobs by a clock that a simulation moves: every run is made once and in time,
 * whatever the steps of the clock, and two schedulers that walk differently agree. */
START_TEST(a_year_of_thirty_jobs_is_the_same_however_the_clock_is_looked_at)
{
    for (int job = 0; job < 30; job++) {
        struct kho_fire fires[2000], fire = {0};
        int64_t seen = 0, walked = 0;
        struct kho_due found = {.fires = fires, .max = 2000};
        plan = (struct kho_plan){.zone = berlin, .crons = crons};
        add(kho_arena_printf(arena, "%d %d,%d * * %s", job * 7 % 60, job % 5, 12 + job % 11,
                             job % 3 == 0 ? "mon-fri" : "*"));
        if (job % 4 == 0)
            only_in("01:00-13:30");
        int64_t begin = wall(1, 1, 0, 0), end = begin + 365 * KHO_US_PER_DAY;
        for (fire.due_us = begin;; walked++) {
            kho_plan_next(&plan, fire.due_us, &fire);
            if (fire.due_us > end)
                break;
        }
        int64_t step = (job + 1) * 997 * KHO_US_PER_SECOND;
        for (int64_t now = begin; now < end; now += step) {
            int64_t to = KHO_MIN(now + step, end);
            kho_plan_due(&plan, now, to, KHO_LATE_RUN_EACH, &found);
            seen += (int64_t)found.count;
            ck_assert_int_eq(found.left_out, 0);
        }
        ck_assert_int_gt(walked, 250);
        ck_assert_int_eq(seen, walked);
    }
}
END_TEST

START_TEST(waits_double_up_to_their_maximum_and_differ_by_a_quarter)
{
    int64_t expected[] = {60000, 120000, 240000, 480000, 600000, 600000};
    bool differ = false;
    for (int64_t i = 0; i < (int64_t)KHO_COUNT(expected); i++) {
        int64_t wait = kho_backoff_ms(60000, 600000, i + 1, 7);
        ck_assert_int_ge(wait, expected[i]);
        ck_assert_int_le(wait, expected[i] + expected[i] / 4);
        differ = differ || wait != kho_backoff_ms(60000, 600000, i + 1, 8);
    }
    ck_assert(differ);
    ck_assert_int_eq(kho_backoff_ms(0, 0, 3, 1), 0);
    ck_assert_int_ge(kho_backoff_ms(5000, 1000, 9, 1), 5000);
    ck_assert_int_ge(kho_backoff_ms(INT64_MAX / 4, INT64_MAX / 2, 90, 1), INT64_MAX / 4);
}
END_TEST

START_TEST(jitter_is_the_same_for_a_job_and_less_than_its_limit)
{
    int64_t one = kho_jitter_ms(300000, KHO_TEXT("population_civil"));
    ck_assert_int_eq(one, kho_jitter_ms(300000, KHO_TEXT("population_civil")));
    ck_assert_int_ne(one, kho_jitter_ms(300000, KHO_TEXT("land_parcels")));
    ck_assert_int_ge(one, 0);
    ck_assert_int_lt(one, 300000);
    ck_assert_int_eq(kho_jitter_ms(0, KHO_TEXT("population_civil")), 0);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_skipped_time_runs_once_at_the_end_of_the_gap);
    tcase_add_test(tcase, times_in_a_gap_and_at_its_end_are_one_run);
    tcase_add_test(tcase, a_repeated_time_runs_at_the_first_of_the_two);
    tcase_add_test(tcase, several_schedules_run_at_the_times_of_all);
    tcase_add_test(tcase, what_is_due_outside_the_hours_waits_for_them);
    tcase_add_test(tcase, what_waits_for_the_same_opening_is_one_run);
    tcase_add_test(tcase, hours_that_a_change_of_the_clock_swallows_open_the_next_day);
    tcase_add_test(tcase, missed_runs_are_made_as_the_policy_says);
    tcase_add_test(tcase, a_run_on_time_makes_up_for_the_missed_ones);
    tcase_add_test(tcase, a_year_of_thirty_jobs_is_the_same_however_the_clock_is_looked_at);
    tcase_add_test(tcase, waits_double_up_to_their_maximum_and_differ_by_a_quarter);
    tcase_add_test(tcase, jitter_is_the_same_for_a_job_and_less_than_its_limit);
}

KHO_UNIT_MAIN("schedule/plan", tests)
