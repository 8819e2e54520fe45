/*
 * A gzip file (RFC 1952) being written: one member, no name, no time, so that the same content
 * gives the same bytes.
 */
#ifndef LAKE_GZIP_H
#define LAKE_GZIP_H

#include "out.h"

struct lake_gzip;

/* Creates the file, which must not exist; it is closed at the latest with the arena. Failures of
 * all three are FAILED with the path. */
KHO_MUST_USE bool lake_gzip_open(struct kho_arena *arena, const char *path, struct lake_gzip **gzip,
                                 struct kho_err *err);

/* Compresses up to 4 GB. */
KHO_MUST_USE bool lake_gzip_write(struct lake_gzip *gzip, struct kho_text bytes,
                                  struct kho_err *err);

/* Ends the stream, makes the file durable, reads it again and compares. */
KHO_MUST_USE bool lake_gzip_close(struct lake_gzip *gzip, struct lake_file_stats *stats,
                                  struct kho_err *err);

#endif
