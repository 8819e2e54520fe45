/* The administrative units of Hải Phòng. */
#ifndef DEPARTMENTS_COMMUNES_H
#define DEPARTMENTS_COMMUNES_H

#include "cell.h"

#include <stddef.h>

#define COMMUNE_COUNT 114

enum commune_type { COMMUNE_PHUONG, COMMUNE_XA, COMMUNE_DAC_KHU };

struct commune {
    const char *code;
    const char *name;
    enum commune_type type;
};

/* A unit that ended on 2025-07-01 and a unit of today that took it over, whole or in part. */
struct old_unit {
    const char *name;
    const char *parent;
    const char *new_code;
    bool partial;
};

/* The communes of Hải Phòng since 2025-07-01, by code. */
const struct commune *commune_at(size_t index);

/* A former ward or commune with the former parent's name; index is taken modulo the count. */
const struct old_unit *old_unit_at(size_t index);

/* A former commune name that at least two former districts of today's city had. */
const char *homonym_at(size_t index);

/* Appends "phường Gia Viên" and the like. */
void commune_put(struct cell *cell, const struct commune *commune);

#endif
