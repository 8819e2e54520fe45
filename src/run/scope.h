/* How much of its source a run reads: what the job asks for, and what speaks against it. */
#ifndef KHO_RUN_SCOPE_H
#define KHO_RUN_SCOPE_H

#include <kho/store/load.h>

#include "pull.h"

/* Returns why all rows are to be compared although the job asks for less, or NULL. `zone` is the
 * warehouse's: days begin in it. */
const char *scope_all_because(const struct pull *pull, const struct kho_load_last *last,
                              const struct kho_zone *zone, int64_t now_us);

/* Returns whether this run has to compare all keys, to find what was deleted. */
bool scope_keys_due(const struct kho_job *job, const struct kho_load_last *last,
                    const struct kho_zone *zone, int64_t now_us);

/* Compares all keys of the source with those of the store, behind a window's rows. `*strange` gets
 * the number of keys that the window does not account for. */
KHO_MUST_USE bool scope_compare_keys(struct pull *pull, struct kho_arena *arena,
                                     struct kho_load *load, size_t *strange, struct kho_err *err);

#endif
