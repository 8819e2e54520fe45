/* The letter tables against Unicode's own (utf8proc's). */
#include "../../support/unit.h"

#include <kho/core/utf8.h>

#include "../../../src/normalise/letters.h"

static void check(uint32_t c)
{
    char bytes[4];
    uint32_t read;
    size_t len = kho_utf8_put(c, bytes);
    ck_assert_uint_eq(latin_at((const unsigned char *)bytes, len, &read), len);
    ck_assert_uint_eq(read, c);
    char class = latin_class(c);
    ck_assert_msg((class != 'x') == kho_utf8_is_letter(c), "U+%04X is %c", c, class);
    ck_assert_msg((class == 'U') == (class != 'x' && class != 'o' && kho_utf8_lower(c) != c),
                  "U+%04X is %c", c, class);
}

START_TEST(classes_are_those_of_unicode)
{
    for (uint32_t c = LATIN_FIRST; c < LATIN_END; c++)
        check(c);
    for (uint32_t c = LATIN_MORE_FIRST; c < LATIN_MORE_END; c++)
        check(c);
}
END_TEST

START_TEST(cases_are_those_of_unicode)
{
    for (uint32_t c = 0; c < 0x2000; c++) {
        ck_assert_msg(letter_lower(c) == kho_utf8_lower(c), "lower of U+%04X", c);
        ck_assert_msg(letter_upper(c) == kho_utf8_upper(c), "upper of U+%04X", c);
    }
}
END_TEST

START_TEST(what_stands_outside_is_not_read)
{
    uint32_t c;
    ck_assert_uint_eq(latin_at((const unsigned char *)"\xC2\xA0", 2, &c), 0);
    ck_assert_uint_eq(latin_at((const unsigned char *)"\xCC\x81", 2, &c), 0);
    ck_assert_uint_eq(latin_at((const unsigned char *)"\xE1\xBB", 2, &c), 0);
    ck_assert_uint_eq(latin_at((const unsigned char *)"\xC3 ", 2, &c), 0);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, classes_are_those_of_unicode);
    tcase_add_test(tcase, cases_are_those_of_unicode);
    tcase_add_test(tcase, what_stands_outside_is_not_read);
}
KHO_UNIT_MAIN("normalise/letters", tests)
