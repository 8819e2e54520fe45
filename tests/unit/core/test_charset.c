/* Encodings of the 1990s and later: each gives the same Vietnamese text. */
#include <kho/core/charset.h>
#include <kho/core/utf8.h>

#include "../../support/unit.h"

#define BYTES(literal)               \
    {                                \
        literal, sizeof(literal) - 1 \
    }

struct sample {
    const char *charset;
    struct kho_text bytes;
};

static struct kho_arena *arena;

static void setup(void)
{
    arena = kho_arena_new(NULL);
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static bool decode(const char *name, struct kho_text bytes, struct kho_text *text)
{
    const struct kho_charset *charset = kho_charset_open(arena, kho_text_of(name));
    ck_assert_ptr_nonnull(charset);
    ck_assert_str_eq(kho_charset_name(charset), name);
    return kho_charset_decode(charset, arena, bytes, text);
}

static void expect_text(const struct sample *samples, size_t count, const char *expected)
{
    for (size_t i = 0; i < count; i++) {
        struct kho_text text;
        ck_assert_msg(decode(samples[i].charset, samples[i].bytes, &text), "%s",
                      samples[i].charset);
        ck_assert_msg(kho_text_eq_cstr(text, expected), "%s: '%.*s'", samples[i].charset,
                      KHO_TEXT_ARGS(text));
    }
}

START_TEST(every_encoding_gives_the_same_text)
{
    static const struct sample samples[] = {
        {"tcvn3", BYTES("Nguy\xD4n V\xA8n B\xB6o, ph\xAD\xEAng \xA7\xABng H\xB6i")},
        {"vni", BYTES("Nguye\xE3n Va\xEAn Ba\xFBo, ph\xF6\xF4\xF8ng \xD1o\xE2ng Ha\xFBi")},
        {"viscii", BYTES("Nguy\xADn V\xE5n B\xE4o, ph\xDF\xB6ng \xD0\xF4ng H\xE4i")},
        {"cp1258", BYTES("Nguy\xEA\xDEn V\xE3n Ba\xD2o, ph\xFD\xF5\xCCng \xD0\xF4ng Ha\xD2i")},
        {"tcvn5712-1", BYTES("Nguy\xD4n V\xA8n B\xB6o, ph\xAD\xEAng \xA7\xABng H\xB6i")},
        {"utf-16le", BYTES("N\x00g\x00u\x00y\x00\xC5\x1En\x00 \x00V\x00\x03\x01n\x00 \x00"
                           "B\x00\xA3\x1Eo\x00,\x00 \x00p\x00h\x00\xB0\x01\xDD\x1En\x00g\x00 "
                           "\x00\x10\x01\xF4\x00n\x00g\x00 \x00H\x00\xA3\x1Ei\x00")},
        {"utf-8", BYTES("Nguy\xE1\xBB\x85n V\xC4\x83n B\xE1\xBA\xA3o, ph\xC6\xB0\xE1\xBB\x9Dng "
                        "\xC4\x90\xC3\xB4ng H\xE1\xBA\xA3i")},
        {"tcvn3 via windows-1252", BYTES("Nguy\xC3\x94n V\xC2\xA8n B\xC2\xB6o, "
                                         "ph\xC2\xAD\xC3\xAAng \xC2\xA7\xC2\xABng H\xC2\xB6i")},
    };
    static const struct sample letters[] = {
        {"tcvn3", BYTES("\xAD\xEC \xE9 \xBD \xC9 \xFC \xFE \xD8 \xDE \xF6")},
        {"vni", BYTES("\xF6\xF4\xF5 o\xE4 a\xFC a\xE3 y\xF5 \xEE \xE6 \xF2 \xF6\xFB")},
        {"viscii", BYTES("\xDF\xDE \xB5 \xC7 \xE7 \xDB \xDC \xEF \xB8 \xD8")},
        {"cp1258",
         BYTES("\xFD\xF5\xDE \xF4\xF2 \xE3\xDE \xE2\xDE y\xDE y\xF2 i\xD2 i\xF2 \xFD\xD2")},
        {"tcvn5712-1", BYTES("\xAD\xEC \xE9 \xBD \xC9 \xFC \xFE \xD8 \xDE \xF6")},
    };
    expect_text(samples, KHO_COUNT(samples), "Nguyễn Văn Bảo, phường Đông Hải");
    expect_text(letters, KHO_COUNT(letters), "ưỡ ộ ẵ ẫ ỹ ỵ ỉ ị ử");
}
END_TEST

/* iconv's CP1258 waits for a tone behind the last letter. */
START_TEST(the_last_letter_of_each_text_is_there)
{
    const struct kho_charset *charset = kho_charset_open(arena, KHO_TEXT("cp1258"));
    struct kho_text text;
    for (int i = 0; i < 3; i++) {
        ck_assert(kho_charset_decode(charset, arena, KHO_TEXT("Ba\xD2o"), &text));
        ck_assert(kho_text_eq_cstr(text, "Bảo"));
        ck_assert(kho_charset_decode(charset, arena, KHO_TEXT("B\xE2"), &text));
        ck_assert(kho_text_eq_cstr(text, "Bâ"));
    }
}
END_TEST

START_TEST(fonts_of_capitals_show_capitals)
{
    struct kho_text text;
    ck_assert(decode("tcvn3-capitals", KHO_TEXT("NGUY\xD4N v\xA8n \xAEQC"), &text));
    ck_assert(kho_text_eq_cstr(text, "NGUYỄN VĂN ĐQC"));
}
END_TEST

START_TEST(bytes_that_stand_for_nothing_are_no_text)
{
    static const struct sample bad[] = {
        {"tcvn3", BYTES("a\xBA")},
        {"tcvn3", BYTES("\x81")},
        {"vni", BYTES("\xA1")},
        {"utf-8", BYTES("\xFF")},
        {"utf-16le", BYTES("abc")},
        {"windows-1252", BYTES("\x81")},
        {"tcvn3 via windows-1252", BYTES("đ")},
        {"vni via windows-1252", BYTES("\xFF")},
        {"utf-8 via windows-1252", BYTES("ễ")},
    };
    for (size_t i = 0; i < KHO_COUNT(bad); i++) {
        struct kho_text text;
        ck_assert_msg(!decode(bad[i].charset, bad[i].bytes, &text), "%zu %s", i, bad[i].charset);
    }
}
END_TEST

START_TEST(ascii_is_not_copied)
{
    struct kho_text ascii = KHO_TEXT("Ngo Quyen 12/5");
    static const char *const names[] = {"utf-8", "tcvn3", "vni", "cp1258", "windows-1252"};
    for (size_t i = 0; i < KHO_COUNT(names); i++) {
        struct kho_text text;
        ck_assert(decode(names[i], ascii, &text));
        ck_assert_ptr_eq(text.ptr, ascii.ptr);
    }
}
END_TEST

/* Each of the 134 letters beyond ASCII stands in VNI once, and each of TCVN3's is one of them. */
START_TEST(tables_hold_each_letter_once)
{
    static bool seen[0x2000];
    size_t letters = 0;
    for (unsigned first = 0x21; first < 0x100; first++) {
        for (unsigned second = 0x7F; second < 0x100; second++) {
            char bytes[2] = {(char)first, (char)second};
            struct kho_text text, pair = {bytes, second == 0x7F ? 1 : 2};
            if (!decode("vni", pair, &text) || kho_utf8_length(text) != 1 || text.len == 1)
                continue;
            size_t at = 0;
            uint32_t c = kho_utf8_next(text, &at);
            if (!kho_utf8_is_letter(c) || (first >= 0x80 && first < 0xA0))
                continue;
            ck_assert_msg(!seen[c], "U+%04X", c);
            seen[c] = true;
            letters++;
        }
        kho_arena_clear(arena);
    }
    ck_assert_uint_eq(letters, 134);
    for (unsigned byte = 0xA1; byte < 0x100; byte++) {
        char bytes[1] = {(char)byte};
        struct kho_text text;
        size_t at = 0;
        if (decode("tcvn3", (struct kho_text){bytes, 1}, &text))
            ck_assert(seen[kho_utf8_next(text, &at)]);
    }
}
END_TEST

START_TEST(unknown_names_are_told_from_known_ones)
{
    ck_assert_ptr_null(kho_charset_open(arena, KHO_TEXT("tcvn")));
    ck_assert_ptr_null(kho_charset_open(arena, KHO_TEXT("tcvn3 via utf-8")));
    ck_assert_str_eq(kho_charset_names(arena),
                     "utf-8, utf-16, utf-16le, utf-16be, windows-1252, cp1258, tcvn5712-1, viscii, "
                     "tcvn3, tcvn3-capitals, vni");
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, every_encoding_gives_the_same_text);
    tcase_add_test(tcase, the_last_letter_of_each_text_is_there);
    tcase_add_test(tcase, fonts_of_capitals_show_capitals);
    tcase_add_test(tcase, bytes_that_stand_for_nothing_are_no_text);
    tcase_add_test(tcase, ascii_is_not_copied);
    tcase_add_test(tcase, tables_hold_each_letter_once);
    tcase_add_test(tcase, unknown_names_are_told_from_known_ones);
}

KHO_UNIT_MAIN("core/charset", tests)
