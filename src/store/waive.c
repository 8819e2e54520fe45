/* Reasons that a person lets stand, and the way back. */
#include <kho/store/rejects.h>

#include "store_internal.h"

/* Nothing fits: names the rule that may have been meant. */
static bool none_found(struct kho_store *store, struct kho_arena *arena,
                       const struct kho_rejects_which *which, const char *state,
                       struct kho_err *err)
{
    struct kho_pg_result rules;
    const char *params[] = {which->job, state};
    KHO_TRY(kho_pg_query(store->pg, arena,
                         "SELECT DISTINCT rule FROM kho.reject WHERE job = $1 AND state = $2"
                         " ORDER BY 1",
                         params, 2, &rules, err));
    const char **names = kho_arena_array(arena, rules.n_rows + 1, sizeof(*names));
    for (size_t i = 0; i < rules.n_rows; i++)
        names[i] = kho_arena_cstr(arena, kho_pg_cell(&rules, i, 0));
    kho_err_set(err, KHO_ERR_USAGE, "job %s has no %s reject of rule '%s'%s", which->job, state,
                which->rule, which->key != NULL ? " under this key" : "");
    const char *nearest = kho_text_nearest(kho_text_of(which->rule), names, rules.n_rows);
    if (nearest != NULL && strcmp(nearest, which->rule) != 0)
        return kho_err_hint(err, "did you mean rule '%s'?", nearest);
    return kho_err_hint(err, "`kho rejects %s --all` lists them", which->job);
}

static bool change(struct kho_store *store, const struct kho_rejects_which *which,
                   const char *reason, const char *state, const char *sql, int64_t *count,
                   struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_pg_result result;
    const char *params[] = {which->job, which->rule, which->key, reason};
    bool ok = kho_pg_query(store->pg, scratch, sql, params, reason != NULL ? 4 : 3, &result, err);
    *count = ok ? result.affected_rows : 0;
    if (ok && *count == 0)
        ok = none_found(store, scratch, which, state, err);
    kho_arena_free(scratch);
    return ok;
}

bool kho_rejects_waive(struct kho_store *store, const struct kho_rejects_which *which,
                       const char *reason, int64_t *count, struct kho_err *err)
{
    return change(store, which, reason, "open",
                  "UPDATE kho.reject SET state = 'waived', waived_reason = $4,"
                  " waived_by = session_user, waived_at = clock_timestamp() WHERE state = 'open'"
                  " AND job = $1 AND rule = $2 AND ($3::text IS NULL OR key = $3)",
                  count, err);
}

bool kho_rejects_unwaive(struct kho_store *store, const struct kho_rejects_which *which,
                         int64_t *count, struct kho_err *err)
{
    return change(store, which, NULL, "waived",
                  "UPDATE kho.reject SET state = 'open', waived_reason = NULL, waived_by = NULL,"
                  " waived_at = NULL WHERE state = 'waived'"
                  " AND job = $1 AND rule = $2 AND ($3::text IS NULL OR key = $3)",
                  count, err);
}
