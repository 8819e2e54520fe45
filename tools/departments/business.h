/* The business register. */
#ifndef DEPARTMENTS_BUSINESS_H
#define DEPARTMENTS_BUSINESS_H

#include "department.h"

enum business_column {
    BUSINESS_LICENCE,
    BUSINESS_TAX_CODE,
    BUSINESS_NAME,
    BUSINESS_FORM,
    BUSINESS_SECTOR,
    BUSINESS_CAPITAL,
    BUSINESS_CAPITAL_TEXT,
    BUSINESS_ISSUED,
    BUSINESS_STATUS,
    BUSINESS_OWNER,
    BUSINESS_OWNER_ID,
    BUSINESS_PHONE,
    BUSINESS_ADDRESS,
    BUSINESS_COMMUNE,
    BUSINESS_LINKS,
    BUSINESS_SAVED,
    BUSINESS_COLUMNS,
};

/* Appends the ten-digit tax code of business number `id`, check digit included. */
void business_put_tax_code(struct cell *cell, uint64_t id);

/* Appends a firm's invented name without its legal form. */
void business_put_firm(struct cell *cell, uint64_t id);

/* A sector of VSIC 2018 at level 4 and its name, in turn. */
const char *business_sector_code(uint64_t turn);
const char *business_sector_name(uint64_t turn);

#endif
