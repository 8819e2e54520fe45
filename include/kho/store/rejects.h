/*
 * What people do with rejects: waive them, take that back, and hand the rows to the department that
 * has to mend them.
 */
#ifndef KHO_STORE_REJECTS_H
#define KHO_STORE_REJECTS_H

#include <kho/pg/pg.h>
#include <kho/store/store.h>

/* Which reasons are meant: of a job, by rule, and of one row if `key` is not NULL. */
struct kho_rejects_which {
    const char *job;
    const char *rule;
    const char *key;
};

/* Marks open reasons as waived, with the store's session user and the time. They stay so while the
 * same is said of the row, and are closed by a good version of it. USAGE if there are none, with
 * the nearest rule as hint. */
KHO_MUST_USE bool kho_rejects_waive(struct kho_store *store, const struct kho_rejects_which *which,
                                    const char *reason, int64_t *count, struct kho_err *err);

/* Opens waived reasons again. USAGE if there are none. */
KHO_MUST_USE bool kho_rejects_unwaive(struct kho_store *store,
                                      const struct kho_rejects_which *which, int64_t *count,
                                      struct kho_err *err);

/* Where the rows of a job come from, for the export. */
struct kho_rejects_origin {
    struct kho_text job;
    struct kho_text table;
};

struct kho_rejects_export {
    const char *job; /* NULL = all */
    const struct kho_rejects_origin *origins;
    size_t n_origins;
    /* Takes a piece of the export; false with `err` set if it cannot. */
    bool (*sink)(void *context, struct kho_text bytes, struct kho_err *err);
    void *context;
};

/* Writes open rejects as CSV, RFC 4180, in UTF-8 with a byte order mark: job, source table, key,
 * column, rule, reason, first and last seen, then the row as it was read. One line a reason; counts
 * them. Personal data. */
KHO_MUST_USE bool kho_rejects_export(struct kho_store *store,
                                     const struct kho_rejects_export *options, int64_t *count,
                                     struct kho_err *err);

#endif
