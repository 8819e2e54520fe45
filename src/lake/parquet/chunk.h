/*
 * A column chunk being filled: one column's values of one row group. Values gather in a page; a
 * full page is encoded and compressed at once, so that what is held is one page and the compressed
 * ones before it.
 *
 * Values go through a dictionary as long as that pays: it is given up, for the pages from then on,
 * when it is full, or when of the first PROBE_VALUES values more than three quarters were new.
 * Whether the chunk is compressed is decided by its first page: less than 2 % gained is not worth
 * reading, unless a large dictionary gains.
 */
#ifndef LAKE_PARQUET_CHUNK_H
#define LAKE_PARQUET_CHUNK_H

#include "dictionary.h"
#include "index.h"
#include "page.h"

#define PAGE_ROWS 20000
#define PAGE_BYTES ((size_t)1 << 20)
/* One value may be as large as this; a page holds one such at most. */
#define VALUE_MAX_BYTES ((size_t)64 << 20)

/* What the footer says of a finished chunk. */
struct chunk_facts {
    enum parquet_codec codec;
    int64_t n_values;
    int64_t nulls;
    int64_t raw_bytes;    /* headers included */
    int64_t stored_bytes; /* headers included */
    int64_t offset;       /* in the file */
    int64_t
        dictionary_bytes; /* of the dictionary page with its header, which stands first; 0 = none */
    int64_t dictionary_pages; /* data pages that use it */
    int64_t plain_pages;
    int64_t distinct; /* 0 = not known */
    bool bounded;
    struct told_bound min;
    struct told_bound max;
    struct page_index index;
};

struct chunk;

/* Makes a builder for a column, used for one row group after the other. */
struct chunk *chunk_new(struct kho_arena *arena, const struct parquet_column *column,
                        enum parquet_codec codec, struct codec *codecs);

/* Adds a value, or NULL. False if it is larger than VALUE_MAX_BYTES: nothing is added then. */
KHO_MUST_USE bool chunk_add(struct chunk *chunk, const struct parquet_value *value);

/* Ends the page if it is full: to be asked after each value. */
KHO_MUST_USE bool chunk_turn_page(struct chunk *chunk, struct kho_err *err);

/* The bytes that it holds, about. */
size_t chunk_held_bytes(const struct chunk *chunk);

/* Ends the chunk: `pages` get what to write, first the dictionary page (which may be empty), then
 * the data pages; valid until chunk_clear(). The facts (but for the offset) live in the arena. */
KHO_MUST_USE bool chunk_end(struct chunk *chunk, struct kho_arena *arena, struct kho_text pages[2],
                            struct chunk_facts *facts, struct kho_err *err);

/* Makes it ready for the next row group. */
void chunk_clear(struct chunk *chunk);

#endif
