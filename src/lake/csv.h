/*
 * Rows as CSV (RFC 4180, LF line ends) into a gzip file. NULL is an empty field, an empty text is
 * `""`; quotes stand only where a reader needs them: around `,` `"` CR LF, and spaces at an end.
 */
#ifndef LAKE_CSV_H
#define LAKE_CSV_H

#include <kho/record/batch.h>

#include "columns.h"
#include "gzip.h"

struct lake_csv;

/* `file` is its name in messages; the columns are kept by pointer. */
struct lake_csv *lake_csv_new(struct kho_arena *arena, const char *file,
                              struct lake_columns columns, struct lake_gzip *out);

KHO_MUST_USE bool lake_csv_header(struct lake_csv *csv, struct kho_err *err);

/* Writes a batch with exactly those columns. FAILED, with row and column, if a cell is none of its
 * wire type or a required one is NULL. */
KHO_MUST_USE bool lake_csv_batch(struct lake_csv *csv, const struct kho_batch *batch,
                                 struct kho_err *err);

/* Hands what is still held to the file and tells how many rows were written. */
KHO_MUST_USE bool lake_csv_end(struct lake_csv *csv, int64_t *rows, struct kho_err *err);

#endif
