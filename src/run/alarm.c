/*
 * Who is to be told what: a job that was given up, is late, or is well again. What was told stands
 * in the store, so that of several servers one tells it, once.
 */
#include <kho/core/clock.h>
#include <kho/core/file.h>
#include <kho/core/json.h>
#include <kho/core/log.h>
#include <kho/store/ledger.h>

#include "serve.h"

static const char *state_of(const struct kho_health *health)
{
    if (health->given_up)
        return "failed";
    return health->late ? "late" : "ok";
}

static const char *event_of(const char *state)
{
    if (strcmp(state, "failed") == 0)
        return "failure";
    return strcmp(state, "late") == 0 ? "lateness" : "recovery";
}

static bool is_news(const struct kho_health *health, const char *state)
{
    return strcmp(state, health->alarm) != 0 ||
           (health->given_up && health->task != health->alarm_task);
}

static bool is_wanted(const struct server *server, const char *event)
{
    const struct kho_texts *on = &server->project->config.warehouse.notify.on;
    for (size_t i = 0; i < on->count; i++)
        if (kho_text_eq_cstr(on->items[i], event))
            return true;
    return on->count == 0;
}

/* The receipt of the run that it is about, as `kho --json show` gives it. */
static bool put_run(struct server *server, struct kho_arena *arena, int64_t run,
                    struct kho_json *json, struct kho_err *err)
{
    struct kho_pg_result rows;
    KHO_TRY(kho_ledger_show(server->store, arena, run, &rows, err));
    if (rows.n_rows != 0)
        kho_json_raw(json, "run", kho_pg_cell(&rows, 0, rows.n_columns - 1));
    else
        kho_json_null(json, "run");
    return true;
}

static bool tell(struct server *server, struct kho_arena *arena, const struct kho_health *health,
                 const char *event, struct kho_err *err)
{
    struct kho_buf out;
    struct kho_json json;
    char at[KHO_INSTANT_MAX];
    const struct kho_config *config = &server->project->config;
    const struct kho_source_config *source = kho_config_source(config, health->job->source);
    kho_buf_init(&out, (size_t)1 << 20);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_string(&json, "event", event);
    kho_json_text(&json, "warehouse", config->warehouse.name);
    kho_json_text(&json, "job", health->job->name);
    kho_json_string(&json, "at",
                    kho_instant_show(server->now_us, server->project->zone, at, sizeof(at)));
    kho_json_text(&json, "owner", source != NULL ? source->owner : KHO_TEXT_NULL);
    kho_json_text(&json, "published", health->published);
    kho_json_text(&json, "error", health->given_up ? health->error : KHO_TEXT_NULL);
    bool ok = put_run(server, arena, health->task_run, &json, err);
    kho_json_object_end(&json);
    kho_buf_char(&out, '\n');
    if (ok && is_wanted(server, event))
        notify_send(server, kho_buf_as_text(&out));
    kho_buf_release(&out);
    return ok;
}

static bool raise_alarm(struct server *server, struct kho_arena *arena,
                        const struct kho_health *health, struct kho_err *err)
{
    const char *state = state_of(health);
    bool ours;
    if (!is_news(health, state))
        return true;
    KHO_TRY(kho_queue_alarm(server->store, health->job->name, state,
                            health->given_up ? health->task : 0, &ours, err));
    if (!ours)
        return true;
    kho_log_info("job %.*s: %s", KHO_TEXT_ARGS(health->job->name), event_of(state));
    return tell(server, arena, health, event_of(state), err);
}

static bool watch(struct server *server, struct kho_arena *arena, struct kho_err *err)
{
    const struct kho_config *config = &server->project->config;
    struct metrics_state state = {.count = config->n_jobs, .now_us = server->now_us};
    struct kho_health *health;
    struct kho_err unwritten = {0};
    KHO_TRY(
        kho_project_health(server->project, server->store, arena, server->now_us, &health, err));
    for (size_t i = 0; i < config->n_jobs; i++)
        KHO_TRY(raise_alarm(server, arena, &health[i], err));
    if (config->warehouse.serve.metrics.ptr == NULL)
        return true;
    KHO_TRY(kho_queue_depth(server->store, &state.depth, err));
    state.health = health;
    const char *path =
        kho_path_join(arena, server->dir, kho_arena_cstr(arena, config->warehouse.serve.metrics));
    if (!metrics_write(arena, path, &state, &unwritten))
        kho_log_warning("%s, writing the metrics", unwritten.message);
    return true;
}

bool alarm_watch(struct server *server, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    bool ok = watch(server, arena, err);
    kho_arena_free(arena);
    return ok;
}
