/* Slices, numbers and the nearest word. */
#include <kho/core/text.h>

#include "../../support/unit.h"

START_TEST(null_equals_only_null)
{
    ck_assert(kho_text_eq(KHO_TEXT_NULL, KHO_TEXT_NULL));
    ck_assert(!kho_text_eq(KHO_TEXT_NULL, KHO_TEXT("")));
    ck_assert(kho_text_eq(KHO_TEXT(""), KHO_TEXT("")));
}
END_TEST

START_TEST(cutting_yields_every_part_also_empty_ones)
{
    struct kho_text rest = KHO_TEXT("a||b|");
    ck_text_eq(kho_text_cut(&rest, '|'), "a");
    ck_text_eq(kho_text_cut(&rest, '|'), "");
    ck_text_eq(kho_text_cut(&rest, '|'), "b");
    ck_assert(rest.ptr != NULL);
    ck_text_eq(kho_text_cut(&rest, '|'), "");
    ck_assert(rest.ptr == NULL);
}
END_TEST

START_TEST(integers_are_read_whole_or_not_at_all)
{
    int64_t value = 7;
    ck_assert(kho_text_to_int(KHO_TEXT("-9223372036854775808"), &value));
    ck_assert_int_eq(value, INT64_MIN);
    ck_assert(kho_text_to_int(KHO_TEXT("9223372036854775807"), &value));
    ck_assert_int_eq(value, INT64_MAX);
    ck_assert(!kho_text_to_int(KHO_TEXT("9223372036854775808"), &value));
    ck_assert(!kho_text_to_int(KHO_TEXT(""), &value));
    ck_assert(!kho_text_to_int(KHO_TEXT("-"), &value));
    ck_assert(!kho_text_to_int(KHO_TEXT("1 "), &value));
    ck_assert_int_eq(value, INT64_MAX);
}
END_TEST

START_TEST(the_nearest_word_is_meant_only_if_near)
{
    const char *const words[] = {"source", "schedule", "map", NULL, "key"};
    ck_assert_str_eq(kho_text_nearest(KHO_TEXT("suorce"), words, 5), "source");
    ck_assert_str_eq(kho_text_nearest(KHO_TEXT("maps"), words, 5), "map");
    ck_assert_ptr_null(kho_text_nearest(KHO_TEXT("population"), words, 5));
    ck_assert_ptr_null(kho_text_nearest(KHO_TEXT(""), words, 5));
}
END_TEST

START_TEST(order_is_by_bytes_and_null_comes_first)
{
    ck_assert_int_lt(kho_text_compare(KHO_TEXT("a"), KHO_TEXT("ab")), 0);
    ck_assert_int_lt(kho_text_compare(KHO_TEXT_NULL, KHO_TEXT("")), 0);
    ck_assert_int_gt(kho_text_compare(KHO_TEXT("b"), KHO_TEXT("ab")), 0);
    ck_assert_int_eq(kho_text_compare(KHO_TEXT("b"), KHO_TEXT("b")), 0);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, null_equals_only_null);
    tcase_add_test(tcase, cutting_yields_every_part_also_empty_ones);
    tcase_add_test(tcase, integers_are_read_whole_or_not_at_all);
    tcase_add_test(tcase, the_nearest_word_is_meant_only_if_near);
    tcase_add_test(tcase, order_is_by_bytes_and_null_comes_first);
}

KHO_UNIT_MAIN("core/text", tests)
