/* Where the backfills stand. */
#include <kho/store/backfill.h>

#include "store_internal.h"

bool kho_backfill_begin(struct kho_store *store, struct kho_arena *arena,
                        const struct kho_backfill_key *key, bool anew, const char **from,
                        bool *resumed, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *params[] = {kho_arena_cstr(arena, key->dataset), kho_arena_cstr(arena, key->feed),
                            key->column};
    *from = NULL;
    KHO_TRY(kho_pg_query(store->pg, arena,
                         "SELECT column_name, next_from FROM kho.backfill"
                         " WHERE dataset = $1 AND feed = $2 AND finished_at IS NULL AND ranges > 0",
                         params, 2, &result, err));
    *resumed = result.n_rows != 0 && !anew;
    if (*resumed && !kho_text_eq_cstr(kho_pg_cell(&result, 0, 0), key->column)) {
        kho_err_set(err, KHO_ERR_CONFIG,
                    "an unfinished backfill of this feed goes by column '%.*s'",
                    KHO_TEXT_ARGS(kho_pg_cell(&result, 0, 0)));
        return kho_err_hint(err, "go on with that one, or begin anew with --restart");
    }
    if (*resumed) {
        *from = kho_pg_cell(&result, 0, 1).ptr;
        return true;
    }
    return kho_pg_query(store->pg, arena,
                        "INSERT INTO kho.backfill (dataset, feed, column_name) VALUES ($1, $2, $3)"
                        " ON CONFLICT (dataset, feed) DO UPDATE SET column_name = $3,"
                        " next_from = NULL, ranges = 0, started_at = clock_timestamp(),"
                        " finished_at = NULL",
                        params, 3, NULL, err);
}

bool kho_backfill_advance(struct kho_store *store, const struct kho_backfill_key *key,
                          const char *next, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    const char *params[] = {kho_arena_cstr(scratch, key->dataset),
                            kho_arena_cstr(scratch, key->feed), next};
    bool ok = kho_pg_query(store->pg, scratch,
                           "UPDATE kho.backfill SET next_from = $3, ranges = ranges + 1,"
                           " finished_at = CASE WHEN $3::text IS NULL THEN clock_timestamp() END"
                           " WHERE dataset = $1 AND feed = $2",
                           params, 3, NULL, err);
    kho_arena_free(scratch);
    return ok;
}
