/*
 * What the parts of verifying share: the manifest as it was read, and the checks of a file. Each
 * failure is VERIFY, `<file>: <what is wrong>`; values of records are not repeated.
 */
#ifndef LAKE_VERIFY_H
#define LAKE_VERIFY_H

#include <kho/core/arena.h>
#include <kho/core/err.h>

#include "manifest.h"
#include "verify_value.h"

struct lake_field {
    const char *name;
    enum lake_kind kind;
    bool required;
};

struct lake_listed {
    const char *name;
    const char *path; /* a plain file name */
    enum kho_format format;
    const char *sha256;
    int64_t size_bytes;
    int64_t rows;
    struct lake_field *fields;
    size_t n_fields;
};

struct lake_listing {
    const char *name;
    const char *created;
    struct lake_link previous;
    struct lake_listed *files;
    size_t n_files;
};

/* Reads and checks the manifest of the snapshot in `dir`. */
KHO_MUST_USE bool lake_listing_read(struct kho_arena *arena, const char *dir,
                                    struct lake_listing *listing, struct kho_err *err);

/* Opens nothing but a regular file that stands in the directory itself and has its size. */
KHO_MUST_USE bool lake_listed_open(int dir_fd, const struct lake_listed *file, int *fd,
                                   struct kho_err *err);

/* Checks one CSV.gz file of the open directory: bytes, sha256, the gzip stream, header, rows,
 * values. Reads it once, in constant memory. */
KHO_MUST_USE bool lake_file_verify(int dir_fd, const struct lake_listed *file, struct kho_err *err);

/* Checks one Parquet file of the open directory: bytes, sha256, footer, columns, each page and each
 * value, and that no value is beyond the bounds which the footer tells. Reads it twice, in memory
 * bounded by a page of its own. */
KHO_MUST_USE bool lake_parquet_verify(int dir_fd, const struct lake_listed *file,
                                      struct kho_err *err);

struct lake_csv_check;

/* Checks CSV text against its listing, piece by piece. */
struct lake_csv_check *lake_csv_check_new(struct kho_arena *arena, const struct lake_listed *file);
KHO_MUST_USE bool lake_csv_check_feed(struct lake_csv_check *check, struct kho_text piece,
                                      struct kho_err *err);
KHO_MUST_USE bool lake_csv_check_end(struct lake_csv_check *check, struct kho_err *err);

#endif
