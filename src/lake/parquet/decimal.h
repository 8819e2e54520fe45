/* Decimals of up to 38 digits as whole numbers of their last digit's unit. */
#ifndef LAKE_PARQUET_DECIMAL_H
#define LAKE_PARQUET_DECIMAL_H

#include <kho/core/text.h>

__extension__ typedef __int128 decimal_number;

/* Reads a numeric in wire form as `scale` digits behind the point. False if it is malformed, no
 * finite number, has more than `precision` digits, or digits behind the last one that count. */
KHO_MUST_USE bool decimal_of_wire(struct kho_text cell, int precision, int scale,
                                  decimal_number *number);

bool decimal_has_digits(decimal_number number, int precision);

/* Sixteen bytes, big-endian two's complement, and back. */
void decimal_put(decimal_number number, char *out);
decimal_number decimal_get(const char *in);

#endif
