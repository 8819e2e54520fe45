/* PostgreSQL's groups of four digits, as one number. */
#include "decimal.h"

#include <kho/record/wire.h>

#define GROUP_DIGITS 4
#define DIGITS_MAX 38
#define MINUS 0x4000
#define HEADER_BYTES 8

__extension__ typedef unsigned __int128 magnitude;

static magnitude power_of_ten(int digits)
{
    magnitude power = 1;
    while (digits-- > 0)
        power *= 10;
    return power;
}

/* Adds `group * 10^exponent`. False if that is too large, or not whole. */
static bool add_group(magnitude *sum, unsigned group, int exponent)
{
    magnitude part = group;
    if (group == 0)
        return true;
    for (; exponent < 0; exponent++) {
        if (part % 10 != 0)
            return false;
        part /= 10;
    }
    if (exponent > DIGITS_MAX)
        return false;
    magnitude power = power_of_ten(exponent);
    if (part > power_of_ten(DIGITS_MAX) / power)
        return false;
    *sum += part * power;
    return true;
}

bool decimal_of_wire(struct kho_text cell, int precision, int scale, decimal_number *number)
{
    if (cell.len < HEADER_BYTES)
        return false;
    int groups = kho_be16(cell.ptr);
    int weight = (int16_t)kho_be16(cell.ptr + 2);
    unsigned sign = kho_be16(cell.ptr + 4);
    if (cell.len != HEADER_BYTES + (size_t)groups * 2 || (sign != 0 && sign != MINUS))
        return false;
    magnitude sum = 0, limit = power_of_ten(precision);
    for (int i = 0; i < groups; i++) {
        unsigned group = kho_be16(cell.ptr + HEADER_BYTES + i * 2);
        if (group > 9999 || !add_group(&sum, group, (weight - i) * GROUP_DIGITS + scale) ||
            sum >= limit)
            return false;
    }
    *number = sign == MINUS ? -(decimal_number)sum : (decimal_number)sum;
    return true;
}

bool decimal_has_digits(decimal_number number, int precision)
{
    magnitude size = number < 0 ? -(magnitude)number : (magnitude)number;
    return size < power_of_ten(precision);
}

void decimal_put(decimal_number number, char *out)
{
    kho_put_be64(out, (uint64_t)((magnitude)number >> 64));
    kho_put_be64(out + 8, (uint64_t)number);
}

decimal_number decimal_get(const char *in)
{
    return (decimal_number)(((magnitude)kho_be64(in) << 64) | kho_be64(in + 8));
}
