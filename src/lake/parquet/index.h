/*
 * The page index of a column chunk (parquet-format, PageIndex.md): where each page stands, and,
 * unless the column is personal, between which bounds its values lie. Gathered page by page,
 * written behind all row groups.
 */
#ifndef LAKE_PARQUET_INDEX_H
#define LAKE_PARQUET_INDEX_H

#include "bounds.h"

struct indexed_page {
    int64_t offset;     /* of its header in the chunk */
    int64_t size_bytes; /* with the header */
    int64_t first_row;  /* in the row group */
    int64_t nulls;
    bool bounded; /* false: all values are NULL, or none are told */
    struct kho_text min;
    struct kho_text max;
};

struct page_index {
    struct indexed_page *pages;
    size_t count;
    bool disordered[2]; /* some page's bounds are below those of one before it; ... above */
};

/* Appends the structs ColumnIndex and OffsetIndex, as the compact protocol has them. The chunk
 * stands in the file from `chunk_offset` on. */
void page_index_put_bounds(const struct page_index *index, struct kho_buf *out);
void page_index_put_offsets(const struct page_index *index, int64_t chunk_offset,
                            struct kho_buf *out);

#endif
