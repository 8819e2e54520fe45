/* The calendar, instants as shown, and time zones. */
#include <kho/core/clock.h>
#include <kho/core/zone.h>

#include "../../support/unit.h"

START_TEST(days_and_dates_convert_both_ways_over_eight_thousand_years)
{
    struct kho_date date = {-4000, 1, 1};
    int64_t day = kho_date_to_days(date);
    /* One assertion for all days: each costs a system call. */
    bool equal = true;
    for (; date.year < 4000 && equal; day++) {
        struct kho_date back = kho_date_from_days(day);
        equal = back.year == date.year && back.month == date.month && back.day == date.day &&
                kho_date_to_days(date) == day;
        date.day++;
        if (date.day > kho_date_days_in_month(date.year, date.month)) {
            date.day = 1;
            date.month++;
        }
        if (date.month > 12) {
            date.month = 1;
            date.year++;
        }
    }
    ck_assert_msg(equal, "day %" PRId64 " does not come back", day - 1);
    ck_assert_int_eq(kho_date_to_days((struct kho_date){1970, 1, 1}), 0);
    ck_assert_int_eq(kho_date_to_days((struct kho_date){2000, 1, 1}), 10957);
}
END_TEST

START_TEST(impossible_days_are_refused)
{
    ck_assert(kho_date_is_valid(2024, 2, 29));
    ck_assert(!kho_date_is_valid(2023, 2, 29));
    ck_assert(!kho_date_is_valid(1900, 2, 29));
    ck_assert(kho_date_is_valid(2000, 2, 29));
    ck_assert(!kho_date_is_valid(2000, 13, 1));
    ck_assert(!kho_date_is_valid(2000, 4, 31));
    ck_assert(!kho_date_is_valid(2000, 0, 1));
}
END_TEST

START_TEST(shown_times_carry_their_offset)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_zone *zone;
    struct kho_err err;
    char out[KHO_INSTANT_MAX];
    int64_t instant = INT64_C(1767229200) * KHO_US_PER_SECOND + 5;
    ck_ok(kho_zone_load(arena, KHO_TEXT("Asia/Ho_Chi_Minh"), &zone, &err), err);
    ck_assert_str_eq(kho_instant_show(instant, zone, out, sizeof(out)),
                     "2026-01-01 08:00:00+07:00");
    ck_assert_str_eq(kho_instant_show(instant, NULL, out, sizeof(out)),
                     "2026-01-01 01:00:00+00:00");
    ck_assert_str_eq(kho_instant_utc(instant, out, sizeof(out)), "2026-01-01T01:00:00.000005Z");
    ck_assert_str_eq(kho_instant_utc(-1, out, sizeof(out)), "1969-12-31T23:59:59.999999Z");
    kho_arena_free(arena);
}
END_TEST

START_TEST(a_skipped_hour_uses_the_offset_before_it_and_a_repeated_one_is_the_first)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_zone *zone;
    struct kho_err err;
    ck_ok(kho_zone_load(arena, KHO_TEXT("Europe/Berlin"), &zone, &err), err);
    /* 2026-03-29 02:30 does not exist there: 02:30 at +01:00 is 01:30 UTC. */
    int64_t gap = (kho_date_to_days((struct kho_date){2026, 3, 29}) * 86400 + 9000);
    ck_assert_int_eq(kho_zone_local_to_utc(zone, gap * KHO_US_PER_SECOND),
                     (gap - 3600) * KHO_US_PER_SECOND);
    /* 2026-10-25 02:30 comes twice: the first is at +02:00. */
    int64_t twice = (kho_date_to_days((struct kho_date){2026, 10, 25}) * 86400 + 9000);
    ck_assert_int_eq(kho_zone_local_to_utc(zone, twice * KHO_US_PER_SECOND),
                     (twice - 7200) * KHO_US_PER_SECOND);
    int64_t noon = (kho_date_to_days((struct kho_date){2026, 7, 1}) * 86400 + 43200);
    ck_assert_int_eq(kho_zone_local_to_utc(zone, noon * KHO_US_PER_SECOND),
                     (noon - 7200) * KHO_US_PER_SECOND);
    kho_arena_free(arena);
}
END_TEST

START_TEST(a_zone_that_does_not_exist_is_a_configuration_error)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_zone *zone;
    static const char *const bad[] = {"Asia/Haiphong", "../../etc/passwd", "", "/etc/passwd"};
    for (size_t i = 0; i < KHO_COUNT(bad); i++) {
        struct kho_err err = {0};
        ck_assert(!kho_zone_load(arena, kho_text_of(bad[i]), &zone, &err));
        ck_assert_int_eq(err.class, KHO_ERR_CONFIG);
        ck_assert_ptr_nonnull(strstr(err.message, "unknown time zone '"));
    }
    kho_arena_free(arena);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, days_and_dates_convert_both_ways_over_eight_thousand_years);
    tcase_add_test(tcase, impossible_days_are_refused);
    tcase_add_test(tcase, shown_times_carry_their_offset);
    tcase_add_test(tcase, a_skipped_hour_uses_the_offset_before_it_and_a_repeated_one_is_the_first);
    tcase_add_test(tcase, a_zone_that_does_not_exist_is_a_configuration_error);
}

KHO_UNIT_MAIN("core/clock", tests)
