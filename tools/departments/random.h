/* Repeatable random numbers, one stream a subject. */
#ifndef DEPARTMENTS_RANDOM_H
#define DEPARTMENTS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Follows splitmix64 (Steele, Lea, Flood 2014): one 64-bit word of state. */
struct random {
    uint64_t state;
};

/* Starts the stream of one subject: the same seed, stream and id give the same draws. */
void random_init(struct random *random, uint64_t seed, uint64_t stream, uint64_t id);

uint64_t random_next(struct random *random);

/* Draws from 0 to limit - 1; limit must not be 0. */
uint64_t random_below(struct random *random, uint64_t limit);

/* Tells whether an event of the given chance in 1000 happens. */
int random_permille(struct random *random, unsigned chance);

/* Draws an index into weights, each as likely as its share of the sum. */
size_t random_weighted(struct random *random, const unsigned short *weights, size_t count);

/* Mixes two words into one that looks unrelated to both. */
uint64_t random_mix(uint64_t left, uint64_t right);

#endif
