/*
 * One file as a stream of records, in constant memory: plain or gzip, UTF-8 (with or without a byte
 * order mark), an 8-bit encoding whose bytes are left as they are, or UTF-16 (by its mark, or as
 * said), which becomes UTF-8.
 *
 * Errors: UNREACHABLE (no such file, may not be read, gzip data end too soon, changed meanwhile),
 * FAILED (damaged gzip data, half a UTF-16 character).
 */
#ifndef KHO_SOURCE_CSV_READER_H
#define KHO_SOURCE_CSV_READER_H

#include <kho/core/arena.h>
#include <kho/core/err.h>

#include "split.h"

#define CSV_FIELDS_MAX 1600

enum csv_units { CSV_BYTES, CSV_UTF16_LE, CSV_UTF16_BE };

struct csv_reader {
    struct csv_split split;
    const char *path;
    int64_t line;           /* of the last record's beginning */
    struct kho_text record; /* its bytes, undoubled in places */
    /* Its own: */
    struct csv_stream *stream;
    char *bytes;
    size_t start;
    size_t end;
    int64_t next_line;
    bool skip_line; /* the rest of a line that was too long */
};

/* What tells whether a file is the one that it was. */
struct csv_stamp {
    int64_t size_bytes;
    int64_t changed_ns;
};

/* Makes a reader, with its room; opens no file. Closed with the arena. */
struct csv_reader *csv_reader_new(struct kho_arena *arena);

/* Opens a file (which must outlive the reader by its name) and closes the one before. `units` are
 * those of a file without a mark. `separator` 0 = `.tsv` and `.tsv.gz` have tabs, others are
 * detected. */
KHO_MUST_USE bool csv_reader_open(struct csv_reader *reader, const char *path, enum csv_units units,
                                  char separator, struct kho_err *err);

/* The file as it is now. */
KHO_MUST_USE bool csv_reader_stamp(const struct csv_reader *reader, struct csv_stamp *stamp,
                                   struct kho_err *err);

/* Reads the next record that is not blank into reader->split. `*eof` = there was none. */
KHO_MUST_USE bool csv_reader_next(struct csv_reader *reader, bool *eof, struct kho_err *err);

#endif
