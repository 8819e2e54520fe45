/*
 * A further load: the rows that are news stand in a temporary stage, the hashes that were not met
 * again in another, and what they say of each other is what changed.
 */
#include <kho/core/clock.h>

#include "digest.h"
#include "loading.h"

bool kho_load_merge_begin(struct kho_load *load, struct kho_err *err)
{
    return kho_pg_exec(load->pg,
                       "CREATE TEMP TABLE kho_gone (_hash uuid NOT NULL);"
                       "CREATE TEMP TABLE kho_reject_gone (_hash uuid NOT NULL)",
                       err);
}

/* The records whose hash was not met again, by key: the one pass over the whole table. */
static bool find_gone(struct kho_load *load, struct kho_err *err)
{
    return kho_load_do(load, NULL, err,
                       "CREATE TEMP TABLE kho_before ON COMMIT DROP AS"
                       " SELECT p._key, p._hash FROM kho_gone g JOIN %s p ON p._hash = g._hash"
                       " WHERE p._source = %s",
                       load->current, load->feed) &&
           kho_pg_exec(load->pg, "ANALYZE kho_before", err);
}

/* Keys that stand twice among the news, or among the news and as a row met unchanged or rejected.
 */
static bool reject_duplicates(struct kho_load *load, struct kho_err *err)
{
    KHO_TRY(kho_load_do(load, NULL, err,
                        "CREATE TEMP TABLE kho_duplicate ON COMMIT DROP AS"
                        " SELECT _key FROM kho_stage GROUP BY _key HAVING count(*) > 1"
                        " UNION (SELECT s._key FROM kho_stage s JOIN %s p ON p._source = %s"
                        " AND p._key = s._key EXCEPT SELECT _key FROM kho_before)"
                        " UNION SELECT s._key FROM kho_stage s JOIN kho_rejected r"
                        " ON r._key = s._key AND NOT r._broken",
                        load->current, load->feed));
    return kho_pg_exec(load->pg, "INSERT INTO kho_rejected SELECT _key, false FROM kho_duplicate",
                       err) &&
           kho_load_reject_duplicates(load, "kho_stage", err);
}

/* Gone and in no row of this pull, not even a rejected one: deleted. */
static bool find_deleted(struct kho_load *load, struct kho_err *err)
{
    return kho_pg_exec(load->pg,
                       "INSERT INTO kho_deleted SELECT _key FROM kho_before"
                       " EXCEPT (SELECT _key FROM kho_stage UNION ALL SELECT _key FROM"
                       " kho_rejected)",
                       err);
}

/* What is gone and neither changed nor deleted was kept because its newer version was rejected. */
static bool prove(struct kho_load *load, struct kho_err *err)
{
    struct kho_load_stats *stats = &load->stats;
    struct kho_hash128 all = load->known_sum, stale;
    stats->total = load->known_rows;
    if (load->n_staged != 0 || stats->deleted != 0) {
        const char *feed =
            kho_arena_printf(load->arena, "%s WHERE _source = %s", load->current, load->feed);
        KHO_TRY(kho_digest_rows(load->pg, load->arena, "_hash", feed, &all, &stats->total, err));
    }
    static const char kept[] = "kho_before b JOIN (SELECT _key FROM kho_before"
                               " EXCEPT (SELECT _key FROM kho_stage UNION ALL"
                               " SELECT _key FROM kho_deleted)) k ON k._key = b._key";
    KHO_TRY(kho_digest_rows(load->pg, load->arena, "b._hash", kept, &stale, &stats->stale, err));
    stats->store_hash = kho_digest_subtract(all, stale);
    stats->proved = stats->total - stats->stale;
    return true;
}

bool kho_load_merge_publish(struct kho_load *load, struct kho_err *err)
{
    char at[KHO_INSTANT_MAX];
    KHO_TRY(kho_load_copy_unseen(load, &load->known, "kho_gone", err));
    KHO_TRY(kho_load_copy_unseen(load, &load->rejected, "kho_reject_gone", err));
    KHO_TRY(kho_pg_exec(load->pg, "ANALYZE kho_stage (_key); ANALYZE kho_gone", err) &&
            kho_load_open_transaction(load, err));
    KHO_TRY(kho_load_take_time(load, err));
    kho_instant_utc(load->published_us, at, sizeof(at));
    KHO_TRY(find_gone(load, err));
    KHO_TRY(kho_load_find_rejected(load, err));
    KHO_TRY(reject_duplicates(load, err));
    KHO_TRY(find_deleted(load, err));
    return kho_load_measure_nulls(load, err) && kho_load_write(load, at, err) && prove(load, err);
}
