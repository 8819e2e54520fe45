/*
 * The first load of a dataset: its empty table is copied into without a key, in one transaction,
 * and keyed afterwards: one sort instead of a million searches. The rows are written frozen, so
 * that no reader has to come back and mark them visible, and on a cluster with minimal WAL they are
 * written once.
 */
#include "digest.h"
#include "loading.h"

static bool is_empty(struct kho_load *load, bool *empty, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *sql =
        kho_arena_printf(load->arena, "SELECT EXISTS (SELECT FROM %s)", load->current);
    KHO_TRY(kho_pg_query(load->pg, load->arena, sql, NULL, 0, &result, err));
    *empty = kho_text_eq_cstr(kho_pg_cell(&result, 0, 0), "f");
    return true;
}

static bool drop_key(struct kho_load *load, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *params[] = {load->current};
    KHO_TRY(kho_pg_query(load->pg, load->arena,
                         "SELECT conname FROM pg_constraint"
                         " WHERE conrelid = $1::regclass AND contype = 'p'",
                         params, 1, &result, err));
    if (result.n_rows != 0)
        KHO_TRY(kho_load_do(load, NULL, err, "ALTER TABLE %s DROP CONSTRAINT %s", load->current,
                            kho_pg_ident(load->arena, kho_pg_cell(&result, 0, 0))));
    return kho_load_do(load, NULL, err, "TRUNCATE %s", load->current);
}

bool kho_load_direct_begin(struct kho_load *load, bool *direct, struct kho_err *err)
{
    KHO_TRY(kho_load_open_transaction(load, err));
    if (kho_load_is_dry(load))
        KHO_TRY(kho_pg_exec(load->pg, "SAVEPOINT direct", err));
    KHO_TRY(kho_load_take_time(load, err));
    KHO_TRY(is_empty(load, direct, err));
    if (*direct && drop_key(load, err))
        return true;
    /* Somebody's view may depend on the key: then the rows go the other way. */
    if (*direct && strcmp(err->sqlstate, "2BP01") != 0)
        return false;
    *direct = false;
    return kho_pg_exec(load->pg, kho_load_is_dry(load) ? "ROLLBACK TO direct" : "ROLLBACK", err);
}

static bool add_key(struct kho_load *load, struct kho_err *err)
{
    return kho_load_do(load, NULL, err, "ALTER TABLE %s ADD PRIMARY KEY (_key, _source)",
                       load->current);
}

/* A key that is not unique fails the index; then the rows of such keys are taken out first. */
static bool key_table(struct kho_load *load, struct kho_err *err)
{
    struct kho_err failed = {0};
    KHO_TRY(
        kho_pg_exec(load->pg, "SET LOCAL maintenance_work_mem = '256MB'; SAVEPOINT unkeyed", err));
    if (add_key(load, &failed))
        return true;
    if (strcmp(failed.sqlstate, "23505") != 0) {
        *err = failed;
        return false;
    }
    KHO_TRY(kho_pg_exec(load->pg, "ROLLBACK TO unkeyed", err));
    KHO_TRY(kho_load_do(load, NULL, err,
                        "CREATE TEMP TABLE kho_duplicate ON COMMIT DROP AS"
                        " SELECT _key FROM %s GROUP BY _key HAVING count(*) > 1",
                        load->current));
    KHO_TRY(kho_load_reject_duplicates(load, load->current, err));
    return add_key(load, err);
}

/* A key that stands in a good row and in a rejected one is not unique either. */
static bool reject_half_bad(struct kho_load *load, struct kho_err *err)
{
    if (load->stats.rejected == 0)
        return true;
    KHO_TRY(kho_pg_exec(load->pg, "DROP TABLE IF EXISTS kho_duplicate", err));
    KHO_TRY(kho_load_do(load, NULL, err,
                        "CREATE TEMP TABLE kho_duplicate ON COMMIT DROP AS"
                        " SELECT DISTINCT _key FROM %s WHERE _source = %s AND _key = ANY (ARRAY("
                        "SELECT key FROM kho.reject_incoming WHERE run = %" PRId64
                        " AND severity = 'reject' AND rule <> '" KHO_RULE_LINE "'))",
                        load->current, load->feed, load->run));
    return kho_load_reject_duplicates(load, load->current, err);
}

bool kho_load_direct_publish(struct kho_load *load, struct kho_err *err)
{
    struct kho_load_stats *stats = &load->stats;
    KHO_TRY(key_table(load, err));
    KHO_TRY(reject_half_bad(load, err));
    stats->inserted = load->n_staged;
    KHO_TRY(kho_digest_rows(load->pg, load->arena, "_hash", load->current, &stats->store_hash,
                            &stats->total, err));
    stats->proved = stats->total;
    return true;
}
