/* The queue as its servers work on it: planning, claiming, renewing, ending. */
#include <kho/core/clock.h>
#include <kho/store/queue.h>

#include "queue.h"

const char *queue_number(struct kho_arena *arena, int64_t value)
{
    return kho_arena_printf(arena, "%" PRId64, value);
}

/* An array as PostgreSQL reads it: {"a","b"}. */
static const char *array_of(struct kho_arena *arena, const struct kho_text *items, size_t count)
{
    struct kho_buf out;
    kho_buf_init(&out, KHO_SQL_MAX);
    kho_buf_char(&out, '{');
    for (size_t i = 0; i < count; i++)
        kho_buf_printf(&out, "%s\"%.*s\"", i == 0 ? "" : ",", KHO_TEXT_ARGS(items[i]));
    kho_buf_char(&out, '}');
    const char *array = kho_arena_cstr(arena, kho_buf_as_text(&out));
    kho_buf_release(&out);
    return array;
}

bool queue_query(struct kho_store *store, struct kho_arena *arena, const char *sql,
                 const char *const *params, size_t n_params, struct kho_pg_result *rows,
                 struct kho_err *err)
{
    return kho_pg_query(store->pg, arena, sql, params, n_params, rows, err) ||
           kho_err_context(err, "asking the queue");
}

bool kho_queue_listen(struct kho_store *store, struct kho_err *err)
{
    return kho_pg_exec(store->pg, "LISTEN kho_task", err);
}

int kho_queue_socket(const struct kho_store *store)
{
    return kho_pg_socket(store->pg);
}

bool kho_queue_woken(struct kho_store *store, bool *woken, struct kho_err *err)
{
    return kho_pg_notified(store->pg, woken, err);
}

static bool sync_job(struct kho_store *store, struct kho_arena *arena,
                     const struct kho_queue_job *job, struct kho_err *err)
{
    const char *params[] = {
        kho_arena_cstr(arena, job->name),    kho_arena_cstr(arena, job->schedule),
        kho_arena_cstr(arena, job->source),  queue_number(arena, job->source_runs),
        kho_arena_cstr(arena, job->dataset), queue_number(arena, job->dataset_runs),
        queue_number(arena, job->priority),  array_of(arena, job->after, job->n_after)};
    return queue_query(
        store, arena,
        "INSERT INTO kho.job AS j (job, schedule, planned_until, source, source_runs, dataset,"
        " dataset_runs, priority, after) VALUES ($1, $2, clock_timestamp(), $3,"
        " nullif($4::integer, 0), $5, nullif($6::integer, 0), $7::integer, $8::text[])"
        " ON CONFLICT (job) DO UPDATE SET schedule = excluded.schedule,"
        " planned_until = CASE WHEN j.schedule = excluded.schedule"
        " THEN least(j.planned_until, excluded.planned_until) ELSE excluded.planned_until END,"
        " source = excluded.source, source_runs = excluded.source_runs,"
        " dataset = excluded.dataset, dataset_runs = excluded.dataset_runs,"
        " priority = excluded.priority, after = excluded.after"
        " WHERE (j.schedule, j.source, j.source_runs, j.dataset, j.dataset_runs, j.priority,"
        " j.after) IS DISTINCT FROM (excluded.schedule, excluded.source, excluded.source_runs,"
        " excluded.dataset, excluded.dataset_runs, excluded.priority, excluded.after)"
        " OR j.planned_until > excluded.planned_until",
        params, KHO_COUNT(params), NULL, err);
}

bool kho_queue_sync(struct kho_store *store, const struct kho_queue_job *jobs, size_t count,
                    struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    bool ok = kho_pg_exec(store->pg, "BEGIN", err);
    for (size_t i = 0; ok && i < count; i++)
        ok = sync_job(store, scratch, &jobs[i], err);
    ok = ok && kho_pg_exec(store->pg, "COMMIT", err);
    kho_arena_free(scratch);
    if (!ok)
        kho_pg_rollback(store->pg);
    return ok;
}

#define MICROSECONDS(instant) "(extract(epoch FROM " instant ") * 1000000)::bigint"

static bool plan_open(struct kho_store *store, struct kho_arena *arena, struct kho_text job,
                      struct kho_queue_planning *planning, struct kho_err *err)
{
    const char *params[] = {kho_arena_cstr(arena, job)};
    struct kho_pg_result rows;
    KHO_TRY(kho_pg_exec(store->pg, "BEGIN", err));
    KHO_TRY(queue_query(store, arena,
                        "SELECT " MICROSECONDS("planned_until") ", " MICROSECONDS(
                            "clock_timestamp()") ", paused_at IS NOT NULL"
                                                 " FROM kho.job WHERE job = $1 FOR UPDATE",
                        params, 1, &rows, err));
    if (rows.n_rows == 0)
        return kho_err_set(err, KHO_ERR_FAILED, "job %s is not in the queue", params[0]);
    planning->now_us = kho_pg_cell_int(&rows, 0, 1);
    planning->since_us = KHO_MIN(kho_pg_cell_int(&rows, 0, 0), planning->now_us);
    planning->paused = kho_text_eq_cstr(kho_pg_cell(&rows, 0, 2), "t");
    return true;
}

