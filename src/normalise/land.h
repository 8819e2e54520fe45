/* What the parsers of land records share. */
#ifndef KHO_SRC_NORMALISE_LAND_H
#define KHO_SRC_NORMALISE_LAND_H

#include "parse.h"

#define PARCEL_ID_LEN 12

/* Sums the areas of canonical uses (`ODT: 80; CLN: 120.5`) in DECIMAL_UNITS; false if a use has
 * none, or the sum is too large. */
bool land_uses_sum(struct kho_text uses, int64_t *units);

#endif
