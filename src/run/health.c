/* Puts together how each job is. */
#include <kho/core/clock.h>
#include <kho/run/health.h>
#include <kho/store/ledger.h>

enum {
    JOB,
    STATUS,
    FINISHED,
    PUBLISHED,
    RECORDS,
    REJECTED,
    ERROR,
    PUBLISHED_US,
    SECONDS,
    READ,
    PAUSED,
    TASK,
    TASK_ERROR,
    TASK_RUN,
    GIVEN_UP,
    ALARM,
    ALARM_TASK
};

static bool is_true(struct kho_text cell)
{
    return kho_text_eq_cstr(cell, "t");
}

static bool is_failure(struct kho_text status)
{
    return kho_text_eq_cstr(status, "failed") || kho_text_eq_cstr(status, "stopped") ||
           kho_text_eq_cstr(status, "died");
}

static void fill(struct kho_arena *arena, const struct kho_pg_result *rows, size_t row,
                 struct kho_health *health)
{
    struct kho_text status = kho_pg_cell(rows, row, STATUS);
    if (status.ptr != NULL)
        health->status = status;
    health->finished = kho_pg_cell(rows, row, FINISHED);
    health->published = kho_pg_cell(rows, row, PUBLISHED);
    health->records = kho_pg_cell(rows, row, RECORDS);
    health->rejected = kho_pg_cell(rows, row, REJECTED);
    health->read = kho_pg_cell(rows, row, READ);
    health->seconds = kho_pg_cell(rows, row, SECONDS);
    health->published_us = kho_pg_cell_int(rows, row, PUBLISHED_US);
    health->paused = is_true(kho_pg_cell(rows, row, PAUSED));
    health->given_up = is_true(kho_pg_cell(rows, row, GIVEN_UP));
    health->failed = health->given_up || is_failure(status);
    health->error = kho_pg_cell(rows, row, health->given_up ? TASK_ERROR : ERROR);
    health->task = kho_pg_cell_int(rows, row, TASK);
    health->task_run = kho_pg_cell_int(rows, row, TASK_RUN);
    health->alarm = kho_arena_cstr(arena, kho_pg_cell(rows, row, ALARM));
    health->alarm_task = kho_pg_cell_int(rows, row, ALARM_TASK);
}

static void judge(const struct kho_plan *plan, int64_t now_us, struct kho_health *health)
{
    struct kho_fire fire;
    int64_t within_us = health->job->fresh_within_ms * 1000;
    health->late = within_us > 0 && now_us - health->published_us > within_us;
    if (plan->n_crons == 0)
        return;
    kho_plan_next(plan, now_us, &fire);
    health->next_us = fire.due_us;
}

bool kho_project_health(const struct kho_project *project, struct kho_store *store,
                        struct kho_arena *arena, int64_t now_us, struct kho_health **health,
                        struct kho_err *err)
{
    const struct kho_config *config = &project->config;
    struct kho_pg_result rows;
    KHO_TRY(kho_ledger_health(store, arena, &rows, err));
    *health = kho_arena_array(arena, config->n_jobs, sizeof(**health));
    for (size_t i = 0; i < config->n_jobs; i++) {
        struct kho_health *one = &(*health)[i];
        *one = (struct kho_health){
            .job = &config->jobs[i], .status = KHO_TEXT("never run"), .alarm = "ok"};
        for (size_t row = 0; row < rows.n_rows; row++)
            if (kho_text_eq(kho_pg_cell(&rows, row, JOB), one->job->name))
                fill(arena, &rows, row, one);
        judge(&project->plans[i], now_us != 0 ? now_us : kho_clock_now_us(), one);
    }
    return true;
}
