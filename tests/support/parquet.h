/*
 * Parquet files for tests: rows are added cell by cell as canonical text, and what a reader must
 * find is noted beside the file, in `<file>.expected`: a line `rows N`, then for each column `name
 * nulls sha256`, tabs between, where the hash is that of all values as text, NULL as `\N`, a
 * newline behind each.
 */
#ifndef KHO_TESTS_SUPPORT_PARQUET_H
#define KHO_TESTS_SUPPORT_PARQUET_H

#include "lake/parquet/writer.h"

#include "unit.h"

struct parquet_making;

/* Begins `<the directory for files that stay>/<name>.parquet`. That directory is that of the test,
 * or $KHO_PARQUET_DIR. */
struct parquet_making *parquet_make(const char *name, const struct lake_column *columns,
                                    size_t n_columns, enum parquet_codec codec);

/* Adds a cell to the row being filled, column by column; NULL text = NULL. */
void parquet_cell(struct parquet_making *making, struct kho_text text);
void parquet_null(struct parquet_making *making);
void parquet_int(struct parquet_making *making, int64_t value);

/* Ends the file and returns its path. */
const char *parquet_made(struct parquet_making *making);

/* Whether `kho verify` accepts these bytes as a file of those columns, by a listing that fits: so
 * that the hash is right, and the content alone is judged. */
bool lake_parquet_accepts(struct kho_text bytes, const struct lake_column *columns,
                          size_t n_columns);

#endif
