/* The one world behind the three databases. */
#ifndef DEPARTMENTS_WORLD_H
#define DEPARTMENTS_WORLD_H

#include <stdbool.h>
#include <stdint.h>

/*
 * An order of the rows 1..count that looks random, and how many rows at its head are dirty.
 * Ranks run from 0; factor and count have no common divisor, so that rank and id are one to one.
 */
struct plan {
    uint64_t count;
    uint64_t dirty;
    uint64_t factor;
    uint64_t inverse;
    uint64_t shift;
};

enum stream {
    STREAM_PEOPLE = 1,
    STREAM_HOUSEHOLDS,
    STREAM_PARCELS,
    STREAM_LICENCES,
    STREAM_OWNERS,
    STREAM_ADDRESSES,
    STREAM_PHONES,
    STREAM_STATUSES,
    STREAM_CONTACTS,
    STREAM_DIRT,
    STREAM_MOMENTS,
};

/* All that the three departments share: whoever owns a parcel is a person of the registry. */
struct world {
    uint64_t seed;
    struct plan people;
    struct plan parcels;
    struct plan licences;
};

void plan_init(struct plan *plan, uint64_t count, unsigned dirt_permille, uint64_t salt);

uint64_t plan_rank(const struct plan *plan, uint64_t id);
uint64_t plan_id(const struct plan *plan, uint64_t rank);

/* Tells whether the row was loaded dirty; rows added later are always clean. */
bool plan_is_dirty(const struct plan *plan, uint64_t id);

/* The civil second at which a row was last saved: before the first round, or within round R. */
int64_t world_moment(const struct world *world, uint64_t id, unsigned round);

#endif
