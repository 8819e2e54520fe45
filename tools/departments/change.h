/* Rounds of changes to a loaded database. */
#ifndef DEPARTMENTS_CHANGE_H
#define DEPARTMENTS_CHANGE_H

#include "department.h"

#include <stdio.h>

/* A round of changes: how many rows of the first load, in 1000, are touched. */
struct change {
    unsigned round;
    unsigned update_permille;
    unsigned insert_permille;
    unsigned delete_permille;
};

struct change_counts {
    uint64_t updated;
    uint64_t inserted;
    uint64_t deleted;
};

/*
 * Counts what a round touches: at least one row of each kind. Returns false if the rounds up to
 * this one would need more clean rows than the first load has.
 */
bool change_count(const struct world *world, const struct department *department,
                  const struct change *change, struct change_counts *counts);

/* Writes the round as a psql script; returns false as change_count does, having written nothing. */
bool change_emit(const struct world *world, const struct department *department,
                 const struct change *change, FILE *out);

#endif
