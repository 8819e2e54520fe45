/* The parts of a Parquet file, byte by byte, against vectors that five readers accept. */
#include "lake/parquet/bounds.h"
#include "lake/parquet/codec.h"
#include "lake/parquet/decimal.h"
#include "lake/parquet/hybrid.h"
#include "lake/parquet/thrift_in.h"

#include <kho/record/wire.h>

#include "../../support/unit.h"

static struct kho_buf out;

static void set_up(void)
{
    kho_buf_init(&out, 1 << 20);
}

static void tear_down(void)
{
    kho_buf_release(&out);
}

/* Asserts that the buffer holds these bytes, written in hex. */
static void expect_bytes(const char *hex)
{
    char found[512] = "";
    for (size_t i = 0; i < out.len && i < 80; i++)
        snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%02X", i ? " " : "",
                 (unsigned)(unsigned char)out.data[i]);
    ck_assert_str_eq(found, hex);
}

static void expect_hybrid(const uint32_t *values, size_t count, int width, const char *hex)
{
    uint32_t back[64];
    kho_buf_clear(&out);
    hybrid_put(&out, values, count, width);
    expect_bytes(hex);
    struct kho_text bytes = kho_buf_as_text(&out);
    ck_assert(hybrid_take(&bytes, width, back, count));
    ck_assert_uint_eq(bytes.len, 0);
    ck_assert_mem_eq(back, values, count * sizeof(*values));
}

START_TEST(small_numbers_are_packed_or_counted)
{
    static const uint32_t counting[] = {0, 1, 2, 3, 4, 5, 6, 7};
    static const uint32_t levels[] = {1, 1, 0, 1, 1, 1, 1, 1, 0, 1};
    uint32_t fours[20], mixed[24];
    for (size_t i = 0; i < KHO_COUNT(fours); i++)
        fours[i] = 4;
    for (size_t i = 0; i < KHO_COUNT(mixed); i++)
        mixed[i] = i < 3 ? (uint32_t)i : 5;
    expect_hybrid(counting, 8, 3, "03 88 C6 FA");
    expect_hybrid(fours, 20, 3, "28 04");
    expect_hybrid(levels, 10, 1, "05 FB 02");
    expect_hybrid(mixed, 24, 3, "03 88 DA B6 20 05");
    expect_hybrid(fours, 0, 3, "");
    expect_hybrid((const uint32_t[]){70000, 70000, 70000, 70000, 70000, 70000, 70000, 70000}, 8, 17,
                  "10 70 11 01");
}
END_TEST

START_TEST(numbers_that_are_not_all_there_are_no_numbers)
{
    static const struct {
        const char *bytes;
        size_t len;
        int width;
    } broken[] = {
        {"", 0, 1},
        {"\x03\x88", 2, 3},
        {"\x10", 1, 3},
        {"\x02\x01", 2, 1},
        {"\xFF\xFF\xFF\xFF\xFF\xFF", 6, 1},
        {"\x00\x01", 2, 1},
        {"\x10\x09", 2, 3},
    };
    uint32_t values[8];
    for (size_t i = 0; i < KHO_COUNT(broken); i++) {
        struct kho_text bytes = {broken[i].bytes, broken[i].len};
        ck_assert_msg(!hybrid_take(&bytes, broken[i].width, values, 8), "case %zu", i);
    }
}
END_TEST

START_TEST(a_number_needs_one_bit_at_least)
{
    static const struct {
        uint32_t greatest;
        int width;
    } cases[] = {{0, 1}, {1, 1}, {2, 2}, {255, 8}, {256, 9}, {65535, 16}};
    for (size_t i = 0; i < KHO_COUNT(cases); i++)
        ck_assert_int_eq(hybrid_width(cases[i].greatest), cases[i].width);
}
END_TEST

START_TEST(fields_are_told_by_the_distance_of_their_ids)
{
    struct thrift thrift;
    thrift_begin(&thrift, &out);
    thrift_i32(&thrift, 1, -1);
    thrift_bool(&thrift, 2, true);
    thrift_bool(&thrift, 3, false);
    thrift_i64(&thrift, 20, 300);
    thrift_text(&thrift, 21, KHO_TEXT("ab"));
    thrift_union(&thrift, 22, 1);
    thrift_list(&thrift, 23, THRIFT_I32, 15);
    for (int i = 0; i < 15; i++)
        thrift_item_i32(&thrift, 0);
    thrift_end(&thrift);
    expect_bytes("15 01 11 12 06 28 D8 04 18 02 61 62 1C 1C 00 00 19 F5 0F 00 00 00 00 00 00 00 00 "
                 "00 00 00 00 00 00 00 00");
    struct thrift_in in = {.at = out.data, .end = out.data + out.len};
    struct thrift_field field = {0, 0};
    ck_assert(thrift_next(&in, &field));
    ck_assert_int_eq(thrift_take_int(&in, field.type), -1);
    ck_assert(thrift_next(&in, &field) && thrift_take_bool(&in, field.type));
    ck_assert(thrift_next(&in, &field) && !thrift_take_bool(&in, field.type));
    ck_assert(thrift_next(&in, &field));
    ck_assert_int_eq(field.id, 20);
    ck_assert_int_eq(thrift_take_int(&in, field.type), 300);
    ck_assert(thrift_next(&in, &field));
    ck_text_eq(thrift_take_text(&in, field.type), "ab");
    while (thrift_next(&in, &field))
        thrift_pass(&in, field.type);
    ck_assert(!in.bad && in.at == in.end);
}
END_TEST

