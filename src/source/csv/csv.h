/* What the files of this connector share. */
#ifndef KHO_SOURCE_CSV_H
#define KHO_SOURCE_CSV_H

#include <kho/core/charset.h>

#include "../source.h"
#include "reader.h"

/* One file of the delivery, as it was when the source was opened. */
struct csv_file {
    const char *path;
    struct csv_stamp stamp;
    size_t n_fields; /* of its header */
    size_t *places;  /* one a column of the source: which field it is */
};

struct csv {
    const char *pattern;
    struct csv_file *files;
    size_t n_files;
    enum csv_units units;
    char separator;                    /* 0 = to be detected, file by file */
    const struct kho_charset *charset; /* of headers; NULL = UTF-8 */
    struct csv_reader *reader;
    struct kho_buf row;
    size_t next_file;            /* of the running pull */
    const struct csv_file *file; /* that is being read; NULL = none */
};

/* Finds the files that the pattern names, ordered by the bytes of their names. UNREACHABLE if there
 * is none. */
KHO_MUST_USE bool csv_find_files(struct kho_source *source, struct kho_err *err);

/* Reads the headers of all files: the first one's are the source's columns, the others must have
 * the same, in any order. CONFIG if they have not, or if a name stands twice. */
KHO_MUST_USE bool csv_read_headers(struct kho_source *source, struct kho_err *err);

/* Opens a file and passes its header, which is left in the reader's split. */
KHO_MUST_USE bool csv_open_file(struct csv *csv, const char *path, struct kho_err *err);

#endif
