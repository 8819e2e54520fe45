/* Schedules as they are written: what is taken, what is refused and how. */
#include <kho/schedule/cron.h>

#include <kho/core/clock.h>

#include "../../support/unit.h"

static struct kho_cron parsed(const char *text)
{
    struct kho_cron cron;
    struct kho_err err = {0};
    ck_ok(kho_cron_parse(kho_text_of(text), &cron, &err), err);
    return cron;
}

static int64_t minute(int32_t year, int month, int day, int hour, int of_hour)
{
    struct kho_date date = {year, (uint8_t)month, (uint8_t)day};
    return (kho_date_to_days(date) * 24 + hour) * 60 + of_hour;
}

/* The time on the wall at which a schedule fires next after 2026-11-24 13:05, a Tuesday. */
static void check_next(const char *text, const char *expected)
{
    struct kho_cron cron = parsed(text);
    char shown[KHO_INSTANT_MAX];
    int64_t next = kho_cron_next(&cron, minute(2026, 11, 24, 13, 5));
    kho_instant_show(next * 60 * KHO_US_PER_SECOND, NULL, shown, sizeof(shown));
    shown[16] = '\0';
    ck_assert_msg(strcmp(shown, expected) == 0, "%s: %s, not %s", text, shown, expected);
}

START_TEST(five_fields_say_when)
{
    check_next("30 1 * * *", "2026-11-25 01:30");
    check_next("  5\t13  * * * ", "2026-11-25 13:05");
    check_next("*/20 * * * *", "2026-11-24 13:20");
    check_next("50/5 * * * *", "2026-11-24 13:50");
    check_next("0 8-17/4,23 * * *", "2026-11-24 16:00");
    check_next("0 0 1 jan,JUL *", "2027-01-01 00:00");
    check_next("0 6 * * mon-fri", "2026-11-25 06:00");
    check_next("0 6 * * fri-sun", "2026-11-27 06:00");
    check_next("0 6 * * 7", "2026-11-29 06:00");
    check_next("0 6 * * 0", "2026-11-29 06:00");
}
END_TEST

START_TEST(l_is_the_last_day_or_the_last_such_weekday_of_the_month)
{
    check_next("0 0 L * *", "2026-11-30 00:00");
    check_next("0 0 L 2 *", "2027-02-28 00:00");
    check_next("0 0 * * 5L", "2026-11-27 00:00");
    check_next("0 0 * * tueL", "2026-12-29 00:00");
    check_next("0 0 15,l * *", "2026-11-30 00:00");
}
END_TEST

START_TEST(either_day_is_enough_when_both_are_restricted)
{
    check_next("0 0 26 * fri", "2026-11-26 00:00");
    check_next("0 0 28 * fri", "2026-11-27 00:00");
}
END_TEST

START_TEST(the_nicknames_are_those_of_cron)
{
    check_next("@hourly", "2026-11-24 14:00");
    check_next("@daily", "2026-11-25 00:00");
    check_next("@Midnight", "2026-11-25 00:00");
    check_next("@weekly", "2026-11-29 00:00");
    check_next("@monthly", "2026-12-01 00:00");
    check_next("@yearly", "2027-01-01 00:00");
    check_next("@annually", "2027-01-01 00:00");
}
END_TEST

START_TEST(a_leap_day_comes_also_over_a_century_without_one)
{
    struct kho_cron cron = parsed("0 0 29 2 *");
    ck_assert_int_eq(kho_cron_next(&cron, minute(2096, 2, 29, 0, 0)), minute(2104, 2, 29, 0, 0));
    ck_assert_int_eq(kho_cron_next(&cron, minute(1967, 1, 1, 0, 0)), minute(1968, 2, 29, 0, 0));
}
END_TEST

static const struct {
    const char *text;
    const char *message;
} bad[] = {
    {"", "a schedule has five fields (minute hour day month weekday), not 0"},
    {"30 1 * *", "a schedule has five fields (minute hour day month weekday), not 4"},
    {"0 30 1 * * *", "'30' is no hour: 0 to 23"},
    {"0 1 1 * * *", "a schedule has five fields (minute hour day month weekday), not 6"},
    {"60 1 * * *", "'60' is no minute: 0 to 59"},
    {"+5 1 * * *", "'+5' is no minute: 0 to 59"},
    {"0 24 * * *", "'24' is no hour: 0 to 23"},
    {"0 0 0 * *", "'0' is no day: 1 to 31"},
    {"0 0 * hai *", "'hai' is no month: 1 to 12, or jan, ..."},
    {"0 0 * * 8", "'8' is no weekday: 0 to 7, or sun, ..."},
    {"0 0 * * L", "'L' is no weekday: 0 to 7, or sun, ..."},
    {"0 L * * *", "'L' is no hour: 0 to 23"},
    {"1,,2 * * * *", "'' is no minute: 0 to 59"},
    {"1- * * * *", "'' is no minute: 0 to 59"},
    {"*/0 * * * *", "'/0' is no step of the minute: 1 to 59"},
    {"*/60 * * * *", "'/60' is no step of the minute: 1 to 59"},
    {"*/x * * * *", "'/x' is no step of the minute: 1 to 59"},
    {"0 22-5 * * *", "the range '22-5' of the hour runs backwards: write it as two, with a comma"},
    {"0 0 30 2 *", "it would never fire: these months have no such day of the month"},
    {"0 0 31 4,6,9,11 *", "it would never fire: these months have no such day of the month"},
    {"@dayly", "there is no schedule '@dayly'; did you mean '@daily'?"},
    {"@reboot", "there is no schedule '@reboot'"},
};

START_TEST(what_is_no_schedule_is_refused_with_its_place)
{
    for (size_t i = 0; i < KHO_COUNT(bad); i++) {
        struct kho_cron cron;
        struct kho_err err = {0};
        ck_assert_msg(!kho_cron_parse(kho_text_of(bad[i].text), &cron, &err), "%s was taken",
                      bad[i].text);
        ck_assert_str_eq(err.message, bad[i].message);
        ck_assert_int_eq(err.class, KHO_ERR_CONFIG);
    }
    parsed("0 0 30 2 mon");
    parsed("0 0 29,30 2 *");
    parsed("0 0 31,L 2 *");
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, five_fields_say_when);
    tcase_add_test(tcase, l_is_the_last_day_or_the_last_such_weekday_of_the_month);
    tcase_add_test(tcase, either_day_is_enough_when_both_are_restricted);
    tcase_add_test(tcase, the_nicknames_are_those_of_cron);
    tcase_add_test(tcase, a_leap_day_comes_also_over_a_century_without_one);
    tcase_add_test(tcase, what_is_no_schedule_is_refused_with_its_place);
}

KHO_UNIT_MAIN("schedule/cron", tests)
