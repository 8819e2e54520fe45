/*
 * The one world behind the three databases: sizes, seed, which rows are dirty, and the fixed
 * reference dates. No clock is read.
 */
#include "world.h"

#include "calendar.h"
#include "random.h"

#define SECONDS_A_DAY 86400

static uint64_t common_divisor(uint64_t left, uint64_t right)
{
    while (right != 0) {
        uint64_t rest = left % right;
        left = right;
        right = rest;
    }
    return left;
}

/* Extended Euclid: the factor's inverse modulo count. */
static uint64_t inverse_of(uint64_t factor, uint64_t count)
{
    int64_t old_rest = (int64_t)factor;
    int64_t rest = (int64_t)count;
    int64_t old_part = 1;
    int64_t part = 0;
    while (rest != 0) {
        int64_t times = old_rest / rest;
        int64_t next_rest = old_rest - times * rest;
        int64_t next_part = old_part - times * part;
        old_rest = rest;
        rest = next_rest;
        old_part = part;
        part = next_part;
    }
    int64_t modulus = (int64_t)count;
    return (uint64_t)((old_part % modulus + modulus) % modulus);
}

void plan_init(struct plan *plan, uint64_t count, unsigned dirt_permille, uint64_t salt)
{
    uint64_t factor = count * 618 / 1000 + random_mix(salt, count) % (count / 10 + 1) + 1;
    while (common_divisor(factor, count) != 1)
        factor++;
    plan->count = count;
    plan->dirty = count * dirt_permille / 1000;
    plan->factor = factor % count;
    plan->inverse = inverse_of(plan->factor, count);
    plan->shift = random_mix(count, salt) % count;
}

uint64_t plan_rank(const struct plan *plan, uint64_t id)
{
    return ((id - 1) * plan->factor + plan->shift) % plan->count;
}

uint64_t plan_id(const struct plan *plan, uint64_t rank)
{
    return (rank + plan->count - plan->shift) % plan->count * plan->inverse % plan->count + 1;
}

bool plan_is_dirty(const struct plan *plan, uint64_t id)
{
    return id <= plan->count && plan_rank(plan, id) < plan->dirty;
}

int64_t world_moment(const struct world *world, uint64_t id, unsigned round)
{
    struct random random;
    random_init(&random, world->seed + round, STREAM_MOMENTS, id);
    int64_t first = calendar_days((struct date){2020, 1, 2});
    int64_t rounds = calendar_days((struct date){2026, 10, 1});
    if (round > 0)
        return (rounds + round - 1) * SECONDS_A_DAY + 8 * 3600 +
               (int64_t)random_below(&random, 1800);
    int64_t day = first + (int64_t)random_below(&random, (uint64_t)(rounds - first - 1));
    return day * SECONDS_A_DAY + 7 * 3600 + (int64_t)random_below(&random, 600) * 60;
}
