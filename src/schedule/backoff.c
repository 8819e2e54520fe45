/* Waits that grow, and waits that differ. */
#include <kho/schedule/backoff.h>

#include <kho/core/hash.h>

static int64_t part_of(int64_t range, struct kho_hash128 hash)
{
    return range > 0 ? (int64_t)(hash.low % (uint64_t)range) : 0;
}

int64_t kho_backoff_ms(int64_t wait_ms, int64_t max_wait_ms, int64_t attempt, uint64_t seed)
{
    int64_t wait = wait_ms;
    for (int64_t i = 1; i < attempt && wait < max_wait_ms && wait > 0; i++)
        wait = wait > max_wait_ms / 2 ? max_wait_ms : wait * 2;
    wait = KHO_MIN(wait, KHO_MAX(max_wait_ms, wait_ms));
    return wait + part_of(wait / 4 + 1, kho_hash_bytes(&attempt, sizeof(attempt), seed));
}

int64_t kho_jitter_ms(int64_t jitter_ms, struct kho_text job)
{
    return part_of(jitter_ms, kho_hash_bytes(job.ptr, job.len, 0));
}
