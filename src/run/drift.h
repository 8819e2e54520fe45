/* What has changed in a source's table since the feed's last published run. */
#ifndef KHO_RUN_DRIFT_H
#define KHO_RUN_DRIFT_H

#include <kho/run/job.h>

#include "pull.h"

/* Compares, warns, and notes the columns with the load. LIMIT if the schema's `drift:` says stop
 * and it was not `accepted`. The changes live in the load's arena. */
KHO_MUST_USE bool drift_check(struct pull *pull, struct kho_arena *arena, struct kho_load *load,
                              bool accepted, const struct kho_drift_change **changes,
                              size_t *n_changes, struct kho_err *err);

#endif
