/* The queue as people work on it: asking for a run, cancelling one, pausing a job; how it is. */
#include <kho/store/queue.h>

#include "queue.h"

static bool ask(struct kho_store *store, struct kho_arena *arena, struct kho_text job,
                int64_t priority, int64_t *task, struct kho_err *err)
{
    const char *params[] = {kho_arena_cstr(arena, job), queue_number(arena, priority)};
    struct kho_pg_result rows;
    KHO_TRY(queue_query(store, arena,
                        "WITH waiting AS (SELECT task FROM kho.task WHERE job = $1 AND asked"
                        " AND state = 'ready' AND claim = 0 LIMIT 1),"
                        " added AS (INSERT INTO kho.task (job, due, not_before, priority, asked)"
                        " SELECT $1, clock_timestamp(), clock_timestamp(), $2::integer, true"
                        " WHERE NOT EXISTS (SELECT FROM waiting) RETURNING task),"
                        " told AS (SELECT pg_notify('kho_task', ''))"
                        " SELECT coalesce((SELECT task FROM waiting), (SELECT task FROM added))"
                        " FROM told",
                        params, 2, &rows, err));
    *task = kho_pg_cell_int(&rows, 0, 0);
    return true;
}

bool kho_queue_ask(struct kho_store *store, struct kho_text job, int64_t priority, int64_t *task,
                   struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    bool ok = ask(store, scratch, job, priority, task, err);
    kho_arena_free(scratch);
    return ok;
}

/* Says why a run that no server holds cannot be cancelled. */
static bool refuse_cancel(struct kho_store *store, struct kho_arena *arena,
                          const char *const *params, struct kho_err *err)
{
    struct kho_pg_result rows;
    KHO_TRY(queue_query(store, arena,
                        "SELECT status, host, pid FROM kho.run WHERE run = $1::integer", params, 1,
                        &rows, err));
    if (rows.n_rows == 0) {
        kho_err_set(err, KHO_ERR_USAGE, "there is no run %s", params[0]);
        return kho_err_hint(err, "`kho runs` lists them");
    }
    if (!kho_text_eq_cstr(kho_pg_cell(&rows, 0, 0), "running"))
        return kho_err_set(err, KHO_ERR_USAGE, "run %s is not under way: it is %.*s", params[0],
                           KHO_TEXT_ARGS(kho_pg_cell(&rows, 0, 0)));
    kho_err_set(err, KHO_ERR_USAGE, "run %s was not started by `kho serve`", params[0]);
    return kho_err_hint(err, "stop it where it runs: process %.*s on %.*s",
                        KHO_TEXT_ARGS(kho_pg_cell(&rows, 0, 2)),
                        KHO_TEXT_ARGS(kho_pg_cell(&rows, 0, 1)));
}

static bool cancel(struct kho_store *store, struct kho_arena *arena, int64_t run, bool *running,
                   struct kho_err *err)
{
    const char *params[] = {queue_number(arena, run)};
    struct kho_pg_result rows;
    KHO_TRY(queue_query(
        store, arena,
        "WITH told AS (SELECT pg_notify('kho_task', ''))"
        " UPDATE kho.task SET cancel = state = 'running',"
        " state = CASE state WHEN 'ready' THEN 'cancelled' ELSE state END,"
        " finished_at = CASE state WHEN 'ready' THEN clock_timestamp() END"
        " FROM told WHERE run = $1::integer AND state IN ('ready', 'running') RETURNING cancel",
        params, 1, &rows, err));
    if (rows.n_rows == 0)
        return refuse_cancel(store, arena, params, err);
    *running = kho_text_eq_cstr(kho_pg_cell(&rows, 0, 0), "t");
    return true;
}

bool kho_queue_cancel(struct kho_store *store, int64_t run, bool *running, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    bool ok = cancel(store, scratch, run, running, err);
    kho_arena_free(scratch);
    return ok;
}

bool kho_queue_pause(struct kho_store *store, struct kho_text job, bool pause, bool *changed,
                     struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_pg_result rows;
    const char *params[] = {kho_arena_cstr(scratch, job), pause ? "true" : "false"};
    bool ok = queue_query(
        store, scratch,
        "WITH told AS (SELECT pg_notify('kho_task', ''))"
        " UPDATE kho.job SET paused_at = CASE WHEN $2::boolean THEN clock_timestamp() END,"
        " planned_until = clock_timestamp() FROM told"
        " WHERE job = $1 AND (paused_at IS NULL) = $2::boolean RETURNING job",
        params, 2, &rows, err);
    *changed = ok && rows.n_rows != 0;
    kho_arena_free(scratch);
    return ok;
}

bool kho_queue_depth(struct kho_store *store, struct kho_queue_depth *depth, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_pg_result rows;
    bool ok = queue_query(store, scratch,
                          "SELECT count(*) FILTER (WHERE state = 'ready'),"
                          " count(*) FILTER (WHERE state = 'running') FROM kho.task"
                          " WHERE state IN ('ready', 'running')",
                          NULL, 0, &rows, err);
    if (ok)
        *depth =
            (struct kho_queue_depth){kho_pg_cell_int(&rows, 0, 0), kho_pg_cell_int(&rows, 0, 1)};
    kho_arena_free(scratch);
    return ok;
}

bool kho_queue_alarm(struct kho_store *store, struct kho_text job, const char *alarm, int64_t task,
                     bool *ours, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_pg_result rows;
    const char *params[] = {kho_arena_cstr(scratch, job), alarm, queue_number(scratch, task)};
    bool ok = queue_query(store, scratch,
                          "UPDATE kho.job SET alarm = $2, alarm_task = nullif($3::bigint, 0)"
                          " WHERE job = $1 AND (alarm, alarm_task) IS DISTINCT FROM"
                          " ($2, nullif($3::bigint, 0)) RETURNING job",
                          params, 3, &rows, err);
    *ours = ok && rows.n_rows != 0;
    kho_arena_free(scratch);
    return ok;
}
