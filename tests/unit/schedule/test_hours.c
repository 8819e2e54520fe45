/* The hours in which a source may be read. */
#include <kho/schedule/hours.h>

#include <kho/core/clock.h>

#include "../../support/unit.h"

#define MINUTE (60 * KHO_US_PER_SECOND)

START_TEST(hours_over_midnight_contain_both_sides_of_it)
{
    struct kho_hours hours;
    ck_assert(kho_hours_parse(KHO_TEXT("22:00-05:00"), &hours));
    ck_assert(kho_hours_contain(&hours, NULL, 22 * 60 * MINUTE));
    ck_assert(kho_hours_contain(&hours, NULL, 0));
    ck_assert(kho_hours_contain(&hours, NULL, (4 * 60 + 59) * MINUTE));
    ck_assert(!kho_hours_contain(&hours, NULL, 5 * 60 * MINUTE));
    ck_assert(!kho_hours_contain(&hours, NULL, 12 * 60 * MINUTE));
    ck_assert(kho_hours_contain(&hours, NULL, -MINUTE));
}
END_TEST

START_TEST(hours_are_those_of_the_zone)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_zone *zone;
    struct kho_err err;
    struct kho_hours hours;
    ck_ok(kho_zone_load(arena, KHO_TEXT("Asia/Ho_Chi_Minh"), &zone, &err), err);
    ck_assert(kho_hours_parse(KHO_TEXT("08:00-17:00"), &hours));
    /* 2026-01-01 01:00 UTC is 08:00 there. */
    ck_assert(kho_hours_contain(&hours, zone, INT64_C(1767229200) * KHO_US_PER_SECOND));
    ck_assert(!kho_hours_contain(&hours, zone, INT64_C(1767229199) * KHO_US_PER_SECOND));
    kho_arena_free(arena);
}
END_TEST

START_TEST(anything_else_is_no_hours)
{
    static const char *const bad[] = {"",          "22:00",       "22:00-",      "22-05",
                                      "8:00-9:00", "25:00-26:00", "10:00-10:00", "10:60-11:00",
                                      "-1:00-2:00"};
    struct kho_hours hours;
    for (size_t i = 0; i < KHO_COUNT(bad); i++)
        ck_assert_msg(!kho_hours_parse(kho_text_of(bad[i]), &hours), "'%s' was taken", bad[i]);
    ck_assert(kho_hours_parse(KHO_TEXT("18:00-24:00"), &hours));
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, hours_over_midnight_contain_both_sides_of_it);
    tcase_add_test(tcase, hours_are_those_of_the_zone);
    tcase_add_test(tcase, anything_else_is_no_hours);
}

KHO_UNIT_MAIN("schedule/hours", tests)
