/*
 * Metrics as an OpenMetrics text file, for node_exporter's textfile collector: no port is opened.
 * Written whole by one rename.
 */
#include <kho/core/clock.h>
#include <kho/core/file.h>

#include "serve.h"

#define METRICS_MAX ((size_t)8 << 20)

/* One value a job; NULL text = none. */
struct metric {
    const char *name;
    const char *help;
    struct kho_text (*value)(struct kho_arena *arena, const struct kho_health *health,
                             int64_t now_us);
};

static struct kho_text seconds(struct kho_arena *arena, int64_t us)
{
    return kho_text_of(kho_arena_printf(arena, "%.3f", (double)us / 1e6));
}

static struct kho_text last_success(struct kho_arena *arena, const struct kho_health *health,
                                    int64_t now_us)
{
    (void)now_us;
    return health->published_us != 0 ? seconds(arena, health->published_us) : KHO_TEXT_NULL;
}

static struct kho_text lag(struct kho_arena *arena, const struct kho_health *health, int64_t now_us)
{
    return health->published_us != 0 ? seconds(arena, now_us - health->published_us)
                                     : KHO_TEXT_NULL;
}

static struct kho_text records(struct kho_arena *arena, const struct kho_health *health,
                               int64_t now_us)
{
    (void)arena, (void)now_us;
    return health->records;
}

static struct kho_text rows_read(struct kho_arena *arena, const struct kho_health *health,
                                 int64_t now_us)
{
    (void)arena, (void)now_us;
    return health->read;
}

static struct kho_text rejects(struct kho_arena *arena, const struct kho_health *health,
                               int64_t now_us)
{
    (void)arena, (void)now_us;
    return health->rejected;
}

static struct kho_text run_seconds(struct kho_arena *arena, const struct kho_health *health,
                                   int64_t now_us)
{
    (void)arena, (void)now_us;
    return health->seconds;
}

static struct kho_text failed(struct kho_arena *arena, const struct kho_health *health,
                              int64_t now_us)
{
    (void)arena, (void)now_us;
    return health->failed ? KHO_TEXT("1") : KHO_TEXT("0");
}

static struct kho_text late(struct kho_arena *arena, const struct kho_health *health,
                            int64_t now_us)
{
    (void)arena, (void)now_us;
    return health->late ? KHO_TEXT("1") : KHO_TEXT("0");
}

static const struct metric metrics[] = {
    {"kho_job_last_success_timestamp_seconds", "When the job published last.", last_success},
    {"kho_job_lag_seconds", "How long ago that was.", lag},
    {"kho_job_records", "Current records of the job's feed.", records},
    {"kho_job_read_rows", "Rows that the last published run read.", rows_read},
    {"kho_job_rejected_rows", "Rejects that stand open.", rejects},
    {"kho_job_run_seconds", "How long the last published run took.", run_seconds},
    {"kho_job_failed", "1 if the last run failed.", failed},
    {"kho_job_late", "1 if nothing was published within fresh_within.", late},
};

static void put_metric(struct kho_arena *arena, const struct metric *metric,
                       const struct metrics_state *state, struct kho_buf *out)
{
    kho_buf_printf(out, "# TYPE %s gauge\n# HELP %s %s\n", metric->name, metric->name,
                   metric->help);
    for (size_t i = 0; i < state->count; i++) {
        struct kho_text value = metric->value(arena, &state->health[i], state->now_us);
        if (value.ptr != NULL)
            kho_buf_printf(out, "%s{job=\"%.*s\"} %.*s\n", metric->name,
                           KHO_TEXT_ARGS(state->health[i].job->name), KHO_TEXT_ARGS(value));
    }
}

void metrics_put(struct kho_arena *arena, const struct metrics_state *state, struct kho_buf *out)
{
    for (size_t i = 0; i < KHO_COUNT(metrics); i++)
        put_metric(arena, &metrics[i], state, out);
    kho_buf_printf(out,
                   "# TYPE kho_queue_tasks gauge\n# HELP kho_queue_tasks Due runs.\n"
                   "kho_queue_tasks{state=\"ready\"} %" PRId64
                   "\nkho_queue_tasks{state=\"running\"} %" PRId64 "\n# EOF\n",
                   state->depth.ready, state->depth.running);
}

bool metrics_write(struct kho_arena *arena, const char *path, const struct metrics_state *state,
                   struct kho_err *err)
{
    struct kho_buf out;
    kho_buf_init(&out, METRICS_MAX);
    metrics_put(arena, state, &out);
    bool ok = kho_buf_check(&out, "the metrics", err) &&
              kho_file_write(path, kho_buf_as_text(&out), 0644, err);
    kho_buf_release(&out);
    return ok;
}
