/* What the files of this connector share. */
#ifndef KHO_SOURCE_POSTGRES_H
#define KHO_SOURCE_POSTGRES_H

#include <kho/pg/pg.h>

#include "../source.h"

/* Fills columns, names and expected_rows. */
KHO_MUST_USE bool kho_postgres_describe(struct kho_source *source, struct kho_err *err);

/* The two kinds of windows; see kho_source_window(). */
KHO_MUST_USE bool kho_postgres_changes(struct kho_source *source, const char *position,
                                       const char *all_because, struct kho_window *window,
                                       struct kho_err *err);
KHO_MUST_USE bool kho_postgres_cursor(struct kho_source *source, const char *position,
                                      const char *all_because, struct kho_window *window,
                                      struct kho_err *err);

/* The rest of the connector: see struct kho_connector. */
KHO_MUST_USE bool kho_postgres_fill(struct kho_source *source, struct kho_batch *batch,
                                    struct kho_err *err);
KHO_MUST_USE bool kho_postgres_range(struct kho_source *source, const struct kho_range *range,
                                     const char *from, struct kho_window *window, const char **next,
                                     struct kho_err *err);
KHO_MUST_USE bool kho_postgres_key_sum(struct kho_source *source, bool *comparable,
                                       struct kho_key_sum *sum, struct kho_err *err);

#endif
