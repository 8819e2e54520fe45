/*
 * Repeatable random numbers. A stream belongs to one subject (a person, a parcel), so that any
 * row can be made again alone, in any order.
 */
#include "random.h"

#define GOLDEN UINT64_C(0x9E3779B97F4A7C15)

static uint64_t finish(uint64_t word)
{
    word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
    return word ^ (word >> 31);
}

uint64_t random_mix(uint64_t left, uint64_t right)
{
    return finish(finish(left + GOLDEN) ^ (right * GOLDEN + GOLDEN));
}

void random_init(struct random *random, uint64_t seed, uint64_t stream, uint64_t id)
{
    random->state = random_mix(random_mix(seed, stream), id);
}

uint64_t random_next(struct random *random)
{
    random->state += GOLDEN;
    return finish(random->state);
}

uint64_t random_below(struct random *random, uint64_t limit)
{
    return limit == 0 ? 0 : random_next(random) % limit;
}

int random_permille(struct random *random, unsigned chance)
{
    return random_below(random, 1000) < chance;
}

size_t random_weighted(struct random *random, const unsigned short *weights, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    uint64_t at = random_below(random, sum);
    for (size_t i = 0; i < count; i++) {
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return count - 1;
}
