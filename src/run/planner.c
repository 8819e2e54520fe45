/* Puts due runs into the queue, and the jobs' settings. */
#include <kho/core/clock.h>
#include <kho/core/log.h>
#include <kho/schedule/backoff.h>

#include "serve.h"

/* At most so many missed runs are made up for, even with `late: run_each`. */
#define MOST_AT_ONCE 100

static const char *schedule_text(struct kho_arena *arena, const struct kho_job *job)
{
    struct kho_buf out;
    kho_buf_init(&out, 64 << 10);
    for (size_t i = 0; i < job->schedule.count; i++)
        kho_buf_printf(&out, "%s%.*s", i == 0 ? "" : "; ", KHO_TEXT_ARGS(job->schedule.items[i]));
    const char *text = kho_arena_strdup(arena, kho_buf_cstr(&out));
    kho_buf_release(&out);
    return text;
}

bool kho_project_sync(const struct kho_project *project, struct kho_store *store,
                      struct kho_err *err)
{
    const struct kho_config *config = &project->config;
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_queue_job *jobs = kho_arena_array(scratch, config->n_jobs, sizeof(*jobs));
    for (size_t i = 0; i < config->n_jobs; i++) {
        const struct kho_job *job = &config->jobs[i];
        const struct kho_source_config *source = kho_config_source(config, job->source);
        jobs[i] = (struct kho_queue_job){.name = job->name,
                                         .schedule = kho_text_of(schedule_text(scratch, job)),
                                         .source = job->source,
                                         .source_runs = source != NULL ? source->limits.runs : 0,
                                         .dataset = job->to,
                                         .dataset_runs = config->warehouse.serve.schema_runs,
                                         .priority = job->priority,
                                         .after = job->after.items,
                                         .n_after = job->after.count};
    }
    bool ok = kho_queue_sync(store, jobs, config->n_jobs, err);
    kho_arena_free(scratch);
    return ok;
}

static bool add_fires(struct server *server, const struct kho_job *job, const struct kho_due *due,
                      struct kho_err *err)
{
    for (size_t i = 0; i < due->count; i++) {
        int64_t due_us = due->fires[i].due_us;
        struct kho_queue_task task = {.job = job->name,
                                      .due_us = due_us,
                                      .not_before_us =
                                          due_us + kho_jitter_ms(job->jitter_ms, job->name) * 1000,
                                      .priority = job->priority,
                                      .expires = job->after.count != 0};
        KHO_TRY(kho_queue_add(server->store, &task, err));
    }
    if (due->left_out > 0)
        kho_log_warning("job %.*s: %" PRId64 " missed run%s left out, as `late:` says",
                        KHO_TEXT_ARGS(job->name), due->left_out, due->left_out == 1 ? "" : "s");
    return true;
}

static bool plan_job(struct server *server, size_t i, struct kho_err *err)
{
    const struct kho_job *job = &server->project->config.jobs[i];
    const struct kho_plan *plan = &server->project->plans[i];
    struct kho_fire fires[MOST_AT_ONCE], next;
    struct kho_due due = {.fires = fires, .max = MOST_AT_ONCE};
    struct kho_queue_planning planning;
    KHO_TRY(kho_queue_plan_open(server->store, job->name, &planning, err));
    if (!planning.paused)
        kho_plan_due(plan, planning.since_us, planning.now_us, (enum kho_late)job->late, &due);
    KHO_TRY(add_fires(server, job, &due, err));
    KHO_TRY(kho_queue_plan_close(server->store, job->name, planning.now_us, due.count != 0, err));
    kho_plan_next(plan, planning.now_us, &next);
    server->due_us[i] = next.due_us;
    return true;
}

bool planner_run(struct server *server, struct kho_err *err)
{
    for (size_t i = 0; i < server->project->config.n_jobs; i++)
        if (server->project->plans[i].n_crons != 0 && server->due_us[i] <= server->now_us)
            KHO_TRY(plan_job(server, i, err));
    return true;
}

int64_t planner_next_us(const struct server *server)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < server->project->config.n_jobs; i++)
        if (server->project->plans[i].n_crons != 0)
            next = KHO_MIN(next, server->due_us[i]);
    return next;
}
