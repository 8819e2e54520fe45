/*
 * The canonical text of a cell: what it says, in one way, whatever the source server's settings.
 */
#include <math.h>

#include <kho/record/wire.h>

#include "numeric.h"
#include "wire_range.h"

static bool text_of_int(struct kho_arena *arena, int64_t value, struct kho_text *text)
{
    char digits[24];
    char *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0)
        *--at = '-';
    size_t len = (size_t)(digits + sizeof digits - at);
    char *bytes = kho_arena_bytes(arena, len);
    memcpy(bytes, at, len);
    *text = (struct kho_text){bytes, len};
    return true;
}

/* Lays out the digits of `1.2345e+06` as PostgreSQL does: with an exponent only below 1e-4 and from
 * 10^`fixed_digits` on. */
static void lay_out_float(struct kho_buf *out, const char *scientific, int fixed_digits)
{
    char digits[32];
    int n = 0;
    const char *at = scientific;
    if (*at == '-')
        kho_buf_char(out, *at++);
    for (; *at != 'e'; at++) {
        if (*at != '.')
            digits[n++] = *at;
    }
    int exponent = (int)strtol(at + 1, NULL, 10);
    if (exponent < -4 || exponent >= fixed_digits) {
        kho_buf_char(out, digits[0]);
        if (n > 1)
            kho_buf_printf(out, ".%.*s", n - 1, digits + 1);
        kho_buf_printf(out, "e%+03d", exponent);
        return;
    }
    if (exponent < 0)
        kho_buf_printf(out, "0.%.*s", -exponent - 1, "0000");
    for (int i = 0; i < n || i <= exponent; i++) {
        if (i > 0 && i == exponent + 1)
            kho_buf_char(out, '.');
        kho_buf_char(out, i < n ? digits[i] : '0');
    }
}

/* The fewest digits that read back as the same number; a float4 is read back as one. */
static void shortest_digits(double value, bool single, char *out, size_t size)
{
    int most = single ? 9 : 17;
    for (int digits = 1; digits <= most; digits++) {
        snprintf(out, size, "%.*e", digits - 1, value);
        if (single ? strtof(out, NULL) == (float)value : strtod(out, NULL) == value)
            return;
    }
}

static bool text_of_float(struct kho_arena *arena, double value, bool single, struct kho_text *text)
{
    if (isnan(value)) {
        *text = KHO_TEXT("NaN");
        return true;
    }
    if (isinf(value)) {
        *text = value < 0 ? KHO_TEXT("-Infinity") : KHO_TEXT("Infinity");
        return true;
    }
    char scientific[40];
    shortest_digits(value, single, scientific, sizeof scientific);
    struct kho_buf out;
    kho_buf_init(&out, 64);
    lay_out_float(&out, scientific, single ? 6 : 15);
    *text = kho_arena_text(arena, kho_buf_as_text(&out));
    kho_buf_release(&out);
    return true;
}

static bool float_cell(struct kho_arena *arena, enum kho_wire wire, struct kho_text cell,
                       struct kho_text *text)
{
    if (wire == KHO_WIRE_FLOAT4) {
        float single;
        if (cell.len != 4)
            return false;
        uint32_t bits = kho_be32(cell.ptr);
        memcpy(&single, &bits, sizeof single);
        return text_of_float(arena, (double)single, true, text);
    }
    double value;
    if (cell.len != 8)
        return false;
    uint64_t bits = kho_be64(cell.ptr);
    memcpy(&value, &bits, sizeof value);
    return text_of_float(arena, value, false, text);
}

static char *put_digits(char *out, unsigned value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + digits;
}

/* Writes the day; years before 1 are told by the caller with ` BC` at the end. */
static char *put_date(char *out, struct kho_date date)
{
    unsigned year = (unsigned)(date.year > 0 ? date.year : 1 - date.year);
    int digits = 4;
    for (unsigned limit = 10000; year >= limit && digits < 9; limit *= 10)
        digits++;
    out = put_digits(out, year, digits);
    *out++ = '-';
    out = put_digits(out, date.month, 2);
    *out++ = '-';
    return put_digits(out, date.day, 2);
}

static char *put_time(char *out, int64_t us)
{
    int64_t seconds = us / KHO_US_PER_SECOND;
    unsigned fraction = (unsigned)(us % KHO_US_PER_SECOND);
    out = put_digits(out, (unsigned)(seconds / 3600), 2);
    *out++ = ':';
    out = put_digits(out, (unsigned)(seconds / 60 % 60), 2);
    *out++ = ':';
    out = put_digits(out, (unsigned)(seconds % 60), 2);
    if (fraction == 0)
        return out;
    *out++ = '.';
    out = put_digits(out, fraction, 6);
    while (out[-1] == '0')
        out--;
    return out;
}

