/*
 * A Parquet file being read: what its footer says, and its pages, one at a time, as values. It
 * reads what writer.h writes, and what others write within the same bounds: flat columns of the
 * types in column.h, data pages v1, PLAIN and dictionary encoding, codecs of codec.h. All that is
 * wrong is VERIFY, `<file>: <what>`, with the place.
 */
#ifndef LAKE_PARQUET_FILE_IN_H
#define LAKE_PARQUET_FILE_IN_H

#include "column.h"
#include "page.h"

struct chunk_in {
    enum parquet_codec codec;
    int64_t n_values;
    int64_t offset; /* of its first page */
    int64_t stored_bytes;
    int64_t nulls;       /* -1 = not told */
    struct kho_text min; /* as statistics tell it; NULL = not told */
    struct kho_text max;
};

struct group_in {
    int64_t rows;
    struct chunk_in *chunks; /* one a column */
};

struct file_in {
    int fd;
    const char *name; /* in messages */
    int64_t size_bytes;
    struct parquet_column *columns;
    size_t n_columns;
    int64_t rows;
    struct group_in *groups;
    size_t n_groups;
};

/* Reads and checks the footer. The descriptor stays the caller's and must stay open. */
KHO_MUST_USE bool file_in_open(struct kho_arena *arena, int fd, const char *name,
                               struct file_in *file, struct kho_err *err);

struct page_in {
    size_t n_rows;
    size_t n_values;         /* that are not NULL */
    uint32_t *present;       /* one a row */
    struct kho_text *values; /* those that are not NULL: PLAIN, without a text's length */
};

struct cursor_in;

/* Begins to read a column of a row group. */
struct cursor_in *cursor_in_new(struct kho_arena *arena, const struct file_in *file, size_t group,
                                size_t column);

/* Reads the next data page, valid until the next call; sets `*eof` behind the last one. */
KHO_MUST_USE bool cursor_in_next(struct cursor_in *cursor, struct page_in *page, bool *eof,
                                 struct kho_err *err);

/* Fails at the place where the cursor stands. */
bool cursor_in_wrong(const struct cursor_in *cursor, const char *what, struct kho_err *err);

#endif
