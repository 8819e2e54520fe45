/*
 * Cells of fixed size in wire form: integers, booleans, dates and instants, read and written.
 * Numerics stand in numeric.c, the text of any cell in wire_text.c.
 */
#include <kho/record/wire.h>

#include "wire_range.h"

void kho_put_be16(char *out, uint16_t value)
{
    out[0] = (char)(value >> 8);
    out[1] = (char)value;
}

void kho_put_be32(char *out, uint32_t value)
{
    kho_put_be16(out, (uint16_t)(value >> 16));
    kho_put_be16(out + 2, (uint16_t)value);
}

void kho_put_be64(char *out, uint64_t value)
{
    kho_put_be32(out, (uint32_t)(value >> 32));
    kho_put_be32(out + 4, (uint32_t)value);
}

bool kho_wire_int(enum kho_wire wire, struct kho_text cell, int64_t *value)
{
    switch (wire) {
    case KHO_WIRE_INT2:
        if (cell.len != 2)
            return false;
        *value = (int16_t)kho_be16(cell.ptr);
        return true;
    case KHO_WIRE_INT4:
        if (cell.len != 4)
            return false;
        *value = (int32_t)kho_be32(cell.ptr);
        return true;
    case KHO_WIRE_INT8:
        if (cell.len != 8)
            return false;
        *value = (int64_t)kho_be64(cell.ptr);
        return true;
    default:
        return false;
    }
}

bool kho_wire_bool(struct kho_text cell, bool *value)
{
    if (cell.len != 1 || (unsigned char)cell.ptr[0] > 1)
        return false;
    *value = cell.ptr[0] == 1;
    return true;
}

bool kho_wire_date(struct kho_text cell, int64_t *days)
{
    if (cell.len != 4)
        return false;
    int32_t raw = (int32_t)kho_be32(cell.ptr);
    if (raw == INT32_MIN || raw == INT32_MAX) {
        *days = raw == INT32_MIN ? INT64_MIN : INT64_MAX;
        return true;
    }
    if (raw < WIRE_DATE_MIN || raw > WIRE_DATE_MAX)
        return false;
    *days = (int64_t)raw + WIRE_EPOCH_DAYS;
    return true;
}

bool kho_wire_timestamp(struct kho_text cell, int64_t *instant_us)
{
    if (cell.len != 8)
        return false;
    int64_t raw = (int64_t)kho_be64(cell.ptr);
    if (raw == INT64_MIN || raw == INT64_MAX) {
        *instant_us = raw;
        return true;
    }
    if (raw < WIRE_TIMESTAMP_MIN || raw > INT64_MAX - 1 - WIRE_EPOCH_US)
        return false;
    *instant_us = raw + WIRE_EPOCH_US;
    return true;
}

struct kho_text kho_wire_from_int8(struct kho_arena *arena, int64_t value)
{
    char *bytes = kho_arena_bytes(arena, 8);
    kho_put_be64(bytes, (uint64_t)value);
    return (struct kho_text){bytes, 8};
}

struct kho_text kho_wire_from_bool(struct kho_arena *arena, bool value)
{
    (void)arena; /* both cells are constants */
    return value ? KHO_TEXT("\1") : KHO_TEXT("\0");
}

bool kho_wire_from_date(struct kho_arena *arena, int64_t days, struct kho_text *cell)
{
    int32_t raw;
    if (days == INT64_MIN || days == INT64_MAX) {
        raw = days == INT64_MIN ? INT32_MIN : INT32_MAX;
    } else {
        if (days < WIRE_DATE_MIN + WIRE_EPOCH_DAYS || days > WIRE_DATE_MAX + WIRE_EPOCH_DAYS)
            return false;
        raw = (int32_t)(days - WIRE_EPOCH_DAYS);
    }
    char *bytes = kho_arena_bytes(arena, 4);
    kho_put_be32(bytes, (uint32_t)raw);
    *cell = (struct kho_text){bytes, 4};
    return true;
}

bool kho_wire_from_timestamp(struct kho_arena *arena, int64_t instant_us, struct kho_text *cell)
{
    int64_t raw = instant_us;
    if (instant_us != INT64_MIN && instant_us != INT64_MAX) {
        if (instant_us < WIRE_TIMESTAMP_MIN + WIRE_EPOCH_US)
            return false;
        raw = instant_us - WIRE_EPOCH_US;
    }
    char *bytes = kho_arena_bytes(arena, 8);
    kho_put_be64(bytes, (uint64_t)raw);
    *cell = (struct kho_text){bytes, 8};
    return true;
}