START_TEST(what_is_cut_off_or_nests_too_deep_is_bad)
{
    static const struct {
        const char *bytes;
        size_t len;
    } broken[] = {
        {"\x15", 1},                 /* no value */
        {"\x18\x05\x61", 3},         /* a text of five bytes */
        {"\x19\xF5\xFF\xFF\x7F", 5}, /* a list of two million */
        {"\x1D", 1},                 /* a type that there is not */
        {"\x15\x02", 2},             /* no end */
        {"\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C\x1C", 19},
        {"\x16\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x00", 13},
    };
    for (size_t i = 0; i < KHO_COUNT(broken); i++) {
        struct thrift_in in = {.at = broken[i].bytes, .end = broken[i].bytes + broken[i].len};
        struct thrift_field field = {0, 0};
        while (thrift_next(&in, &field))
            thrift_pass(&in, field.type);
        ck_assert_msg(in.bad, "case %zu", i);
    }
}
END_TEST

static struct told_bound bound_of(struct kho_arena *arena, struct kho_text text, bool greatest)
{
    struct parquet_column column = {.physical = PARQUET_BYTE_ARRAY, .logical = PARQUET_STRING};
    struct parquet_value value = {.ptr = text.ptr, .len = text.len};
    struct bounds *bounds = kho_arena_alloc(arena, sizeof(*bounds));
    bounds_init(bounds, arena);
    bounds_add(bounds, &column, &value);
    return greatest ? bounds_max(bounds, &column, arena) : bounds_min(bounds, &column, arena);
}

#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LAST "\U0010FFFF"

START_TEST(long_bounds_are_cut_between_characters)
{
    static const struct {
        const char *value, *min, *max;
        bool exact;
    } cases[] = {
        {"abc", "abc", "abc", true},
        {A63 "b", A63 "b", A63 "b", true},
        {A63 "bc", A63 "b", A63 "c", false},
        /* a character of two bytes over the edge */
        {A63 "\u0111x", A63, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
         false},
        {A63 "\x7Fx", A63 "\x7F", A63 "\xC2\x80", false},
        /* no surrogates in between */
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\uD7FFx",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\uD7FF",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\uE000", false},
    };
    struct kho_arena *arena = kho_arena_new(NULL);
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        struct kho_text value = kho_text_of(cases[i].value);
        struct told_bound min = bound_of(kho_arena_new(arena), value, false);
        struct told_bound max = bound_of(kho_arena_new(arena), value, true);
        ck_text_eq(min.bytes, cases[i].min);
        ck_text_eq(max.bytes, cases[i].max);
        ck_assert_msg(min.exact == cases[i].exact && max.exact == cases[i].exact, "case %zu", i);
    }
    kho_arena_free(arena);
}
END_TEST

START_TEST(a_greatest_text_that_has_no_greater_one_stays_whole)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_buf text;
    kho_buf_init(&text, 1024);
    for (int i = 0; i < 20; i++)
        kho_buf_puts(&text, LAST);
    struct told_bound max = bound_of(arena, kho_buf_as_text(&text), true);
    ck_assert(max.exact && kho_text_eq(max.bytes, kho_buf_as_text(&text)));
    kho_buf_clear(&text);
    kho_buf_puts(&text, "b");
    for (int i = 0; i < 20; i++)
        kho_buf_puts(&text, LAST);
    max = bound_of(kho_arena_new(arena), kho_buf_as_text(&text), true);
    ck_text_eq(max.bytes, "c");
    ck_assert(!max.exact);
    kho_buf_release(&text);
    kho_arena_free(arena);
}
END_TEST

