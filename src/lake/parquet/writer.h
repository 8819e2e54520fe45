/*
 * A dataset as a Parquet file, for the widest choice of readers: format version 1, data pages v1,
 * PLAIN and dictionary encoding, row groups of 131,072 rows or GROUP_BYTES, pages of 20,000 rows or
 * 1 MB, page index, CRCs, column orders, statistics (of personal columns only how many are NULL).
 * The same rows give the same bytes. Memory is bounded whatever the rows hold.
 */
#ifndef LAKE_PARQUET_WRITER_H
#define LAKE_PARQUET_WRITER_H

#include <kho/record/batch.h>

#include "../out.h"
#include "footer.h"

#define GROUP_ROWS 131072
#define GROUP_BYTES                                                               \
    ((size_t)64 << 20) /* as it is held: compressed pages, and those being filled \
                        */

struct parquet_writer;

struct parquet_options {
    const char *file; /* its name in messages */
    struct lake_columns columns;
    const size_t *sorted; /* rows come in ascending order (by bytes) of these; kept by pointer */
    size_t n_sorted;
    enum parquet_codec codec;
    const struct footer_note *notes; /* kept by pointer */
    size_t n_notes;
};

/* Begins the file. */
KHO_MUST_USE bool parquet_writer_new(struct kho_arena *arena, const struct parquet_options *options,
                                     struct lake_out *out, struct parquet_writer **writer,
                                     struct kho_err *err);

/* Writes a batch with exactly those columns. FAILED, with row and column, if a cell has no place in
 * its column (see column.h) or is larger than 64 MB, or a required one is NULL. */
KHO_MUST_USE bool parquet_writer_batch(struct parquet_writer *writer, const struct kho_batch *batch,
                                       struct kho_err *err);

/* Writes what is still held, the page index and the footer. */
KHO_MUST_USE bool parquet_writer_end(struct parquet_writer *writer, int64_t *rows,
                                     struct kho_err *err);

#endif
