/*
 * A gzip file (RFC 1952) being written: one member, no name, no time, so that the same content
 * gives the same bytes. It is hashed on its way, and once more as it stands on the disk.
 */
#ifndef LAKE_GZIP_H
#define LAKE_GZIP_H

#include <kho/core/arena.h>
#include <kho/core/err.h>
#include <kho/core/hash.h>

struct lake_gzip;

struct lake_gzip_stats {
    int64_t size_bytes; /* of the file */
    char sha256[KHO_SHA256_HEX_SIZE];
};

/* Creates the file, which must not exist; it is closed at the latest with the arena. Failures of
 * all three are FAILED with the path. */
KHO_MUST_USE bool lake_gzip_open(struct kho_arena *arena, const char *path, struct lake_gzip **gzip,
                                 struct kho_err *err);

/* Compresses up to 4 GB. */
KHO_MUST_USE bool lake_gzip_write(struct lake_gzip *gzip, struct kho_text bytes,
                                  struct kho_err *err);

/* Ends the stream, makes the file durable, reads it again and compares. */
KHO_MUST_USE bool lake_gzip_close(struct lake_gzip *gzip, struct lake_gzip_stats *stats,
                                  struct kho_err *err);

#endif
