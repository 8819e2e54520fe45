/* Questions to the ledger; what they ask stands as views in sql/store/0002_questions.sql. */
#include <kho/core/clock.h>
#include <kho/store/ledger.h>

#include "store_internal.h"

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

bool kho_ledger_runs(struct kho_store *store, struct kho_arena *arena, const char *job,
                     int64_t limit, struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {job, kho_arena_printf(arena, "%" PRId64, limit)};
    return ask(store, arena,
               "SELECT * FROM kho.run_list WHERE $1::text IS NULL OR job = $1"
               " ORDER BY run DESC LIMIT $2::bigint",
               params, 2, rows, err);
}

bool kho_ledger_show(struct kho_store *store, struct kho_arena *arena, int64_t run,
                     struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {kho_arena_printf(arena, "%" PRId64, run)};
    return ask(store, arena, "SELECT * FROM kho.run_detail WHERE run = $1::integer", params, 1,
               rows, err);
}

bool kho_ledger_reasons(struct kho_store *store, struct kho_arena *arena, int64_t run,
                        struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {kho_arena_printf(arena, "%" PRId64, run)};
    return ask(store, arena,
               "SELECT severity, rule, \"column\", count(*) FROM kho.run_reason"
               " WHERE run = $1::integer GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3",
               params, 1, rows, err);
}

bool kho_ledger_output(struct kho_store *store, struct kho_arena *arena, int64_t run,
                       struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {kho_arena_printf(arena, "%" PRId64, run)};
    return ask(store, arena,
               "SELECT output FROM kho.attempt WHERE run = $1::integer AND output <> ''"
               " ORDER BY started_at",
               params, 1, rows, err);
}

bool kho_ledger_health(struct kho_store *store, struct kho_arena *arena, struct kho_pg_result *rows,
                       struct kho_err *err)
{
    return kho_pg_query(store->pg, arena,
                        "SELECT job, status, finished, published, records, rejected, error,"
                        " (extract(epoch FROM published_at) * 1000000)::bigint, seconds, read,"
                        " paused_at IS NOT NULL, task, task_error, task_run, given_up, alarm,"
                        " alarm_task FROM kho.job_health ORDER BY job",
                        NULL, 0, rows, err) ||
           kho_err_context(err, "reading the ledger");
}

bool kho_ledger_rejects(struct kho_store *store, struct kho_arena *arena, const char *job, bool all,
                        struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {job};
    return ask(store, arena,
               kho_arena_printf(arena,
                                "SELECT * FROM kho.%s WHERE $1::text IS NULL OR job = $1"
                                " ORDER BY job, severity, count DESC, rule, \"column\", reason",
                                all ? "reject_count" : "reject_summary"),
               params, 1, rows, err);
}

bool kho_ledger_repairs(struct kho_store *store, struct kho_arena *arena, const char *job,
                        struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {job};
    return ask(store, arena,
               "SELECT * FROM kho.repair_count WHERE $1::text IS NULL OR job = $1"
               " ORDER BY job, count DESC, rule, \"column\", reason",
               params, 1, rows, err);
}

bool kho_ledger_quality(struct kho_store *store, struct kho_arena *arena, bool history,
                        struct kho_pg_result *rows, struct kho_err *err)
{
    static const char columns[] = "SELECT dataset, feed, measured, index, colour, accuracy,"
                                  " completeness, cleanliness, timeliness, consistency, run"
                                  " FROM kho.quality_index";
    if (!history && !kho_pg_exec(store->pg, "SELECT kho.measure_quality(clock_timestamp())", err))
        return kho_err_context(err, "measuring the quality");
    return ask(store, arena,
               kho_arena_printf(arena, "%s%s ORDER BY measured_at DESC, dataset, feed", columns,
                                history ? ""
                                        : " WHERE measured_at = (SELECT max(measured_at)"
                                          " FROM kho.quality)"),
               NULL, 0, rows, err);
}

bool kho_ledger_reject_list(struct kho_store *store, struct kho_arena *arena, const char *job,
                            int64_t limit, struct kho_pg_result *rows, struct kho_err *err)
{
    const char *params[] = {job, kho_arena_printf(arena, "%" PRId64, limit)};
    return ask(store, arena,
               "SELECT reject, job, key, severity, rule, column_name AS column, reason,"
               " first_run, seen_run AS last_run FROM kho.open_reject"
               " WHERE state = 'open' AND ($1::text IS NULL OR job = $1)"
               " ORDER BY reject LIMIT $2::bigint",
               params, 2, rows, err);
}

bool kho_ledger_add_snapshot(struct kho_store *store, const char *path, int64_t as_of_us,
                             size_t files, int64_t rows, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    char at[KHO_INSTANT_MAX];
    const char *as_of = as_of_us != 0 ? kho_instant_utc(as_of_us, at, sizeof(at)) : NULL;
    const char *params[] = {path, as_of, kho_arena_printf(scratch, "%zu", files),
                            kho_arena_printf(scratch, "%" PRId64, rows)};
    bool ok = kho_pg_query(store->pg, scratch,
                           "INSERT INTO kho.snapshot (path, as_of, files, rows)"
                           " VALUES ($1, $2::timestamptz, $3::integer, $4::bigint)",
                           params, 4, NULL, err);
    kho_arena_free(scratch);
    return ok;
}
