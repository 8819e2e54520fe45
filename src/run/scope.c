/* Deciding between a window and the whole, and comparing keys. */
#include "scope.h"

#include <kho/core/clock.h>

static int64_t local_day(const struct kho_zone *zone, int64_t instant_us)
{
    int64_t local = instant_us + kho_zone_offset_at(zone, instant_us) * KHO_US_PER_SECOND;
    return local / KHO_US_PER_DAY - (local % KHO_US_PER_DAY < 0);
}

/* The newest day, today included, on which a full check is due. */
static int64_t check_day(enum kho_full_check full_check, int64_t today)
{
    if (full_check == KHO_FULL_CHECK_NEVER)
        return INT64_MIN;
    if (full_check == KHO_FULL_CHECK_DAILY)
        return today;
    int64_t weekday = (today + 3) % 7; /* 1970-01-01 was a Thursday, and Monday is 0 */
    return today - (weekday - (int64_t)full_check + 7) % 7;
}

const char *scope_all_because(const struct pull *pull, const struct kho_load_last *last,
                              const struct kho_zone *zone, int64_t now_us)
{
    const struct kho_pull *asked = &pull->job->pull;
    if (last->position != NULL && !kho_hash_eq(last->fingerprint, pull->fingerprint))
        return "the mapping, a rule or a code list has changed";
    if (asked->mode == KHO_PULL_CURSOR &&
        local_day(zone, last->compared_us) < check_day(asked->full_check, local_day(zone, now_us)))
        return "the full check is due";
    return NULL;
}

bool scope_keys_due(const struct kho_job *job, const struct kho_load_last *last,
                    const struct kho_zone *zone, int64_t now_us)
{
    if (job->deletes == KHO_DELETES_NEVER)
        return false;
    return job->deletes == KHO_DELETES_EVERY_RUN ||
           local_day(zone, last->keys_us) < local_day(zone, now_us);
}

static bool meet_keys(struct pull *pull, struct kho_arena *arena, struct kho_load *load,
                      size_t *strange, struct kho_err *err)
{
    KHO_TRY(kho_load_keys_begin(load, err));
    KHO_TRY(kho_source_start_keys(pull->source, err));
    struct kho_batch *keys = kho_source_batch(pull->source, arena);
    bool eof = false;
    while (!eof) {
        KHO_TRY(kho_source_next(pull->source, keys, &eof, err));
        *strange += kho_load_keys_meet(load, keys);
    }
    kho_batch_free(keys);
    return true;
}

bool scope_compare_keys(struct pull *pull, struct kho_arena *arena, struct kho_load *load,
                        size_t *strange, struct kho_err *err)
{
    struct kho_key_sum expected, found;
    bool comparable;
    *strange = 0;
    KHO_TRY(kho_load_key_sum(load, &expected, err));
    KHO_TRY(kho_source_key_sum(pull->source, &comparable, &found, err));
    if (comparable && kho_key_sum_eq(&expected, &found)) {
        kho_load_keys_equal(load);
        return true;
    }
    KHO_TRY(meet_keys(pull, arena, load, strange, err));
    return *strange != 0 || kho_load_keys_settle(load, err);
}
