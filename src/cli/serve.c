/* kho serve, and steering it: cancel, pause, resume. */
#include <kho/run/serve.h>

#include "cli.h"

static bool run_serve(struct cli *cli, struct kho_err *err)
{
    return kho_serve(cli->dir, err);
}

const struct cli_command cli_serve = {
    .name = "serve",
    .arguments = "",
    .summary = "run the jobs when they are due, until told to end",
    .help =
        "Any number of servers may share a store: each due run is made once. SIGTERM lets runs\n"
        "end (`serve: {grace: ...}`), SIGHUP reads the configuration anew.",
    .run = run_serve,
};

/* Answers in words, or as one object under --json. */
static void answer(const struct cli *cli, const char *name, struct kho_text value,
                   const char *state)
{
    struct kho_buf out;
    struct kho_json json;
    if (!cli->json) {
        printf("%s %.*s: %s\n", name, KHO_TEXT_ARGS(value), state);
        return;
    }
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_text(&json, name, value);
    kho_json_string(&json, "state", state);
    kho_json_object_end(&json);
    cli_json(&out);
    kho_buf_release(&out);
}

bool cli_queue(struct cli *cli, const struct kho_project *project, struct kho_store *store,
               struct kho_err *err)
{
    if (cli->n_positional == 0)
        return kho_err_set(err, KHO_ERR_USAGE, "`kho run --queue` takes the jobs' names");
    static const char *const others[] = {"allow-drop", "full", "dry-run", "accept"};
    for (size_t i = 0; i < KHO_COUNT(others); i++)
        if (cli_value(cli, others[i]) != NULL)
            return kho_err_set(err, KHO_ERR_USAGE, "--%s does not go with --queue", others[i]);
    KHO_TRY(kho_project_sync(project, store, err));
    for (size_t i = 0; i < cli->n_positional; i++) {
        const struct kho_job *job;
        int64_t task;
        KHO_TRY(kho_project_job(project, cli->positional[i], &job, err));
        KHO_TRY(kho_queue_ask(store, job->name, job->priority, &task, err));
        answer(cli, "job", job->name,
               kho_arena_printf(cli->arena, "queued as task %" PRId64, task));
    }
    return true;
}

static bool run_cancel(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    int64_t run;
    bool running;
    KHO_TRY(cli_run_number(cli, &run, err));
    KHO_TRY(cli_store(cli, &project, &store, err));
    KHO_TRY(kho_queue_cancel(store, run, &running, err));
    answer(cli, "run", kho_text_of(cli->positional[0]),
           running ? "told to end" : "will not be tried again");
    return true;
}

const struct cli_command cli_cancel = {
    .name = "cancel",
    .arguments = "RUN",
    .summary = "end a run of `kho serve`; it is not tried again",
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run_cancel,
};

static bool pause_or_resume(struct cli *cli, bool pause, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    const struct kho_job *job;
    bool changed;
    KHO_TRY(cli_project(cli, &project, err));
    KHO_TRY(kho_project_job(&project, cli->positional[0], &job, err));
    KHO_TRY(kho_project_store(&project, cli->arena, &store, err));
    KHO_TRY(kho_project_sync(&project, store, err));
    KHO_TRY(kho_queue_pause(store, job->name, pause, &changed, err));
    answer(cli, "job", job->name,
           kho_arena_printf(cli->arena, "%s%s", changed ? "" : "already ",
                            pause ? "paused" : "running as scheduled"));
    return true;
}

static bool run_pause(struct cli *cli, struct kho_err *err)
{
    return pause_or_resume(cli, true, err);
}

static bool run_resume(struct cli *cli, struct kho_err *err)
{
    return pause_or_resume(cli, false, err);
}

const struct cli_command cli_pause = {
    .name = "pause",
    .arguments = "JOB",
    .summary = "let no server run a job, until `kho resume`",
    .help = "A run that is under way goes on. What is due meanwhile is not made up for.",
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run_pause,
};

const struct cli_command cli_resume = {
    .name = "resume",
    .arguments = "JOB",
    .summary = "let a paused job run as scheduled again",
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run_resume,
};
