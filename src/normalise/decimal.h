/* Exact decimals taken apart, for the parsers of amounts that people write. */
#ifndef KHO_SRC_NORMALISE_DECIMAL_H
#define KHO_SRC_NORMALISE_DECIMAL_H

#include "parse.h"

/* Sign, whole digits, fraction digits; separators of thousands are gone. */
struct decimal {
    bool negative;
    struct kho_text whole;
    struct kho_text fraction;
};

/* Writes the decimal in its one form: no leading zeros, the column's scale or no trailing zeros. */
struct parsed canonical_decimal(const struct parse *parse, struct decimal d);

/* Reads an amount as people write it, without a sign: `1234`, `1.234,5`, `1,234.5`, `1.234.567`.
 * `three_part` says that one separator with three digits behind it parts thousands; else that is
 * refused as ambiguous. Returns NULL, or what is wrong. */
const char *read_amount(struct kho_arena *arena, struct kho_text text, bool three_part,
                        struct decimal *d);

#define AMOUNT_AMBIGUOUS "ambiguous: a separator of thousands or a decimal point"
#define AMOUNT_NONE "not a number"
#define AMOUNT_SCIENTIFIC "scientific notation: digits are lost"

bool is_scientific(struct kho_text text);

/* Multiplies by 10^power: digits move, nothing is rounded. */
struct decimal shift_decimal(struct kho_arena *arena, struct decimal d, size_t power);

/* The value in ten-thousandths; false if it does not fit or has more digits behind the point. */
bool decimal_units(struct decimal d, int64_t *units);
#define DECIMAL_UNITS 10000

/* Takes a number apart that is written as `-?digits[.digits]`. */
bool split_decimal(struct kho_text text, struct decimal *d);

#endif
