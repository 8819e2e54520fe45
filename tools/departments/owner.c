/*
 * Who holds a parcel or runs a business: heads of households of the civil registry.
 */
#include "owner.h"

#include "random.h"

#define TRIES 300

static bool name_fits(const struct dirt *dirt, const struct person *person)
{
    struct cell name;
    cell_clear(&name);
    names_put(&name, &person->name);
    return dirt->hit->fits(&name);
}

void owner_find(const struct world *world, enum department_id department, uint64_t id,
                uint64_t turn, struct person *person)
{
    uint64_t homes = civil_household_count(world);
    uint64_t start = random_mix(world->seed + (uint64_t)department, STREAM_OWNERS) % homes;
    uint64_t home = (start + id + turn * 37) % homes;
    civil_person(world, civil_head(home), person);
    struct dirt dirt;
    if (!dirt_find(world, department, id, &dirt) || dirt.hit->fits == NULL)
        return;
    for (unsigned tries = 0; tries < TRIES && !name_fits(&dirt, person); tries++) {
        home = (home + 1) % homes;
        civil_person(world, civil_head(home), person);
    }
    if (!name_fits(&dirt, person)) {
        struct random random;
        random_init(&random, world->seed, STREAM_OWNERS, id);
        names_draw_marked(&random, person->female, &person->name);
    }
}
