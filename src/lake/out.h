/* A file being written from its first byte to its last: hashed on its way, made durable, and read
 * once more as it stands on the disk. */
#ifndef LAKE_OUT_H
#define LAKE_OUT_H

#include <kho/core/arena.h>
#include <kho/core/err.h>
#include <kho/core/hash.h>

struct lake_out;

struct lake_file_stats {
    int64_t size_bytes;
    char sha256[KHO_SHA256_HEX_SIZE];
};

/* Creates the file, which must not exist; it is closed at the latest with the arena. Failures of
 * all three are FAILED with the path. */
KHO_MUST_USE bool lake_out_open(struct kho_arena *arena, const char *path, struct lake_out **out,
                                struct kho_err *err);
KHO_MUST_USE bool lake_out_write(struct lake_out *out, struct kho_text bytes, struct kho_err *err);

/* The bytes written so far: where the next one goes. */
int64_t lake_out_position(const struct lake_out *out);

/* Makes the file durable, reads it again and compares. */
KHO_MUST_USE bool lake_out_close(struct lake_out *out, struct lake_file_stats *stats,
                                 struct kho_err *err);

#endif
