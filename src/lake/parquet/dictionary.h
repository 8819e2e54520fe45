/*
 * The distinct values of a column chunk, numbered in the order in which they come. Full at a fixed
 * size, so that its memory is bounded and what it saves is worth its page.
 */
#ifndef LAKE_PARQUET_DICTIONARY_H
#define LAKE_PARQUET_DICTIONARY_H

#include "column.h"

#define DICTIONARY_MAX_BYTES ((size_t)1 << 20)
#define DICTIONARY_MAX_ENTRIES 65536

struct dictionary {
    const struct parquet_column *column;
    struct kho_buf values; /* as the dictionary page has them: PLAIN */
    uint32_t *starts;      /* of each entry in `values`; one more for the end */
    uint32_t count;
    uint32_t *hashes; /* of each entry */
    uint32_t room;    /* for so many entries */
    uint32_t *slots;  /* of the hash table, twice as many: entry + 1; 0 = free */
};

/* Makes an empty one; its memory is released with the arena. */
void dictionary_init(struct dictionary *dictionary, const struct parquet_column *column,
                     struct kho_arena *arena);
/* Forgets all entries. */
void dictionary_clear(struct dictionary *dictionary);

/* Finds or adds a value. False if it is new and there is no room for it. */
KHO_MUST_USE bool dictionary_number(struct dictionary *dictionary,
                                    const struct parquet_value *value, uint32_t *number);

/* The bytes of an entry as PLAIN has them, a text's length included. */
struct kho_text dictionary_entry(const struct dictionary *dictionary, uint32_t number);

/* Appends a value as PLAIN encoding writes it. */
void parquet_put_plain(struct kho_buf *out, const struct parquet_column *column,
                       const struct parquet_value *value);

#endif
