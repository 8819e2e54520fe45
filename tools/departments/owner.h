/* Who holds a parcel or runs a business. */
#ifndef DEPARTMENTS_OWNER_H
#define DEPARTMENTS_OWNER_H

#include "civil.h"
#include "dirt.h"

/*
 * Finds the person of the civil registry who holds item `id` of another office. `stream` tells
 * the offices apart, `turn` one holder from the next. If the item's dirt needs a certain kind of
 * name, only people with such a name qualify.
 */
void owner_find(const struct world *world, enum department_id department, uint64_t id,
                uint64_t turn, struct person *person);

#endif
