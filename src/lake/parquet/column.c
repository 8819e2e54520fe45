/* Columns and values: wire form (big-endian) to Parquet's (little-endian). */
#include "column.h"

#include <kho/core/clock.h>
#include <kho/core/utf8.h>
#include <kho/record/wire.h>

#include "decimal.h"

static void choose_decimal(struct parquet_column *made)
{
    if (made->precision == 0 || made->precision > PARQUET_DECIMAL_MAX)
        return;
    made->logical = PARQUET_DECIMAL;
    made->physical = made->precision <= 9    ? PARQUET_INT32
                     : made->precision <= 18 ? PARQUET_INT64
                                             : PARQUET_FIXED;
}

struct parquet_column parquet_column_of(const struct lake_column *column)
{
    struct parquet_column made = {
        .name = column->name,
        .physical = PARQUET_BYTE_ARRAY,
        .logical = PARQUET_STRING,
        .precision = column->precision,
        .scale = column->scale,
        .required = column->required,
        .bounded = column->pii == KHO_PII_NONE,
    };
    switch (kho_type_wire(column->type)) {
    case KHO_WIRE_BOOL:
        made.physical = PARQUET_BOOLEAN;
        made.logical = PARQUET_PLAIN_BOOLEAN;
        break;
    case KHO_WIRE_INT8:
        made.physical = PARQUET_INT64;
        made.logical = PARQUET_PLAIN_INTEGER;
        break;
    case KHO_WIRE_NUMERIC:
        choose_decimal(&made);
        break;
    case KHO_WIRE_DATE:
        made.physical = PARQUET_INT32;
        made.logical = PARQUET_DATE;
        break;
    case KHO_WIRE_TIMESTAMPTZ:
        made.physical = PARQUET_INT64;
        made.logical = PARQUET_TIMESTAMP;
        break;
    default:
        break;
    }
    return made;
}

static void set_number(struct parquet_value *value, int64_t number, size_t len)
{
    for (size_t i = 0; i < len; i++)
        value->bytes[i] = (char)((uint64_t)number >> (8 * i));
    value->ptr = value->bytes;
    value->len = len;
    value->number = number;
}

#define YEAR_1_DAYS (-719162)   /* 0001-01-01 */
#define YEAR_10000_DAYS 2932897 /* 10000-01-01 */

static bool is_day(int64_t days)
{
    return days >= YEAR_1_DAYS && days < YEAR_10000_DAYS;
}

static bool is_instant(int64_t us)
{
    return us >= YEAR_1_DAYS * KHO_US_PER_DAY && us < YEAR_10000_DAYS * KHO_US_PER_DAY;
}

static bool set_decimal(const struct parquet_column *column, struct kho_text cell,
                        struct parquet_value *value)
{
    decimal_number number;
    if (!decimal_of_wire(cell, column->precision, column->scale, &number))
        return false;
    if (column->physical == PARQUET_FIXED) {
        decimal_put(number, value->bytes);
        value->ptr = value->bytes;
        value->len = PARQUET_FIXED_BYTES;
        return true;
    }
    set_number(value, (int64_t)number, column->physical == PARQUET_INT32 ? 4 : 8);
    return true;
}

static bool set_text(enum kho_wire wire, struct kho_text cell, struct kho_arena *arena,
                     struct parquet_value *value)
{
    struct kho_text text = cell;
    if (wire != KHO_WIRE_TEXT && !kho_wire_to_text(arena, wire, cell, &text))
        return false;
    value->ptr = text.ptr;
    value->len = text.len;
    return true;
}

bool parquet_value_of(const struct parquet_column *column, enum kho_wire wire, struct kho_text cell,
                      struct kho_arena *arena, struct parquet_value *value)
{
    int64_t number = 0;
    bool truth;
    switch (column->logical) {
    case PARQUET_PLAIN_BOOLEAN:
        KHO_TRY(kho_wire_bool(cell, &truth));
        set_number(value, truth ? 1 : 0, 1);
        return true;
    case PARQUET_PLAIN_INTEGER:
        KHO_TRY(kho_wire_int(wire, cell, &number));
        set_number(value, number, 8);
        return true;
    case PARQUET_DATE:
        KHO_TRY(kho_wire_date(cell, &number) && is_day(number));
        set_number(value, number, 4);
        return true;
    case PARQUET_TIMESTAMP:
        KHO_TRY(kho_wire_timestamp(cell, &number) && is_instant(number));
        set_number(value, number, 8);
        return true;
    case PARQUET_DECIMAL:
        return set_decimal(column, cell, value);
    case PARQUET_STRING:
        return set_text(wire, cell, arena, value);
    }
    return false;
}

static int64_t number_of(struct kho_text bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < bytes.len; i++)
        number |= (uint64_t)(unsigned char)bytes.ptr[i] << (8 * i);
    return bytes.len == 4 ? (int32_t)(uint32_t)number : (int64_t)number;
}

static size_t length_of(enum parquet_physical physical)
{
    switch (physical) {
    case PARQUET_BOOLEAN:
        return 1;
    case PARQUET_INT32:
        return 4;
    case PARQUET_INT64:
        return 8;
    case PARQUET_FIXED:
        return PARQUET_FIXED_BYTES;
    case PARQUET_BYTE_ARRAY:
        break;
    }
    return SIZE_MAX;
}

static bool fits(const struct parquet_column *column, const struct parquet_value *value)
{
    switch (column->logical) {
    case PARQUET_PLAIN_BOOLEAN:
        return value->number == 0 || value->number == 1;
    case PARQUET_PLAIN_INTEGER:
        return true;
    case PARQUET_DATE:
        return is_day(value->number);
    case PARQUET_TIMESTAMP:
        return is_instant(value->number);
    case PARQUET_DECIMAL:
        return decimal_has_digits(column->physical == PARQUET_FIXED ? decimal_get(value->ptr)
                                                                    : value->number,
                                  column->precision);
    case PARQUET_STRING:
        return kho_utf8_check((struct kho_text){value->ptr, value->len}) == value->len;
    }
    return false;
}

bool parquet_value_read(const struct parquet_column *column, struct kho_text bytes,
                        struct parquet_value *value)
{
    size_t len = length_of(column->physical);
    if (len != SIZE_MAX && bytes.len != len)
        return false;
    value->ptr = bytes.ptr;
    value->len = bytes.len;
    if (len <= 8)
        value->number = number_of(bytes);
    return fits(column, value);
}

int parquet_value_compare(const struct parquet_column *column, const struct parquet_value *a,
                          const struct parquet_value *b)
{
    if (column->physical == PARQUET_FIXED) {
        decimal_number x = decimal_get(a->ptr), y = decimal_get(b->ptr);
        return (x > y) - (x < y);
    }
    if (column->physical != PARQUET_BYTE_ARRAY)
        return (a->number > b->number) - (a->number < b->number);
    size_t common = KHO_MIN(a->len, b->len);
    int order = common != 0 ? memcmp(a->ptr, b->ptr, common) : 0;
    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}
