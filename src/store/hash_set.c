/* Open addressing with linear probing; the hashes are random already, so their high half chooses
 * the slot. */
#include "hash_set.h"

#include <sys/mman.h>

#define HUGE_PAGE_BYTES ((size_t)2 << 20)

static size_t slot_of(const struct kho_hash_set *set, struct kho_hash128 hash)
{
    /* Maps 64 random bits onto 0..capacity-1 without a division (Lemire 2016). */
    return (size_t)(((unsigned __int128)hash.high * set->capacity) >> 64);
}

/* The all-zero hash marks free slots; a real one of that value becomes its neighbour. */
static struct kho_hash128 storable(struct kho_hash128 hash)
{
    if (hash.high == 0 && hash.low == 0)
        hash.low = 1;
    return hash;
}

/* Every look-up goes to a random place, so large sets ask for huge pages: fewer misses of the
 * translation cache, fewer faults at the first touch. */
static void *zeroed(size_t bytes)
{
    bool large = bytes >= 2 * HUGE_PAGE_BYTES;
    size_t rounded = (bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    void *memory = large ? aligned_alloc(HUGE_PAGE_BYTES, rounded) : calloc(1, bytes);
    if (memory == NULL)
        kho_out_of_memory(bytes);
    if (!large)
        return memory;
    (void)madvise(memory, rounded, MADV_HUGEPAGE);
    return memset(memory, 0, bytes);
}

void kho_hash_set_init(struct kho_hash_set *set, size_t expected)
{
    size_t capacity = KHO_MAX(expected + expected / 4 + 1, 64);
    *set = (struct kho_hash_set){.capacity = capacity};
    set->slots = zeroed(capacity * sizeof(*set->slots));
    set->seen = zeroed((capacity + 63) / 64 * sizeof(*set->seen));
}

void kho_hash_set_release(struct kho_hash_set *set)
{
    free(set->slots);
    free(set->seen);
    *set = (struct kho_hash_set){0};
}

/* Returns the slot where the hash stands, or the free one where it would. */
static size_t find(const struct kho_hash_set *set, struct kho_hash128 hash)
{
    size_t at = slot_of(set, hash);
    while (set->slots[at].high != 0 || set->slots[at].low != 0) {
        if (kho_hash_eq(set->slots[at], hash))
            break;
        at = at + 1 == set->capacity ? 0 : at + 1;
    }
    return at;
}

static void grow(struct kho_hash_set *set)
{
    struct kho_hash_set larger;
    kho_hash_set_init(&larger, set->capacity * 2);
    for (size_t i = 0; i < set->capacity; i++) {
        struct kho_hash128 hash = set->slots[i];
        if (hash.high == 0 && hash.low == 0)
            continue;
        size_t at = find(&larger, hash);
        larger.slots[at] = hash;
        larger.seen[at / 64] |= (set->seen[i / 64] >> (i % 64) & 1) << (at % 64);
    }
    larger.count = set->count;
    larger.n_seen = set->n_seen;
    kho_hash_set_release(set);
    *set = larger;
}

void kho_hash_set_add(struct kho_hash_set *set, struct kho_hash128 hash)
{
    hash = storable(hash);
    if (set->count + 1 > set->capacity - set->capacity / 10)
        grow(set);
    size_t at = find(set, hash);
    if (!kho_hash_eq(set->slots[at], hash)) {
        set->slots[at] = hash;
        set->count++;
    }
}

enum kho_hash_set_answer kho_hash_set_meet(struct kho_hash_set *set, struct kho_hash128 hash)
{
    if (set->count == 0)
        return KHO_HASH_NEW;
    hash = storable(hash);
    size_t at = find(set, hash);
    if (!kho_hash_eq(set->slots[at], hash))
        return KHO_HASH_NEW;
    uint64_t bit = UINT64_C(1) << (at % 64);
    if ((set->seen[at / 64] & bit) != 0)
        return KHO_HASH_AGAIN;
    set->seen[at / 64] |= bit;
    set->n_seen++;
    return KHO_HASH_KNOWN;
}

bool kho_hash_set_unseen(const struct kho_hash_set *set,
                         bool (*visit)(void *context, struct kho_hash128 hash), void *context)
{
    if (set->n_seen == set->count)
        return true;
    for (size_t i = 0; i < set->capacity; i++) {
        struct kho_hash128 hash = set->slots[i];
        bool is_free = hash.high == 0 && hash.low == 0;
        if (is_free || (set->seen[i / 64] >> (i % 64) & 1) != 0)
            continue;
        KHO_TRY(visit(context, hash));
    }
    return true;
}
