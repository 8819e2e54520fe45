/*
 * The history of one record: its versions, oldest first. What a record is told by: a feed and its
 * key there; the same key in two feeds is two records.
 */
#ifndef KHO_STORE_HISTORY_H
#define KHO_STORE_HISTORY_H

#include <kho/store/store.h>

enum kho_version_kind { KHO_VERSION_INSERTED, KHO_VERSION_UPDATED, KHO_VERSION_RETURNED };

struct kho_version {
    struct kho_text source;
    enum kho_version_kind kind; /* RETURNED: after a time in which the record was deleted */
    int64_t run;                /* that wrote it */
    struct kho_text from;       /* shown in the warehouse's zone, with its offset, in seconds */
    struct kho_text to;         /* NULL = it is the current one */
    struct kho_text from_exact; /* ISO 8601, in microseconds */
    struct kho_text to_exact;
    bool deleted;           /* its end was a deletion, not another version */
    int64_t deleted_by;     /* the run that did it; 0 = none, or not in the ledger */
    struct kho_text record; /* all columns, as one JSON object */
};

struct kho_history {
    const char **columns; /* as the store has them */
    size_t n_columns;
    struct kho_version *versions; /* ordered by source, then time */
    size_t n_versions;
    struct kho_text *cells; /* n_versions * n_columns, as PostgreSQL writes them */
    bool *changed; /* n_versions * n_columns: differs from the version before, as a value */
};

/* Reads the versions of the record `key`; `feed` NULL = of all feeds. No versions if there is no
 * such record, or if nothing was ever loaded into that schema. All of it lives in the arena. */
KHO_MUST_USE bool kho_history_read(struct kho_store *store, struct kho_arena *arena,
                                   const struct kho_schema *schema, const char *key,
                                   const char *feed, struct kho_history *history,
                                   struct kho_err *err);

#endif
