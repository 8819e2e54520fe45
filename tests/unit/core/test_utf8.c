/* UTF-8: what is valid, NFC, folding. */
#include <kho/core/utf8.h>

#include "../../support/unit.h"

static struct kho_arena *arena;

START_TEST(invalid_sequences_are_found_at_their_first_byte)
{
    static const struct {
        const char *bytes;
        size_t len;
        size_t bad;
    } cases[] = {
        {"abc", 3, 3},
        {"Nguy\xE1\xBB\x85n", 8, 8},
        {"a\x80", 2, 1},             /* a continuation alone */
        {"\xC0\xAF", 2, 0},          /* overlong */
        {"\xE0\x80\xAF", 3, 0},      /* overlong */
        {"\xED\xA0\x80", 3, 0},      /* a surrogate */
        {"\xF4\x90\x80\x80", 4, 0},  /* over U+10FFFF */
        {"\xF0\x9F\x98\x80", 4, 4},  /* an emoji */
        {"12345678\xE1\xBB", 10, 8}, /* cut short, behind a whole word of ASCII */
        {"\xFF", 1, 0},
        {"a\0b", 3, 3},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++)
        ck_assert_msg(kho_utf8_check((struct kho_text){cases[i].bytes, cases[i].len}) ==
                          cases[i].bad,
                      "case %zu", i);
}
END_TEST

START_TEST(every_code_point_is_written_and_read_back)
{
    /* One assertion for all of them: each costs a system call. */
    bool equal = true;
    uint32_t c;
    for (c = 1; c <= 0x10FFFF && equal; c++) {
        char bytes[4];
        size_t at = 0, len = kho_utf8_put(c, bytes);
        struct kho_text text = {bytes, len};
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        equal = surrogate ||
                (kho_utf8_check(text) == len && kho_utf8_next(text, &at) == c && at == len);
    }
    ck_assert_msg(equal, "U+%04X does not come back", c - 1);
}
END_TEST

START_TEST(text_in_nfc_is_not_copied_and_other_text_is_composed)
{
    struct kho_text nfc = KHO_TEXT("Nguyễn Thị Hường");
    ck_assert_ptr_eq(kho_utf8_nfc(arena, nfc).ptr, nfc.ptr);
    ck_text_eq(kho_utf8_nfc(arena, KHO_TEXT("Nguye\xCC\x82\xCC\x83n")), "Nguyễn");
    ck_text_eq(kho_utf8_nfc(arena, KHO_TEXT("e\xCC\xA3\xCC\x82")), "ệ");
}
END_TEST

START_TEST(folding_drops_case_and_marks_and_keeps_words_apart)
{
    ck_text_eq(kho_utf8_fold(arena, KHO_TEXT("  Đặng  Thị-Hồng, Ð ")), "dang thi hong d");
    ck_text_eq(kho_utf8_fold(arena, KHO_TEXT("...")), "");
}
END_TEST

START_TEST(length_counts_characters)
{
    ck_assert_uint_eq(kho_utf8_length(KHO_TEXT("Nguyễn")), 6);
    ck_assert(kho_utf8_is_ascii(KHO_TEXT("Nguyen 123456")));
    ck_assert(!kho_utf8_is_ascii(KHO_TEXT("12345678ễ")));
}
END_TEST

static void setup(void)
{
    arena = kho_arena_new(NULL);
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, invalid_sequences_are_found_at_their_first_byte);
    tcase_add_test(tcase, every_code_point_is_written_and_read_back);
    tcase_add_test(tcase, text_in_nfc_is_not_copied_and_other_text_is_composed);
    tcase_add_test(tcase, folding_drops_case_and_marks_and_keeps_words_apart);
    tcase_add_test(tcase, length_counts_characters);
}

KHO_UNIT_MAIN("core/utf8", tests)
