/*
 * The hashes of the rows that the store holds for a feed, and which of them were met again: 16
 * bytes and a bit for each row, at most 8/10 full, so about 20 bytes a row.
 */
#ifndef KHO_STORE_HASH_SET_H
#define KHO_STORE_HASH_SET_H

#include <kho/core/hash.h>

struct kho_hash_set {
    struct kho_hash128 *slots; /* all-zero = free */
    uint64_t *seen;            /* a bit a slot */
    size_t capacity;
    size_t count;
    size_t n_seen;
};

/* Makes room for `expected` hashes; more still fit (the set grows). */
void kho_hash_set_init(struct kho_hash_set *set, size_t expected);
void kho_hash_set_release(struct kho_hash_set *set);

void kho_hash_set_add(struct kho_hash_set *set, struct kho_hash128 hash);

enum kho_hash_set_answer {
    KHO_HASH_NEW,   /* not in the set */
    KHO_HASH_KNOWN, /* in the set, met for the first time */
    KHO_HASH_AGAIN, /* in the set, met before */
};

/* Looks a hash up and marks it as seen. */
enum kho_hash_set_answer kho_hash_set_meet(struct kho_hash_set *set, struct kho_hash128 hash);

/* Calls `visit` for each hash that was not seen. Stops when it returns false and returns that. */
bool kho_hash_set_unseen(const struct kho_hash_set *set,
                         bool (*visit)(void *context, struct kho_hash128 hash), void *context);

#endif
