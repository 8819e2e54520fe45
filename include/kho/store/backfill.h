/* How far the backfill of a feed has come (kho.backfill). */
#ifndef KHO_STORE_BACKFILL_H
#define KHO_STORE_BACKFILL_H

#include <kho/store/store.h>

struct kho_backfill_key {
    struct kho_text dataset;
    struct kho_text feed;
    const char *column; /* of the source */
};

/* Begins a backfill, or finds one by the same column that is not finished: `*from` is where it goes
 * on; `*resumed` tells which. `anew` forgets an unfinished one. CONFIG if an unfinished one goes by
 * another column. */
KHO_MUST_USE bool kho_backfill_begin(struct kho_store *store, struct kho_arena *arena,
                                     const struct kho_backfill_key *key, bool anew,
                                     const char **from, bool *resumed, struct kho_err *err);

/* Notes that a range was published; `next` NULL = it was the last. */
KHO_MUST_USE bool kho_backfill_advance(struct kho_store *store, const struct kho_backfill_key *key,
                                       const char *next, struct kho_err *err);

#endif