static struct kho_text finish_date(struct kho_arena *arena, char *start, char *end, bool bc)
{
    if (bc) {
        memcpy(end, " BC", 3);
        end += 3;
    }
    return kho_arena_text(arena, (struct kho_text){start, (size_t)(end - start)});
}

static struct kho_text infinity(bool negative)
{
    return negative ? KHO_TEXT("-infinity") : KHO_TEXT("infinity");
}

static bool date_cell(struct kho_arena *arena, struct kho_text cell, struct kho_text *text)
{
    int64_t days;
    if (!kho_wire_date(cell, &days))
        return false;
    if (days == INT64_MIN || days == INT64_MAX) {
        *text = infinity(days < 0);
        return true;
    }
    char out[40];
    struct kho_date date = kho_date_from_days(days);
    *text = finish_date(arena, out, put_date(out, date), date.year <= 0);
    return true;
}

static bool timestamp_cell(struct kho_arena *arena, struct kho_text cell, bool utc,
                           struct kho_text *text)
{
    if (cell.len != 8)
        return false;
    int64_t raw = (int64_t)kho_be64(cell.ptr);
    if (raw == INT64_MIN || raw == INT64_MAX) {
        *text = infinity(raw < 0);
        return true;
    }
    if (raw < WIRE_TIMESTAMP_MIN || raw >= WIRE_TIMESTAMP_END)
        return false;
    int64_t days = raw / KHO_US_PER_DAY;
    int64_t us = raw % KHO_US_PER_DAY;
    if (us < 0) {
        us += KHO_US_PER_DAY;
        days--;
    }
    char out[64];
    struct kho_date date = kho_date_from_days(days + WIRE_EPOCH_DAYS);
    char *end = put_date(out, date);
    *end++ = 'T';
    end = put_time(end, us);
    if (utc)
        *end++ = 'Z';
    *text = finish_date(arena, out, end, date.year <= 0);
    return true;
}

static char *put_hex(char *out, const char *bytes, size_t len)
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        *out++ = hex[(unsigned char)bytes[i] >> 4];
        *out++ = hex[(unsigned char)bytes[i] & 15];
    }
    return out;
}

static bool uuid_cell(struct kho_arena *arena, struct kho_text cell, struct kho_text *text)
{
    if (cell.len != 16)
        return false;
    char *bytes = kho_arena_bytes(arena, 36);
    char *out = bytes;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        out = put_hex(out, cell.ptr + i, 1);
    }
    *text = (struct kho_text){bytes, 36};
    return true;
}

static bool bytea_cell(struct kho_arena *arena, struct kho_text cell, struct kho_text *text)
{
    char *bytes = kho_arena_bytes(arena, 2 + cell.len * 2);
    bytes[0] = '\\';
    bytes[1] = 'x';
    put_hex(bytes + 2, cell.ptr, cell.len);
    *text = (struct kho_text){bytes, 2 + cell.len * 2};
    return true;
}

static bool jsonb_cell(struct kho_text cell, struct kho_text *text)
{
    if (cell.len < 1 || cell.ptr[0] != 1)
        return false;
    *text = (struct kho_text){cell.ptr + 1, cell.len - 1};
    return true;
}

static bool bool_cell(struct kho_text cell, struct kho_text *text)
{
    bool value;
    if (!kho_wire_bool(cell, &value))
        return false;
    *text = value ? KHO_TEXT("true") : KHO_TEXT("false");
    return true;
}

bool kho_wire_to_text(struct kho_arena *arena, enum kho_wire wire, struct kho_text cell,
                      struct kho_text *text)
{
    int64_t number;
    *text = cell;
    if (cell.ptr == NULL)
        return true;
    switch (wire) {
    case KHO_WIRE_TEXT:
    case KHO_WIRE_BPCHAR:
        return true;
    case KHO_WIRE_BOOL:
        return bool_cell(cell, text);
    case KHO_WIRE_INT2:
    case KHO_WIRE_INT4:
    case KHO_WIRE_INT8:
        return kho_wire_int(wire, cell, &number) && text_of_int(arena, number, text);
    case KHO_WIRE_FLOAT4:
    case KHO_WIRE_FLOAT8:
        return float_cell(arena, wire, cell, text);
    case KHO_WIRE_NUMERIC:
        return numeric_to_text(arena, cell, text);
    case KHO_WIRE_DATE:
        return date_cell(arena, cell, text);
    case KHO_WIRE_TIMESTAMP:
        return timestamp_cell(arena, cell, false, text);
    case KHO_WIRE_TIMESTAMPTZ:
        return timestamp_cell(arena, cell, true, text);
    case KHO_WIRE_UUID:
        return uuid_cell(arena, cell, text);
    case KHO_WIRE_BYTEA:
        return bytea_cell(arena, cell, text);
    case KHO_WIRE_JSONB:
        return jsonb_cell(cell, text);
    }
    return false;
}
