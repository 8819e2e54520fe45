/* The land office. */
#ifndef DEPARTMENTS_LAND_H
#define DEPARTMENTS_LAND_H

#include "department.h"

enum land_column {
    LAND_ID,
    LAND_COMMUNE,
    LAND_SHEET,
    LAND_PARCEL,
    LAND_AREA,
    LAND_USE,
    LAND_ADDRESS,
    LAND_OWNER,
    LAND_OWNER_ID,
    LAND_SERIAL,
    LAND_ISSUED,
    LAND_ORIGIN,
    LAND_SAVED,
    LAND_COLUMNS,
};

/* Appends tenths of a square metre as 1.234,5. */
void land_put_area(struct cell *cell, uint64_t tenths);

/* The commune of a parcel, as an index into the table of communes. */
size_t land_commune(uint64_t id);

#endif