bool kho_queue_plan_open(struct kho_store *store, struct kho_text job,
                         struct kho_queue_planning *planning, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    bool ok = plan_open(store, scratch, job, planning, err);
    kho_arena_free(scratch);
    if (!ok)
        kho_pg_rollback(store->pg);
    return ok;
}

bool kho_queue_add(struct kho_store *store, const struct kho_queue_task *task, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    char due[KHO_INSTANT_MAX], not_before[KHO_INSTANT_MAX];
    const char *params[] = {kho_arena_cstr(scratch, task->job),
                            kho_instant_utc(task->due_us, due, sizeof(due)),
                            kho_instant_utc(task->not_before_us, not_before, sizeof(not_before)),
                            queue_number(scratch, task->priority),
                            task->expires ? "true" : "false",
                            task->asked ? "true" : "false"};
    bool ok = queue_query(
        store, scratch,
        "INSERT INTO kho.task (job, due, not_before, priority, asked, expires)"
        " VALUES ($1, $2::timestamptz, $3::timestamptz, $4::integer, $6::boolean,"
        " CASE WHEN $5::boolean THEN date_trunc('day', $2::timestamptz) + interval '1 day' END)"
        " ON CONFLICT (job, due) DO NOTHING",
        params, KHO_COUNT(params), NULL, err);
    kho_arena_free(scratch);
    if (!ok)
        kho_pg_rollback(store->pg);
    return ok;
}

bool kho_queue_plan_close(struct kho_store *store, struct kho_text job, int64_t now_us, bool added,
                          struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    char now[KHO_INSTANT_MAX];
    const char *params[] = {kho_arena_cstr(scratch, job),
                            kho_instant_utc(now_us, now, sizeof(now))};
    bool ok = queue_query(store, scratch,
                          "UPDATE kho.job SET planned_until = $2::timestamptz WHERE job = $1",
                          params, 2, NULL, err) &&
              kho_pg_exec(store->pg, added ? "NOTIFY kho_task; COMMIT" : "COMMIT", err);
    kho_arena_free(scratch);
    if (!ok)
        kho_pg_rollback(store->pg);
    return ok;
}

static void take_claim(const struct kho_pg_result *rows, struct kho_claim *claim)
{
    *claim = (struct kho_claim){.task = 0};
    if (rows->n_rows == 0)
        return;
    claim->task = kho_pg_cell_int(rows, 0, 0);
    snprintf(claim->job, sizeof(claim->job), "%.*s", KHO_TEXT_ARGS(kho_pg_cell(rows, 0, 1)));
    claim->claim = kho_pg_cell_int(rows, 0, 2);
    claim->failures = kho_pg_cell_int(rows, 0, 3);
}

/* Runs a statement that gives a claim, of ($1 worker, $2 lease in ms, $3 jobs). */
static bool claim_by(struct kho_store *store, const char *sql, const char *const *params,
                     struct kho_claim *claim, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_pg_result rows;
    bool ok = queue_query(store, scratch, sql, params, 3, &rows, err);
    if (ok)
        take_claim(&rows, claim);
    kho_arena_free(scratch);
    return ok;
}

bool kho_queue_claim(struct kho_store *store, const char *worker, int64_t lease_ms,
                     const struct kho_text *jobs, size_t n_jobs, struct kho_claim *claim,
                     struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    const char *params[] = {worker, queue_number(scratch, lease_ms),
                            array_of(scratch, jobs, n_jobs)};
    bool ok = claim_by(store,
                       "SELECT * FROM kho.claim_task($1, $2::bigint * interval '1 millisecond',"
                       " $3::text[])",
                       params, claim, err);
    kho_arena_free(scratch);
    return ok;
}

bool kho_queue_take_lost(struct kho_store *store, const char *worker, int64_t lease_ms,
                         const struct kho_text *jobs, size_t n_jobs, struct kho_claim *claim,
                         struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    const char *params[] = {worker, queue_number(scratch, lease_ms),
                            array_of(scratch, jobs, n_jobs)};
    bool ok = claim_by(store,
                       "WITH lost AS (SELECT task, claim FROM kho.task WHERE state = 'running'"
                       " AND lease_until < clock_timestamp() AND job = ANY ($3::text[])"
                       " ORDER BY task LIMIT 1 FOR UPDATE SKIP LOCKED),"
                       " tried AS (UPDATE kho.attempt a SET outcome = 'lost',"
                       " finished_at = clock_timestamp() FROM lost"
                       " WHERE (a.task, a.claim) = (lost.task, lost.claim))"
                       " UPDATE kho.task t SET claim = t.claim + 1, worker = $1,"
                       " lease_until = clock_timestamp() + $2::bigint * interval '1 millisecond'"
                       " FROM lost WHERE t.task = lost.task"
                       " RETURNING t.task, t.job, t.claim, t.failures",
                       params, claim, err);
    kho_arena_free(scratch);
    return ok;
}