START_TEST(decimals_become_whole_numbers_of_their_last_digit)
{
    static const struct {
        const char *text;
        int precision, scale;
        const char *digits; /* NULL = has no place there */
    } cases[] = {
        {"0", 9, 2, "0"},
        {"-0.01", 9, 2, "-1"},
        {"1234567.89", 9, 2, "123456789"},
        {"12345678.90", 9, 2, NULL},
        {"0.001", 9, 2, NULL},
        {"1.500", 9, 2, "150"},
        {"10000", 5, 0, "10000"},
        {"99999999999999999999999999999999999999", 38, 0, "99999999999999999999999999999999999999"},
        {"-9999999999999999999999999999.9999999999", 38, 10,
         "-99999999999999999999999999999999999999"},
        {"100000000000000000000000000000000000000", 38, 0, NULL},
        {"0.00000000000000000000000000000000000001", 38, 38, "1"},
        {"10000000000000000000000000000000000000000000000000000", 38, 0, NULL},
    };
    struct kho_arena *arena = kho_arena_new(NULL);
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        struct kho_text cell, back, digits;
        decimal_number number;
        char bytes[16];
        ck_assert(kho_wire_from_decimal(arena, kho_text_of(cases[i].text), &cell));
        bool fits = decimal_of_wire(cell, cases[i].precision, cases[i].scale, &number);
        ck_assert_msg(fits == (cases[i].digits != NULL), "%s", cases[i].text);
        if (!fits)
            continue;
        ck_assert(kho_wire_from_decimal(arena, kho_text_of(cases[i].digits), &back));
        ck_assert(kho_wire_to_text(arena, KHO_WIRE_NUMERIC, back, &digits));
        decimal_number same;
        ck_assert(decimal_of_wire(back, 38, 0, &same) && same == number);
        decimal_put(number, bytes);
        ck_assert(decimal_get(bytes) == number);
        ck_assert(decimal_has_digits(number, cases[i].precision));
    }
    kho_arena_free(arena);
}
END_TEST

START_TEST(nan_and_infinity_are_no_decimals)
{
    decimal_number number;
    ck_assert(!decimal_of_wire((struct kho_text){"\0\0\0\0\xC0\0\0\0", 8}, 9, 2, &number));
    ck_assert(!decimal_of_wire((struct kho_text){"\0\0\0\0\xD0\0\0\0", 8}, 9, 2, &number));
    ck_assert(!decimal_of_wire((struct kho_text){"\0\1\0\0\0\0\0\0", 8}, 9, 2, &number));
    ck_assert(!decimal_of_wire((struct kho_text){"\0", 1}, 9, 2, &number));
}
END_TEST

START_TEST(each_codec_gives_back_what_it_took)
{
    static const enum parquet_codec codecs[] = {PARQUET_UNCOMPRESSED, PARQUET_GZIP, PARQUET_ZSTD};
    static const size_t sizes[] = {0, 1, 100, 70000};
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_err err;
    struct codec *codec = codec_new(arena);
    for (size_t i = 0; i < KHO_COUNT(codecs) * KHO_COUNT(sizes); i++) {
        size_t size = sizes[i % KHO_COUNT(sizes)];
        enum parquet_codec which = codecs[i / KHO_COUNT(sizes)];
        char *bytes = kho_arena_bytes(arena, size + 1);
        struct kho_buf back;
        for (size_t at = 0; at < size; at++)
            bytes[at] = (char)(at * at >> 5);
        kho_buf_clear(&out);
        kho_buf_init(&back, 1 << 20);
        ck_ok(codec_compress(codec, which, (struct kho_text){bytes, size}, &out, &err), err);
        ck_assert(codec_decompress(codec, which, kho_buf_as_text(&out), &back, size));
        ck_assert(kho_text_eq(kho_buf_as_text(&back), (struct kho_text){bytes, size}));
        ck_assert(!codec_decompress(codec, which, kho_buf_as_text(&out), &back, size + 1));
        kho_buf_release(&back);
    }
    kho_arena_free(arena);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, small_numbers_are_packed_or_counted);
    tcase_add_test(tcase, numbers_that_are_not_all_there_are_no_numbers);
    tcase_add_test(tcase, a_number_needs_one_bit_at_least);
    tcase_add_test(tcase, fields_are_told_by_the_distance_of_their_ids);
    tcase_add_test(tcase, what_is_cut_off_or_nests_too_deep_is_bad);
    tcase_add_test(tcase, long_bounds_are_cut_between_characters);
    tcase_add_test(tcase, a_greatest_text_that_has_no_greater_one_stays_whole);
    tcase_add_test(tcase, decimals_become_whole_numbers_of_their_last_digit);
    tcase_add_test(tcase, nan_and_infinity_are_no_decimals);
    tcase_add_test(tcase, each_codec_gives_back_what_it_took);
}

KHO_UNIT_MAIN("lake/parquet_parts", tests)
