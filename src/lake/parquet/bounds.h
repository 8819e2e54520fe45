/* The least and the greatest value of a page or a chunk, and how statistics tell them. */
#ifndef LAKE_PARQUET_BOUNDS_H
#define LAKE_PARQUET_BOUNDS_H

#include "column.h"

#define BOUND_MAX_BYTES 64

struct bound {
    struct kho_buf bytes; /* the value's */
    struct parquet_value value;
};

struct bounds {
    struct bound min;
    struct bound max;
    bool any; /* a value was added */
};

/* A bound as it stands in a file: of a long text only the beginning. */
struct told_bound {
    struct kho_text bytes;
    bool exact;
};

void bounds_init(struct bounds *bounds, struct kho_arena *arena);
void bounds_clear(struct bounds *bounds);

/* Widens them by a value. */
void bounds_add(struct bounds *bounds, const struct parquet_column *column,
                const struct parquet_value *value);
/* Widens them by others. */
void bounds_merge(struct bounds *bounds, const struct parquet_column *column,
                  const struct bounds *other);

/* The bounds as they are written, bytes in the arena; only if there are any. A text is cut to
 * BOUND_MAX_BYTES between characters, and the greatest one's last character made one greater, so
 * that no value is beyond it; where none can be, it stays whole. */
struct told_bound bounds_min(const struct bounds *bounds, const struct parquet_column *column,
                             struct kho_arena *arena);
struct told_bound bounds_max(const struct bounds *bounds, const struct parquet_column *column,
                             struct kho_arena *arena);

#endif
