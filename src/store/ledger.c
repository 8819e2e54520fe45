/* Questions to the ledger. */
#include <kho/core/clock.h>
#include <kho/store/ledger.h>

#include "store_internal.h"

/* A time in the zone $1, with the zone's offset there: `2026-01-01 08:00:00+07:00`. */
#define SHOWN(column)                                              \
    "to_char(" column " AT TIME ZONE $1, 'YYYY-MM-DD HH24:MI:SS')" \
    " || to_char((" column " AT TIME ZONE $1) - (" column " AT TIME ZONE 'UTC'), 'SGHH24:MI')"

/* Puts the JSON of each row behind its columns. */
static bool ask(struct kho_store *store, struct kho_arena *arena, const char *select,
                const char *const *params, size_t n_params, struct kho_pg_result *rows,
                struct kho_err *err)
{
    const char *sql =
        kho_arena_printf(arena, "SELECT q.*, row_to_json(q) AS json FROM (%s) q", select);
    return kho_pg_query(store->pg, arena, sql, params, n_params, rows, err) ||
           kho_err_context(err, "reading the ledger");
}

bool kho_ledger_runs(struct kho_store *store, struct kho_arena *arena, const char *zone,
                     const char *job, int64_t limit, struct kho_pg_result *rows,
                     struct kho_err *err)
{
    const char *params[] = {zone, job, kho_arena_printf(arena, "%" PRId64, limit)};
    return ask(
        store, arena,
        "SELECT run, job, status, " SHOWN(
            "started_at") " AS started,"
                          " round(extract(epoch FROM finished_at - started_at), 1) AS seconds, "
                          "read, inserted,"
                          " updated, deleted, unchanged, rejected, warned FROM kho.run"
                          " WHERE $2::text IS NULL OR job = $2 ORDER BY run DESC LIMIT $3::bigint",
        params, 3, rows, err);
}

bool kho_ledger_show(struct kho_store *store, struct kho_arena *arena, const char *zone,
                     int64_t run, struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {zone, kho_arena_printf(arena, "%" PRId64, run)};
    return ask(
        store, arena,
        "SELECT run, job, source, dataset AS schema, feed, status, " SHOWN(
            "started_at") " AS started, " SHOWN("finished_at") " AS finished, " SHOWN("published_"
                                                                                      "at") " AS "
                                                                                            "publis"
                                                                                            "hed,"
                                                                                            " round"
                                                                                            "(extra"
                                                                                            "ct("
                                                                                            "epoch "
                                                                                            "FROM "
                                                                                            "finish"
                                                                                            "ed_at "
                                                                                            "- "
                                                                                            "starte"
                                                                                            "d_at),"
                                                                                            " 3) "
                                                                                            "AS "
                                                                                            "second"
                                                                                            "s, "
                                                                                            "read, "
                                                                                            "insert"
                                                                                            "ed,"
                                                                                            " updat"
                                                                                            "ed, "
                                                                                            "delete"
                                                                                            "d, "
                                                                                            "unchan"
                                                                                            "ged, "
                                                                                            "reject"
                                                                                            "ed, "
                                                                                            "warned"
                                                                                            ", "
                                                                                            "stale,"
                                                                                            " total"
                                                                                            ","
                                                                                            " CASE "
                                                                                            "WHEN "
                                                                                            "status"
                                                                                            " = "
                                                                                            "'publi"
                                                                                            "shed' "
                                                                                            "THEN "
                                                                                            "replac"
                                                                                            "e("
                                                                                            "source"
                                                                                            "_hash:"
                                                                                            ":text,"
                                                                                            " '-', "
                                                                                            "'') "
                                                                                            "END"
                                                                                            " AS "
                                                                                            "proof,"
                                                                                            " error"
                                                                                            "_class"
                                                                                            ", "
                                                                                            "error,"
                                                                                            " hint,"
                                                                                            " host,"
                                                                                            " pid, "
                                                                                            "kho_"
                                                                                            "versio"
                                                                                            "n"
                                                                                            " FROM "
                                                                                            "kho."
                                                                                            "run "
                                                                                            "WHERE "
                                                                                            "run = "
                                                                                            "$2::"
                                                                                            "intege"
                                                                                            "r",
        params, 2, rows, err);
}

bool kho_ledger_reasons(struct kho_store *store, struct kho_arena *arena, int64_t run,
                        struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {kho_arena_printf(arena, "%" PRId64, run)};
    return ask(store, arena,
               "SELECT severity, rule, column_name AS column, count(*) FROM ("
               " SELECT severity, rule, column_name FROM kho.reject_incoming"
               "  WHERE run = $1::integer UNION ALL"
               " SELECT severity, rule, column_name FROM kho.reject"
               "  WHERE $1::integer BETWEEN first_run AND last_run"
               "  AND (dataset, feed) = (SELECT dataset, feed FROM kho.run WHERE run = $1::integer)"
               ") r GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3",
               params, 1, rows, err);
}

