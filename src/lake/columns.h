/* The columns of a dataset's file: the engine's `_source` and `_key`, then the schema's. */
#ifndef LAKE_COLUMNS_H
#define LAKE_COLUMNS_H

#include <kho/lake/snapshot.h>

struct lake_column {
    struct kho_text name;
    enum kho_type type;
    int precision; /* of a decimal; 0 = any */
    int scale;
    bool required;
    enum kho_pii pii;
    struct kho_text title; /* NULL = none */
    enum kho_hide hide;    /* `type` is that of the hidden value */
    enum kho_type was;     /* what it hides */
};

struct lake_columns {
    struct lake_column *items;
    size_t count;
};

/* Lists them in the arena; the texts stay the schema's. */
struct lake_columns lake_columns_of(struct kho_arena *arena,
                                    const struct kho_snapshot_dataset *dataset);

#endif
