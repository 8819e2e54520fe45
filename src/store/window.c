/* A window of the source: its rows, staged whole, against what stands under their keys. */
#include <kho/core/clock.h>

#include "digest.h"
#include "loading.h"

/* Keys that stand twice in the window, or in a good row and in a rejected one. */
static bool reject_duplicates(struct kho_load *load, struct kho_err *err)
{
    KHO_TRY(kho_pg_exec(load->pg,
                        "CREATE TEMP TABLE kho_duplicate ON COMMIT DROP AS"
                        " SELECT _key FROM kho_stage GROUP BY _key HAVING count(*) > 1"
                        " UNION SELECT s._key FROM kho_stage s JOIN kho_rejected r"
                        " ON r._key = s._key",
                        err));
    return kho_load_reject_duplicates(load, "kho_stage", err);
}

static bool count_unchanged(struct kho_load *load, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *sql = kho_arena_printf(load->arena,
                                       "SELECT count(*) FROM kho_stage s JOIN %s p"
                                       " ON p._source = %s AND p._key = s._key"
                                       " AND p._hash = s._hash",
                                       load->current, load->feed);
    KHO_TRY(kho_pg_query(load->pg, load->arena, sql, NULL, 0, &result, err));
    load->stats.unchanged += kho_pg_cell_int(&result, 0, 0);
    return true;
}

/* What stands now under the keys of the window must be the window's rows. */
static bool prove(struct kho_load *load, struct kho_err *err)
{
    struct kho_load_stats *stats = &load->stats;
    stats->total = load->known_rows + stats->inserted - stats->deleted;
    stats->stale = load->last.stale;
    if (load->n_staged == 0)
        return true;
    const char *window =
        kho_arena_printf(load->arena, "kho_stage s JOIN %s p ON p._source = %s AND p._key = s._key",
                         load->current, load->feed);
    return kho_digest_rows(load->pg, load->arena, "p._hash", window, &stats->store_hash,
                           &stats->proved, err);
}

bool kho_load_window_publish(struct kho_load *load, struct kho_err *err)
{
    char at[KHO_INSTANT_MAX];
    KHO_TRY(kho_pg_exec(load->pg, "ANALYZE kho_stage (_key)", err) &&
            kho_load_open_transaction(load, err));
    KHO_TRY(kho_load_take_time(load, err));
    kho_instant_utc(load->published_us, at, sizeof(at));
    if (load->n_staged != 0) {
        KHO_TRY(kho_load_find_rejected(load, err));
        KHO_TRY(reject_duplicates(load, err));
        KHO_TRY(count_unchanged(load, err));
    }
    return kho_load_measure_nulls(load, err) && kho_load_write(load, at, err) && prove(load, err);
}
