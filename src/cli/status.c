/* kho status: one line a job, and whether anything is late or failed. */
#include <poll.h>

#include <kho/core/clock.h>
#include <kho/core/interrupt.h>
#include <kho/core/log.h>
#include <kho/run/health.h>

#include "cli.h"

static struct kho_text next_of(struct kho_arena *arena, const struct kho_project *project,
                               const struct kho_health *health)
{
    if (health->paused)
        return KHO_TEXT("paused");
    if (health->next_us == 0)
        return KHO_TEXT_NULL;
    char *shown = kho_arena_alloc(arena, KHO_INSTANT_MAX);
    return kho_text_of(kho_instant_show(health->next_us, project->zone, shown, KHO_INSTANT_MAX));
}

static struct kho_text fresh_of(const struct kho_health *health)
{
    if (health->job->fresh_within_ms == 0)
        return KHO_TEXT_NULL;
    return health->late ? KHO_TEXT("late") : KHO_TEXT("yes");
}

static void put_json(struct kho_arena *arena, const struct kho_project *project,
                     const struct kho_health *health)
{
    struct kho_buf out;
    struct kho_json json;
    int64_t number;
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_text(&json, "job", health->job->name);
    kho_json_text(&json, "status", health->status);
    kho_json_text(&json, "finished", health->finished);
    kho_json_text(&json, "published", health->published);
    if (health->records.ptr != NULL && kho_text_to_int(health->records, &number))
        kho_json_int(&json, "records", number);
    else
        kho_json_null(&json, "records");
    if (health->rejected.ptr != NULL && kho_text_to_int(health->rejected, &number))
        kho_json_int(&json, "rejected", number);
    else
        kho_json_null(&json, "rejected");
    kho_json_text(&json, "fresh", fresh_of(health));
    kho_json_text(&json, "next", next_of(arena, project, health));
    kho_json_bool(&json, "paused", health->paused);
    kho_json_bool(&json, "failed", health->failed);
    kho_json_bool(&json, "late", health->late);
    kho_json_text(&json, "error", health->error);
    kho_json_object_end(&json);
    cli_json(&out);
    kho_buf_release(&out);
}

enum { COLUMNS = 9 };
static const char *const names[COLUMNS] = {"job",      "status", "finished", "published", "records",
                                           "rejected", "fresh",  "next",     "error"};

static void put_table(struct kho_arena *arena, const struct kho_project *project,
                      const struct kho_health *health, size_t count)
{
    struct kho_text *cells = kho_arena_array(arena, count * COLUMNS, sizeof(*cells));
    for (size_t i = 0; i < count; i++) {
        const struct kho_health *one = &health[i];
        struct kho_text row[COLUMNS] = {
            one->job->name, one->status,   one->finished, one->published,
            one->records,   one->rejected, fresh_of(one), next_of(arena, project, one),
            one->error};
        memcpy(cells + i * COLUMNS, row, sizeof(row));
    }
    if (count != 0)
        cli_table(names, cells, count, COLUMNS, COLUMNS);
}

static bool judge(const struct kho_health *health, size_t count, struct kho_err *err)
{
    struct kho_buf jobs;
    size_t bad = 0;
    kho_buf_init(&jobs, 600);
    for (size_t i = 0; i < count; i++)
        if (health[i].failed || health[i].late)
            kho_buf_printf(&jobs, "%s%.*s", bad++ == 0 ? "" : ", ",
                           KHO_TEXT_ARGS(health[i].job->name));
    if (bad != 0)
        kho_err_put(err, KHO_ERR_LATE, "%zu job%s late or failed: %s", bad,
                    bad == 1 ? " is" : "s are", kho_buf_cstr(&jobs));
    kho_buf_release(&jobs);
    return bad == 0;
}

static bool show(struct cli *cli, const struct kho_project *project, struct kho_store *store,
                 struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_health *health;
    size_t count = project->config.n_jobs;
    bool ok = kho_project_health(project, store, arena, 0, &health, err);
    for (size_t i = 0; ok && cli->json && i < count; i++)
        put_json(arena, project, &health[i]);
    if (ok && !cli->json)
        put_table(arena, project, health, count);
    cli->answered = ok;
    fflush(stdout);
    ok = ok && judge(health, count, err);
    kho_arena_free(arena);
    return ok;
}

#define WATCH_MS 2000

static bool watch(struct cli *cli, const struct kho_project *project, struct kho_store *store,
                  struct kho_err *err)
{
    bool screen = isatty(STDOUT_FILENO) && !cli->json;
    for (;;) {
        struct kho_err state = {0};
        if (screen)
            fputs("\033[H\033[2J", stdout);
        if (!show(cli, project, store, &state) && state.class != KHO_ERR_LATE) {
            *err = state;
            return false;
        }
        for (int waited = 0; waited < WATCH_MS; waited += 100) {
            KHO_TRY(kho_interrupt_check(err));
            poll(NULL, 0, 100);
        }
    }
}

static bool run_status(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    KHO_TRY(cli_store(cli, &project, &store, err));
    if (project.config.n_jobs == 0)
        kho_log_info("there are no jobs; `kho help job` tells what stands in one");
    if (cli_value(cli, "watch") != NULL)
        return watch(cli, &project, store, err);
    return show(cli, &project, store, err);
}

static const struct cli_option options[] = {
    {"watch", NULL, "show it again every two seconds, until interrupted"},
};

const struct cli_command cli_status = {
    .name = "status",
    .arguments = "",
    .summary = "one line a job: last result, records, open rejects, freshness, next run",
    .help = "Exit code 8 if a job failed, or published nothing within its `fresh_within:`.",
    .options = options,
    .n_options = KHO_COUNT(options),
    .run = run_status,
};