bool kho_ledger_status(struct kho_store *store, struct kho_arena *arena, const char *zone,
                       struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {zone};
    return ask(store, arena,
               "SELECT r.job, r.status, " SHOWN(
                   "coalesce(r.finished_at, r.started_at)") " AS "
                                                            "finished,"
                                                            " " SHOWN("p.published_"
                                                                      "at") " AS "
                                                                            "publis"
                                                                            "hed, "
                                                                            "p."
                                                                            "total,"
                                                                            " ("
                                                                            "SELECT"
                                                                            " count"
                                                                            "(DISTI"
                                                                            "NCT "
                                                                            "coales"
                                                                            "ce("
                                                                            "key, "
                                                                            "row_"
                                                                            "number"
                                                                            "::"
                                                                            "text))"
                                                                            " FROM "
                                                                            "kho."
                                                                            "reject"
                                                                            " o"
                                                                            "  "
                                                                            "WHERE "
                                                                            "o."
                                                                            "datase"
                                                                            "t = "
                                                                            "r."
                                                                            "datase"
                                                                            "t AND "
                                                                            "o."
                                                                            "feed "
                                                                            "= "
                                                                            "r."
                                                                            "feed "
                                                                            "AND "
                                                                            "o."
                                                                            "state "
                                                                            "= "
                                                                            "'open'"
                                                                            "  AND "
                                                                            "o."
                                                                            "severi"
                                                                            "ty = "
                                                                            "'rejec"
                                                                            "t') "
                                                                            "AS "
                                                                            "reject"
                                                                            "ed, "
                                                                            "r."
                                                                            "error"
                                                                            " FROM "
                                                                            "(SELEC"
                                                                            "T "
                                                                            "DISTIN"
                                                                            "CT ON "
                                                                            "(job) "
                                                                            "* "
                                                                            "FROM "
                                                                            "kho."
                                                                            "run "
                                                                            "ORDER "
                                                                            "BY "
                                                                            "job, "
                                                                            "run "
                                                                            "DESC) "
                                                                            "r"
                                                                            " LEFT "
                                                                            "JOIN "
                                                                            "LATERA"
                                                                            "L "
                                                                            "(SELEC"
                                                                            "T "
                                                                            "publis"
                                                                            "hed_"
                                                                            "at, "
                                                                            "total "
                                                                            "FROM "
                                                                            "kho."
                                                                            "run "
                                                                            "WHERE "
                                                                            "job = "
                                                                            "r.job"
                                                                            " AND "
                                                                            "status"
                                                                            " = "
                                                                            "'publi"
                                                                            "shed' "
                                                                            "ORDER "
                                                                            "BY "
                                                                            "run "
                                                                            "DESC "
                                                                            "LIMIT "
                                                                            "1) p "
                                                                            "ON "
                                                                            "true "
                                                                            "ORDER "
                                                                            "BY "
                                                                            "r.job",
               params, 1, rows, err);
}

bool kho_ledger_rejects(struct kho_store *store, struct kho_arena *arena, const char *job,
                        struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {job};
    return ask(store, arena,
               "SELECT job, severity, rule, column_name AS column, reason, count(*) AS count,"
               " min(first_run) AS first_run, max(last_run) AS last_run FROM kho.reject"
               " WHERE state = 'open' AND ($1::text IS NULL OR job = $1)"
               " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 6 DESC, 3, 4, 5",
               params, 1, rows, err);
}

bool kho_ledger_reject_list(struct kho_store *store, struct kho_arena *arena, const char *job,
                            int64_t limit, struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {job, kho_arena_printf(arena, "%" PRId64, limit)};
    return ask(store, arena,
               "SELECT reject, job, key, severity, rule, column_name AS column, reason,"
               " first_run, last_run FROM kho.reject"
               " WHERE state = 'open' AND ($1::text IS NULL OR job = $1)"
               " ORDER BY reject LIMIT $2::bigint",
               params, 2, rows, err);
}

bool kho_ledger_add_snapshot(struct kho_store *store, const char *path, int64_t as_of_us,
                             size_t files, int64_t rows, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    char at[KHO_INSTANT_MAX];
    const char *params[] = {path, as_of_us != 0 ? kho_instant_utc(as_of_us, at, sizeof(at)) : NULL,
                            kho_arena_printf(scratch, "%zu", files),
                            kho_arena_printf(scratch, "%" PRId64, rows)};
    bool ok = kho_pg_query(store->pg, scratch,
                           "INSERT INTO kho.snapshot (path, as_of, files, rows)"
                           " VALUES ($1, $2::timestamptz, $3::integer, $4::bigint)",
                           params, 4, NULL, err);
    kho_arena_free(scratch);
    return ok;
}
