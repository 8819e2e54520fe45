/* The bytes of one file: unpacked, without a byte order mark, UTF-16 turned into UTF-8. */
#ifndef KHO_SOURCE_CSV_STREAM_H
#define KHO_SOURCE_CSV_STREAM_H

#include "reader.h"

struct csv_stream;

/* Errors: see reader.h. Closed with csv_stream_close(). */
KHO_MUST_USE bool csv_stream_open(const char *path, enum csv_units units,
                                  struct csv_stream **stream, struct kho_err *err);
void csv_stream_close(struct csv_stream *stream); /* NULL is fine */

/* Fills up to `max` (at least 8) bytes; `*got` 0 = the file ends here. */
KHO_MUST_USE bool csv_stream_read(struct csv_stream *stream, char *out, size_t max, size_t *got,
                                  struct kho_err *err);
KHO_MUST_USE bool csv_stream_stamp(const struct csv_stream *stream, struct csv_stamp *stamp,
                                   struct kho_err *err);

#endif
