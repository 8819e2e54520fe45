/* Formats of days as departments write them: YYYY YY MM M DD D and literal characters, or `dmy` and
 * `mdy` for any form in that order. */
#ifndef KHO_SRC_NORMALISE_DATE_H
#define KHO_SRC_NORMALISE_DATE_H

#include "any_date.h"
#include "parse.h"

#define DATE_FORMAT_PARTS 16

struct date_format {
    struct date_part {
        char kind; /* Y, y (two digits), M, m (one or two), D, d, or = for a literal */
        char literal;
    } parts[DATE_FORMAT_PARTS];
    size_t n_parts;
    bool has_long_year;
    bool any; /* `dmy`, `mdy`: in any form, by this order */
    enum date_order order;
};

/* Reads a format; NULL, or what is wrong with it. */
const char *date_format_read(struct kho_text format, struct date_format *out);

/* Reads a text by the first of the formats that fits; the answer is an ISO 8601 text. */
struct parsed date_by_formats(const struct parse *parse, const struct date_format *formats,
                              size_t count, struct kho_text input);

#endif
