/*
 * Comparing all keys of a source with all keys of a feed without moving them: each side sums a hash
 * of every key, whatever their order. Both sides must write a key as the same text, and hash it by
 * the same function: hashtextextended, whose values PostgreSQL keeps from version to version, since
 * hash partitions rely on them. Equal counts and sums mean equal sets; unequal ones (also between
 * servers of other byte order or encoding) mean that the keys are to be compared one by one.
 */
#ifndef KHO_RECORD_KEYS_H
#define KHO_RECORD_KEYS_H

#include <kho/core/text.h>

/* SQL: the hash of a key, a text expression that is written in place of %s. */
#define KHO_KEY_HASH_SQL "pg_catalog.hashtextextended((%s) COLLATE \"C\", 0)"

/* A key is at most this long, in UTF-8. */
#define KHO_KEY_MAX_BYTES 1000

struct kho_key_sum {
    int64_t count;
    struct kho_text sum; /* a whole number of any size; NULL = zero */
};

static inline bool kho_key_sum_eq(const struct kho_key_sum *a, const struct kho_key_sum *b)
{
    return a->count == b->count && kho_text_eq(a->sum, b->sum);
}

#endif
