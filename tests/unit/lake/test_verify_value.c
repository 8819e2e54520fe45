/* Which texts are values of which type. */
#include "lake/verify_value.h"

#include "../../support/unit.h"

static void takes(enum lake_kind kind, const char *const *values)
{
    for (; *values != NULL; values++)
        ck_assert_msg(lake_value_is(kind, kho_text_of(*values)), "'%s' is refused", *values);
}

static void refuses(enum lake_kind kind, const char *const *values)
{
    for (; *values != NULL; values++)
        ck_assert_msg(!lake_value_is(kind, kho_text_of(*values)), "'%s' is taken", *values);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(integers_have_64_bits)
{
    takes(LAKE_INTEGER, LIST("0", "-1", "9223372036854775807", "-9223372036854775808"));
    refuses(LAKE_INTEGER, LIST("", "-", "+1", "1.0", "1e3", " 1", "1 ", "9223372036854775808"));
}
END_TEST

START_TEST(numbers_are_decimals_or_floats)
{
    takes(LAKE_NUMBER, LIST("0", "-12.50", "1e+20", "2.5e-07", "NaN", "Infinity", "-Infinity"));
    refuses(LAKE_NUMBER, LIST("", "-", ".5", "5.", "1,5", "+1", "1e", "0x10", "-NaN", "inf"));
}
END_TEST

START_TEST(booleans_are_words)
{
    takes(LAKE_BOOLEAN, LIST("true", "false"));
    refuses(LAKE_BOOLEAN, LIST("", "t", "TRUE", "1", "truely"));
}
END_TEST

START_TEST(dates_are_days_of_the_calendar)
{
    takes(LAKE_DATE, LIST("2024-02-29", "0001-01-01", "0044-03-15 BC", "0001-02-29 BC",
                          "294276-12-31", "infinity", "-infinity"));
    refuses(LAKE_DATE, LIST("", "2023-02-29", "2024-13-01", "2024-1-1", "24-01-01", "2024/01/01",
                            "2024-01-01 ", "0000-01-01", "2024-01-01T00:00:00Z", "0002-02-29 BC",
                            "9999999999-01-01", "2024-01-", "2024-01"));
}
END_TEST

START_TEST(datetimes_are_utc)
{
    takes(LAKE_DATETIME, LIST("2026-01-01T00:00:00Z", "2026-01-01T23:59:59.123456Z", "infinity",
                              "0044-03-15T12:00:00.5Z BC"));
    refuses(LAKE_DATETIME,
            LIST("", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z",
                 "2026-01-01T00:00:00+07:00", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
                 "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567Z",
                 "2026-01-01T00:00Z", "2026-01-01T00:00:00ZZ"));
}
END_TEST

START_TEST(strings_are_valid_utf8)
{
    takes(LAKE_STRING, LIST("", "x", "\u0110\u1EE9c", "\U0001F3E0"));
    refuses(LAKE_STRING, LIST("\xC0\x80", "a\xFF", "\xE1\xBB"));
}
END_TEST

START_TEST(types_have_words)
{
    enum lake_kind kind;
    ck_assert(lake_kind_find(KHO_TEXT("datetime"), &kind));
    ck_assert_int_eq(kind, LAKE_DATETIME);
    ck_assert(!lake_kind_find(KHO_TEXT("geopoint"), &kind));
    ck_assert(!lake_kind_find(KHO_TEXT(""), &kind));
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, integers_have_64_bits);
    tcase_add_test(tcase, numbers_are_decimals_or_floats);
    tcase_add_test(tcase, booleans_are_words);
    tcase_add_test(tcase, dates_are_days_of_the_calendar);
    tcase_add_test(tcase, datetimes_are_utc);
    tcase_add_test(tcase, strings_are_valid_utf8);
    tcase_add_test(tcase, types_have_words);
}

KHO_UNIT_MAIN("lake/verify_value", tests)
