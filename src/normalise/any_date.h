/* Days in any form, by the order in which a column has day and month. */
#ifndef KHO_SRC_NORMALISE_ANY_DATE_H
#define KHO_SRC_NORMALISE_ANY_DATE_H

#include "parse.h"

enum date_order { DATE_DMY, DATE_MDY };

/* Years of two digits below this are of this century. */
#define ANY_DATE_PIVOT 30

/* Reads a day, or as much as is known of it; the answer is an ISO 8601 text. */
struct parsed any_date(const struct parse *parse, enum date_order order, struct kho_text input);

#endif
