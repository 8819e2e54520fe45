/* How long to wait: before another try, and so that jobs due together do not all begin at once. */
#ifndef KHO_SCHEDULE_BACKOFF_H
#define KHO_SCHEDULE_BACKOFF_H

#include <kho/core/text.h>

/* Returns the wait before the n-th further try (from 1): `wait_ms` doubled each time, at most
 * `max_wait_ms`, and up to a quarter of it more. `seed` chooses how much more. */
int64_t kho_backoff_ms(int64_t wait_ms, int64_t max_wait_ms, int64_t attempt, uint64_t seed);

/* Returns what a job waits beyond its time: less than `jitter_ms`, the same for the same job. */
int64_t kho_jitter_ms(int64_t jitter_ms, struct kho_text job);

#endif
