/* kho check: all problems of the configuration in one go. */
#include <kho/core/interrupt.h>
#include <kho/run/job.h>

#include "cli.h"

static void put_problems(const struct kho_project *project)
{
    struct kho_buf out;
    struct kho_json json;
    const struct kho_diags *diags = &project->diags;
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_bool(&json, "ok", diags->errors == 0);
    kho_json_int(&json, "errors", (int64_t)diags->errors);
    kho_json_int(&json, "warnings", (int64_t)diags->warnings);
    kho_json_int(&json, "sources", (int64_t)project->config.n_sources);
    kho_json_int(&json, "schemas", (int64_t)project->schemas.count);
    kho_json_int(&json, "jobs", (int64_t)project->config.n_jobs);
    kho_json_int(&json, "snapshots", (int64_t)project->config.n_snapshots);
    kho_json_array(&json, "problems");
    for (size_t i = 0; i < diags->count; i++) {
        const struct kho_diag *diag = &diags->items[i];
        kho_json_object(&json, NULL);
        kho_json_string(&json, "severity", diag->warning ? "warning" : "error");
        kho_json_string(&json, "file", diag->pos.file);
        kho_json_int(&json, "line", diag->pos.line);
        kho_json_int(&json, "column", diag->pos.column);
        kho_json_string(&json, "message", diag->message);
        kho_json_object_end(&json);
    }
    kho_json_array_end(&json);
    kho_json_object_end(&json);
    cli_json(&out);
    kho_buf_release(&out);
}

static void show_problems(const struct kho_diags *diags)
{
    struct kho_buf text;
    kho_buf_init(&text, CLI_JSON_MAX);
    kho_diags_show(diags, &text);
    fwrite(kho_buf_cstr(&text), 1, text.len, stderr);
    kho_buf_release(&text);
}

/* Asks for all jobs, also after one source did not answer; `err` is the first such failure. */
static bool check_online(struct kho_project *project, struct kho_err *err)
{
    bool ok = true;
    for (size_t i = 0; i < project->config.n_jobs && !kho_interrupt_pending(); i++) {
        struct kho_err failure = {0};
        if (kho_job_check_online(project, &project->config.jobs[i], &project->diags, &failure))
            continue;
        if (ok)
            *err = failure;
        ok = false;
    }
    return ok && kho_interrupt_check(err);
}

static bool run_check(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    KHO_TRY(kho_project_load(cli->arena, cli->dir, &project, err));
    bool reached = true;
    if (cli_value(cli, "online") != NULL && project.diags.errors == 0)
        reached = check_online(&project, err);
    show_problems(&project.diags);
    if (cli->json)
        put_problems(&project);
    cli->answered = true;
    KHO_TRY(reached);
    KHO_TRY(kho_diags_check(&project.diags, err));
    if (!cli->json)
        printf("ok: %zu sources, %zu schemas, %zu code lists, %zu jobs\n", project.config.n_sources,
               project.schemas.count, project.schemas.n_codes, project.config.n_jobs);
    return true;
}

static const struct cli_option options[] = {
    {"online", NULL, "also connect to each source and compare with its columns"},
};

const struct cli_command cli_check = {
    .name = "check",
    .arguments = "",
    .summary = "check the configuration; shows all problems at once",
    .options = options,
    .n_options = KHO_COUNT(options),
    .run = run_check,
};
