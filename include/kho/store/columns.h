/* The columns that a feed's source had when its last run was published (kho.source_column). */
#ifndef KHO_STORE_COLUMNS_H
#define KHO_STORE_COLUMNS_H

#include <kho/store/load.h>

struct kho_source_column {
    const char *name;
    const char *type; /* as the source's server names it */
    bool is_read;     /* by the mapping or as part of the key */
};

/* The columns as of the last published run, in the load's arena; none before the first. */
KHO_MUST_USE bool kho_load_columns_before(struct kho_load *load,
                                          const struct kho_source_column **columns, size_t *count,
                                          struct kho_err *err);

/* What this run found: kept by pointer, and written when it is published. */
void kho_load_set_columns(struct kho_load *load, const struct kho_source_column *columns,
                          size_t count);

#endif
