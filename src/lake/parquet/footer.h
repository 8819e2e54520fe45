/* The footer of a Parquet file (FileMetaData, parquet.thrift), written. */
#ifndef LAKE_PARQUET_FOOTER_H
#define LAKE_PARQUET_FOOTER_H

#include "chunk.h"

#define PARQUET_MAGIC "PAR1"

struct group_facts {
    int64_t rows;
    struct chunk_facts *chunks; /* one a column */
    int64_t *bounds_offset;     /* of each ColumnIndex in the file; 0 = none */
    int64_t *bounds_bytes;
    int64_t *offsets_offset; /* of each OffsetIndex */
    int64_t *offsets_bytes;
};

struct footer_note {
    const char *key;
    struct kho_text value;
};

struct footer {
    const struct parquet_column *columns;
    size_t n_columns;
    const size_t *sorted; /* rows are in ascending order of these columns */
    size_t n_sorted;
    struct group_facts *groups;
    size_t n_groups;
    const struct footer_note *notes;
    size_t n_notes;
};

/* Appends the footer, its length and the closing magic. */
void footer_put(const struct footer *footer, struct kho_buf *out);

#endif
