/*
 * Cells in wire form. The pairs were recorded from a PostgreSQL 15 server: what its send functions
 * give for a value (in hex), and the value as text.
 */
#include "../../support/unit.h"

#include <kho/record/wire.h>

static struct kho_arena *arena;

static void setup(void)
{
    arena = kho_arena_new(NULL);
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static struct kho_text from_hex(const char *hex)
{
    size_t len = strlen(hex) / 2;
    char *bytes = kho_arena_bytes(arena, len);
    for (size_t i = 0; i < len; i++) {
        char pair[3] = {hex[i * 2], hex[i * 2 + 1], '\0'};
        bytes[i] = (char)strtoul(pair, NULL, 16);
    }
    return (struct kho_text){bytes, len};
}

static const struct {
    enum kho_wire wire;
    const char *hex;
    const char *text;
} golden[] = {
    {KHO_WIRE_NUMERIC, "0000000000000000", "0"},
    {KHO_WIRE_NUMERIC, "00010000000000000001", "1"},
    {KHO_WIRE_NUMERIC, "00010000400000000001", "-1"},
    {KHO_WIRE_NUMERIC, "000200000000000200011388", "1.50"},
    {KHO_WIRE_NUMERIC, "000200004000000200011388", "-1.50"},
    {KHO_WIRE_NUMERIC, "0000000000000002", "0.00"},
    {KHO_WIRE_NUMERIC, "0001ffff000000040001", "0.0001"},
    {KHO_WIRE_NUMERIC, "0001ffff000000080001", "0.00010000"},
    {KHO_WIRE_NUMERIC, "00010001000000000001", "10000"},
    {KHO_WIRE_NUMERIC, "0002000100000000270f270f", "99999999"},
    {KHO_WIRE_NUMERIC, "000400010000000804d2162e223d10e1", "12345678.87654321"},
    {KHO_WIRE_NUMERIC, "0001ffff400000011388", "-0.5"},
    {KHO_WIRE_NUMERIC, "00010005000000000001", "100000000000000000000"},
    {KHO_WIRE_NUMERIC, "000900050000000c000100000000000000000000000000000001",
     "100000000000000000000.000000000001"},
    {KHO_WIRE_NUMERIC, "00000000c0000000", "NaN"},
    {KHO_WIRE_NUMERIC, "00000000d0000020", "Infinity"},
    {KHO_WIRE_NUMERIC, "00000000f0000020", "-Infinity"},
    {KHO_WIRE_NUMERIC, "0003000100000001000c0d801b58", "123456.7"},
    {KHO_WIRE_NUMERIC, "0001ffff0000000201f4", "0.05"},
    {KHO_WIRE_DATE, "00000000", "2000-01-01"},
    {KHO_WIRE_DATE, "ffffffff", "1999-12-31"},
    {KHO_WIRE_DATE, "ffffce95", "1965-05-13"},
    {KHO_WIRE_DATE, "fff4dbf9", "0001-01-01"},
    {KHO_WIRE_DATE, "fff49d7b", "0044-03-15 BC"},
    {KHO_WIRE_DATE, "fff4dbf8", "0001-12-31 BC"},
    {KHO_WIRE_DATE, "ffda97a7", "4714-11-24 BC"},
    {KHO_WIRE_DATE, "002c95d3", "9999-12-31"},
    {KHO_WIRE_DATE, "0037e063", "12026-01-02"},
    {KHO_WIRE_DATE, "7fda970c", "5874897-12-31"},
    {KHO_WIRE_DATE, "7fffffff", "infinity"},
    {KHO_WIRE_DATE, "80000000", "-infinity"},
    {KHO_WIRE_TIMESTAMP, "0002ea4dbf8d2120", "2026-01-01T08:00:00.5"},
    {KHO_WIRE_TIMESTAMP, "0002ea4dbf858000", "2026-01-01T08:00:00"},
    {KHO_WIRE_TIMESTAMP, "ffffffffffffffff", "1999-12-31T23:59:59.999999"},
    {KHO_WIRE_TIMESTAMP, "fff4c9ee7c0b8000", "1900-01-01T00:00:00"},
    {KHO_WIRE_TIMESTAMP, "ff1af9e8fb46d001", "0044-03-15T12:00:00.000001 BC"},
    {KHO_WIRE_TIMESTAMP, "fd0f7cc1411fa000", "4714-11-24T00:00:00 BC"},
    {KHO_WIRE_TIMESTAMP, "7fffff5bb3b29fff", "294276-12-31T23:59:59.999999"},
    {KHO_WIRE_TIMESTAMP, "7fffffffffffffff", "infinity"},
    {KHO_WIRE_TIMESTAMP, "8000000000000000", "-infinity"},
    {KHO_WIRE_TIMESTAMPTZ, "0002ea47e183a520", "2026-01-01T01:00:00.5Z"},
    {KHO_WIRE_TIMESTAMPTZ, "0002ea4dbf858000", "2026-01-01T08:00:00Z"},
    {KHO_WIRE_TIMESTAMPTZ, "7fffffffffffffff", "infinity"},
    {KHO_WIRE_TIMESTAMPTZ, "8000000000000000", "-infinity"},
    {KHO_WIRE_FLOAT8, "0000000000000000", "0"},
    {KHO_WIRE_FLOAT8, "8000000000000000", "-0"},
    {KHO_WIRE_FLOAT8, "3ff0000000000000", "1"},
    {KHO_WIRE_FLOAT8, "bff8000000000000", "-1.5"},
    {KHO_WIRE_FLOAT8, "3fb999999999999a", "0.1"},
    {KHO_WIRE_FLOAT8, "3f1a36e2eb1c432d", "0.0001"},
    {KHO_WIRE_FLOAT8, "3ee4f8b588e368f1", "1e-05"},
    {KHO_WIRE_FLOAT8, "42dc12218377de40", "123456789012345"},
    {KHO_WIRE_FLOAT8, "43118b54f22aeb00", "1.234567890123456e+15"},
    {KHO_WIRE_FLOAT8, "430c6bf526340000", "1e+15"},
    {KHO_WIRE_FLOAT8, "42d6bcc41e900000", "100000000000000"},
    {KHO_WIRE_FLOAT8, "4480f0cf064dd592", "1e+22"},
    {KHO_WIRE_FLOAT8, "01a56e1fc2f8f359", "1e-300"},
    {KHO_WIRE_FLOAT8, "7fefffffffffffff", "1.7976931348623157e+308"},
    {KHO_WIRE_FLOAT8, "0000000000000001", "5e-324"},
    {KHO_WIRE_FLOAT8, "400921fb54442d18", "3.141592653589793"},
    {KHO_WIRE_FLOAT8, "7ff8000000000000", "NaN"},
    {KHO_WIRE_FLOAT8, "7ff0000000000000", "Infinity"},
    {KHO_WIRE_FLOAT8, "fff0000000000000", "-Infinity"},
    {KHO_WIRE_FLOAT8, "4059000000000000", "100"},
    {KHO_WIRE_FLOAT8, "3fd3333333333333", "0.3"},
    {KHO_WIRE_FLOAT8, "3e5ad7f29abcaf48", "2.5e-08"},
    {KHO_WIRE_FLOAT4, "00000000", "0"},
    {KHO_WIRE_FLOAT4, "3fc00000", "1.5"},
    {KHO_WIRE_FLOAT4, "3dcccccd", "0.1"},
    {KHO_WIRE_FLOAT4, "49742400", "1e+06"},
    {KHO_WIRE_FLOAT4, "47f12000", "123456"},
    {KHO_WIRE_FLOAT4, "3727c5ac", "1e-05"},
    {KHO_WIRE_FLOAT4, "7f7fffff", "3.4028235e+38"},
    {KHO_WIRE_FLOAT4, "4b800000", "1.6777216e+07"},
    {KHO_WIRE_FLOAT4, "7fc00000", "NaN"},
    {KHO_WIRE_FLOAT4, "ff800000", "-Infinity"},
    {KHO_WIRE_INT2, "0000", "0"},
    {KHO_WIRE_INT2, "8000", "-32768"},
    {KHO_WIRE_INT2, "7fff", "32767"},
    {KHO_WIRE_INT2, "ffff", "-1"},
    {KHO_WIRE_INT4, "00000000", "0"},
    {KHO_WIRE_INT4, "80000000", "-2147483648"},
    {KHO_WIRE_INT4, "7fffffff", "2147483647"},
    {KHO_WIRE_INT4, "000007ad", "1965"},
    {KHO_WIRE_INT8, "0000000000000000", "0"},
    {KHO_WIRE_INT8, "8000000000000000", "-9223372036854775808"},
    {KHO_WIRE_INT8, "7fffffffffffffff", "9223372036854775807"},
    {KHO_WIRE_INT8, "000000073b9e48bb", "31065000123"},
    {KHO_WIRE_BOOL, "01", "true"},
    {KHO_WIRE_BOOL, "00", "false"},
    {KHO_WIRE_UUID, "a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
    {KHO_WIRE_BYTEA, "deadbeef00", "\\xdeadbeef00"},
    {KHO_WIRE_BYTEA, "", "\\x"},
    {KHO_WIRE_JSONB, "017b2261223a20317d", "{\"a\": 1}"},
    {KHO_WIRE_JSONB, "015b5d", "[]"},
};

START_TEST(cells_of_postgresql_become_their_text)
{
    for (size_t i = 0; i < KHO_COUNT(golden); i++) {
        struct kho_text text;
        ck_assert_msg(kho_wire_to_text(arena, golden[i].wire, from_hex(golden[i].hex), &text),
                      "%s %s", kho_wire_sql(golden[i].wire), golden[i].hex);
        ck_text_eq(text, golden[i].text);
    }
}
END_TEST

START_TEST(decimals_become_the_cells_of_postgresql)
{
    for (size_t i = 0; i < KHO_COUNT(golden); i++) {
        struct kho_text cell;
        if (golden[i].wire != KHO_WIRE_NUMERIC || strpbrk(golden[i].text, "NI") != NULL)
            continue;
        ck_assert(kho_wire_from_decimal(arena, kho_text_of(golden[i].text), &cell));
        ck_assert_msg(kho_text_eq(cell, from_hex(golden[i].hex)), "%s", golden[i].text);
    }
}
END_TEST

START_TEST(days_and_instants_come_back_as_they_went)
{
    for (size_t i = 0; i < KHO_COUNT(golden); i++) {
        struct kho_text cell = from_hex(golden[i].hex);
        struct kho_text again;
        int64_t value;
        if (golden[i].wire == KHO_WIRE_DATE) {
            ck_assert(kho_wire_date(cell, &value));
            ck_assert(kho_wire_from_date(arena, value, &again));
            ck_assert(kho_text_eq(cell, again));
        }
        if (golden[i].wire == KHO_WIRE_TIMESTAMPTZ) {
            ck_assert(kho_wire_timestamp(cell, &value));
            ck_assert(kho_wire_from_timestamp(arena, value, &again));
            ck_assert(kho_text_eq(cell, again));
        }
    }
}
END_TEST

START_TEST(integers_and_booleans_come_back_as_they_went)
{
    static const int64_t values[] = {0, 1, -1, INT64_MIN, INT64_MAX, 31065000123};
    for (size_t i = 0; i < KHO_COUNT(values); i++) {
        int64_t value;
        ck_assert(kho_wire_int(KHO_WIRE_INT8, kho_wire_from_int8(arena, values[i]), &value));
        ck_assert_int_eq(value, values[i]);
    }
    bool truth;
    ck_assert(kho_wire_bool(kho_wire_from_bool(arena, true), &truth) && truth);
    ck_assert(kho_wire_bool(kho_wire_from_bool(arena, false), &truth) && !truth);
}
END_TEST

START_TEST(what_is_no_decimal_is_refused)
{
    static const char *const texts[] = {"", "-", ".5", "5.", "1e5", " 1", "1,5", "1.2.3", "NaN"};
    struct kho_text cell;
    for (size_t i = 0; i < KHO_COUNT(texts); i++)
        ck_assert_msg(!kho_wire_from_decimal(arena, kho_text_of(texts[i]), &cell), "'%s'",
                      texts[i]);
    ck_assert(kho_wire_from_decimal(arena, KHO_TEXT("-0.00"), &cell));
    ck_assert(kho_text_eq(cell, from_hex("0000000000000002")));
    char long_number[1002];
    memset(long_number, '9', sizeof long_number);
    ck_assert(kho_wire_from_decimal(arena, (struct kho_text){long_number, 1000}, &cell));
    ck_assert(!kho_wire_from_decimal(arena, (struct kho_text){long_number, 1001}, &cell));
}
END_TEST

START_TEST(malformed_cells_are_refused)
{
    static const struct {
        enum kho_wire wire;
        const char *hex;
    } bad[] = {
        {KHO_WIRE_BOOL, "02"},
        {KHO_WIRE_BOOL, ""},
        {KHO_WIRE_INT4, "0000"},
        {KHO_WIRE_INT8, "00000000"},
        {KHO_WIRE_FLOAT8, "3ff0"},
        {KHO_WIRE_FLOAT4, ""},
        {KHO_WIRE_NUMERIC, "0001"},
        {KHO_WIRE_NUMERIC, "0002000000000000"
                           "0001"},
        {KHO_WIRE_NUMERIC, "0001000000000000"
                           "2710"},
        {KHO_WIRE_NUMERIC, "0000000012340000"},
        {KHO_WIRE_NUMERIC, "000000000000ffff"},
        {KHO_WIRE_DATE, "00"},
        {KHO_WIRE_DATE, "ffda97a6"},
        {KHO_WIRE_DATE, "7fda970d"},
        {KHO_WIRE_TIMESTAMP, "7fffff5bb3b2a000"},
        {KHO_WIRE_TIMESTAMPTZ, "8000000000000001"},
        {KHO_WIRE_UUID, "00"},
        {KHO_WIRE_JSONB, ""},
        {KHO_WIRE_JSONB, "025b5d"},
    };
    for (size_t i = 0; i < KHO_COUNT(bad); i++) {
        struct kho_text text;
        ck_assert_msg(!kho_wire_to_text(arena, bad[i].wire, from_hex(bad[i].hex), &text), "%s %s",
                      kho_wire_sql(bad[i].wire), bad[i].hex);
    }
}
END_TEST

START_TEST(any_bytes_are_read_without_harm)
{
    uint64_t state = 88172645463325252u;
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        for (size_t i = 0; i < sizeof bytes; i++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes[i] = (char)(state >> 32);
        }
        struct kho_text cell = {bytes, (size_t)(state % sizeof bytes)};
        struct kho_text text;
        bytes[0] = (char)(round % 5 == 0 ? 0 : bytes[0]);
        for (int wire = 0; wire <= KHO_WIRE_JSONB; wire++)
            (void)!kho_wire_to_text(arena, (enum kho_wire)wire, cell, &text);
        kho_arena_clear(arena);
    }
}
END_TEST

START_TEST(null_stays_null_and_text_is_not_copied)
{
    struct kho_text text = KHO_TEXT("x");
    ck_assert(kho_wire_to_text(arena, KHO_WIRE_INT4, KHO_TEXT_NULL, &text));
    ck_assert(kho_text_is_null(text));
    struct kho_text cell = KHO_TEXT("Hải Phòng");
    ck_assert(kho_wire_to_text(arena, KHO_WIRE_TEXT, cell, &text));
    ck_assert_ptr_eq(text.ptr, cell.ptr);
}
END_TEST

START_TEST(days_beyond_postgresql_have_no_cell)
{
    struct kho_text cell;
    ck_assert(!kho_wire_from_date(arena, INT64_C(3000000000), &cell));
    ck_assert(!kho_wire_from_date(arena, INT64_C(-3000000000), &cell));
    ck_assert(!kho_wire_from_timestamp(arena, INT64_MIN + 1, &cell));
}
END_TEST

START_TEST(types_are_found_by_their_word)
{
    enum kho_type type;
    for (int i = 0; i < KHO_TYPE_COUNT; i++) {
        ck_assert(kho_type_find(kho_text_of(kho_type_word((enum kho_type)i)), &type));
        ck_assert_int_eq((int)type, i);
    }
    ck_assert(!kho_type_find(KHO_TEXT("varchar"), &type));
    ck_assert_str_eq(kho_type_sql(KHO_TYPE_DECIMAL), "numeric");
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, cells_of_postgresql_become_their_text);
    tcase_add_test(tcase, decimals_become_the_cells_of_postgresql);
    tcase_add_test(tcase, days_and_instants_come_back_as_they_went);
    tcase_add_test(tcase, integers_and_booleans_come_back_as_they_went);
    tcase_add_test(tcase, what_is_no_decimal_is_refused);
    tcase_add_test(tcase, malformed_cells_are_refused);
    tcase_add_test(tcase, any_bytes_are_read_without_harm);
    tcase_add_test(tcase, null_stays_null_and_text_is_not_copied);
    tcase_add_test(tcase, days_beyond_postgresql_have_no_cell);
    tcase_add_test(tcase, types_are_found_by_their_word);
}
KHO_UNIT_MAIN("record/wire", tests)