static void read_beats(const struct kho_pg_result *rows, const struct kho_claim *claims,
                       size_t count, struct kho_queue_beat *beats)
{
    for (size_t i = 0; i < count; i++) {
        beats[i] = (struct kho_queue_beat){.held = false};
        for (size_t row = 0; row < rows->n_rows; row++)
            if (kho_pg_cell_int(rows, row, 0) == claims[i].task)
                beats[i] = (struct kho_queue_beat){
                    .held = true, .cancel = kho_text_eq_cstr(kho_pg_cell(rows, row, 1), "t")};
    }
}

bool kho_queue_renew(struct kho_store *store, const struct kho_claim *claims, size_t count,
                     int64_t lease_ms, struct kho_queue_beat *beats, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_pg_result rows;
    struct kho_buf held;
    kho_buf_init(&held, KHO_SQL_MAX);
    for (size_t i = 0; i < count; i++)
        kho_buf_printf(&held, "%s(%" PRId64 ",%" PRId64 ")", i == 0 ? "" : ",", claims[i].task,
                       claims[i].claim);
    const char *sql = kho_arena_printf(
        scratch,
        "UPDATE kho.task SET lease_until = clock_timestamp() + %" PRId64
        " * interval '1 millisecond' WHERE (task, claim) IN (%s) AND state = 'running'"
        " RETURNING task, cancel",
        lease_ms, kho_buf_cstr(&held));
    bool ok = queue_query(store, scratch, sql, NULL, 0, &rows, err);
    if (ok)
        read_beats(&rows, claims, count, beats);
    kho_buf_release(&held);
    kho_arena_free(scratch);
    return ok;
}

bool kho_queue_look(struct kho_store *store, int64_t *now_us, int64_t *next_us, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_pg_result rows;
    bool ok = queue_query(
        store, scratch,
        "WITH over AS (UPDATE kho.task SET state = 'skipped', finished_at = clock_timestamp(),"
        " error = 'not all jobs that it comes after succeeded on its day'"
        " WHERE state = 'ready' AND expires < clock_timestamp() AND claim = 0)"
        " SELECT " MICROSECONDS("clock_timestamp()") ", " MICROSECONDS(
            "min(not_before)") " FROM kho.task WHERE state = 'ready' AND not_before > "
                               "clock_timestamp()",
        NULL, 0, &rows, err);
    if (ok) {
        *now_us = kho_pg_cell_int(&rows, 0, 0);
        *next_us = kho_pg_cell_int(&rows, 0, 1);
    }
    kho_arena_free(scratch);
    return ok;
}

bool kho_queue_finish(struct kho_store *store, struct kho_arena *arena,
                      const struct kho_claim *claim, const struct kho_queue_end *end,
                      const char **state, struct kho_err *err)
{
    struct kho_pg_result rows;
    const char *params[] = {queue_number(arena, claim->task),
                            queue_number(arena, claim->claim),
                            end->state,
                            end->outcome,
                            queue_number(arena, end->wait_ms),
                            end->counts ? "1" : "0",
                            queue_number(arena, end->exit_code),
                            end->error_class,
                            end->error,
                            kho_arena_cstr(arena, end->output)};
    KHO_TRY(queue_query(
        store, arena,
        "WITH ended AS (UPDATE kho.task SET state = $3, cancel = false, worker = NULL,"
        " lease_until = NULL, failures = failures + $6::integer, error_class = $8, error = $9,"
        " not_before = CASE $3 WHEN 'ready' THEN clock_timestamp()"
        " + $5::bigint * interval '1 millisecond' ELSE not_before END,"
        " finished_at = CASE $3 WHEN 'ready' THEN NULL ELSE clock_timestamp() END"
        " WHERE (task, claim) = ($1::bigint, $2::integer) AND state = 'running' RETURNING state),"
        " told AS (SELECT pg_notify('kho_task', '')),"
        " tried AS (UPDATE kho.attempt SET finished_at = clock_timestamp(), exit_code = "
        "$7::integer,"
        " output = $10, outcome = CASE (SELECT state FROM kho.task WHERE task = $1::bigint)"
        " WHEN 'published' THEN 'published' ELSE $4 END"
        " WHERE (task, claim) = ($1::bigint, $2::integer))"
        " SELECT coalesce((SELECT state FROM ended),"
        " (SELECT state FROM kho.task WHERE task = $1::bigint)) FROM told",
        params, KHO_COUNT(params), &rows, err));
    *state = rows.n_rows != 0 ? kho_arena_cstr(arena, kho_pg_cell(&rows, 0, 0)) : "gone";
    return true;
}
