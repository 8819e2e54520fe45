/* kho rejects: what was not loaded and why; exported, waived, mapped again. */
#include <fcntl.h>
#include <unistd.h>

#include <kho/core/file.h>
#include <kho/core/interrupt.h>
#include <kho/core/log.h>
#include <kho/run/replay.h>
#include <kho/store/ledger.h>
#include <kho/store/rejects.h>

#include "cli.h"

/* One word behind `kho rejects`, with the options that go with it. */
struct action {
    const char *word;
    bool (*run)(struct cli *cli, struct kho_err *err);
    const char *options; /* with blanks around each */
};

static bool list(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    struct kho_pg_result rows;
    int64_t limit;
    bool all = cli_value(cli, "all") != NULL;
    const char *job = cli_optional_job(cli);
    KHO_TRY(cli_number(cli, "limit", 100, &limit, err));
    KHO_TRY(cli_store(cli, &project, &store, err));
    if (cli_value(cli, "repaired") != NULL)
        KHO_TRY(kho_ledger_repairs(store, cli->arena, job, &rows, err));
    else if (cli_value(cli, "list") != NULL)
        KHO_TRY(kho_ledger_reject_list(store, cli->arena, job, limit, &rows, err));
    else
        KHO_TRY(kho_ledger_rejects(store, cli->arena, job, all, &rows, err));
    KHO_TRY(cli_check_job(cli, &project, store, &rows, err));
    cli_answer(cli, &rows);
    return true;
}

static bool put_bytes(void *context, struct kho_text bytes, struct kho_err *err)
{
    if (fwrite(bytes.ptr, 1, bytes.len, context) == bytes.len)
        return true;
    return kho_err_errno(err, KHO_ERR_FAILED, "cannot write the rejects");
}

static bool export_to(const struct cli *cli, const struct kho_project *project,
                      struct kho_store *store, FILE *out, int64_t *count, struct kho_err *err)
{
    const struct kho_config *config = &project->config;
    struct kho_rejects_origin *origins =
        kho_arena_array(cli->arena, config->n_jobs, sizeof(*origins));
    for (size_t i = 0; i < config->n_jobs; i++) {
        const struct kho_job *job = &config->jobs[i];
        origins[i] = (struct kho_rejects_origin){
            job->name, kho_text_is_null(job->from) ? job->source : job->from};
    }
    struct kho_rejects_export options = {.job = cli_optional_job(cli),
                                         .origins = origins,
                                         .n_origins = config->n_jobs,
                                         .sink = put_bytes,
                                         .context = out};
    KHO_TRY(kho_rejects_export(store, &options, count, err));
    return fflush(out) == 0 || kho_err_errno(err, KHO_ERR_FAILED, "cannot write the rejects");
}

/* Written aside and renamed, so that under its name the file is whole; only its owner reads it. */
static bool export_file(const struct cli *cli, const struct kho_project *project,
                        struct kho_store *store, const char *path, int64_t *count,
                        struct kho_err *err)
{
    const char *aside = kho_arena_printf(cli->arena, "%s.part", path);
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (out == NULL) {
        if (fd >= 0)
            close(fd);
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot write %s", aside);
    }
    bool ok = export_to(cli, project, store, out, count, err);
    if (fclose(out) != 0 && ok)
        ok = kho_err_errno(err, KHO_ERR_FAILED, "cannot write %s", aside);
    ok = ok && kho_file_rename(aside, path, err);
    if (!ok)
        unlink(aside);
    return ok;
}

static bool export_rejects(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    struct kho_pg_result none = {0};
    const char *path = cli_value(cli, "to");
    int64_t count;
    KHO_TRY(cli_store(cli, &project, &store, err));
    KHO_TRY(cli_check_job(cli, &project, store, &none, err));
    if (path == NULL)
        return export_to(cli, &project, store, stdout, &count, err);
    KHO_TRY(export_file(cli, &project, store, path, &count, err));
    fprintf(stderr, "%" PRId64 " reasons in %s\n", count, path);
    return true;
}

static bool change(struct cli *cli, bool waive, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    int64_t count;
    struct kho_rejects_which which = {cli_optional_job(cli), cli_value(cli, "rule"),
                                      cli_value(cli, "key")};
    const char *reason = waive ? cli_value(cli, "reason") : NULL;
    const char *word = waive ? "waive" : "unwaive";
    if (which.job == NULL || which.rule == NULL || (waive && (reason == NULL || *reason == '\0'))) {
        kho_err_set(err, KHO_ERR_USAGE, "`kho rejects %s` needs a job, a rule%s", word,
                    waive ? " and a reason" : "");
        return kho_err_hint(err, "usage: kho rejects %s JOB --rule RULE [--key KEY]%s", word,
                            waive ? " --reason TEXT" : "");
    }
    KHO_TRY(cli_store(cli, &project, &store, err));
    KHO_TRY(waive ? kho_rejects_waive(store, &which, reason, &count, err)
                  : kho_rejects_unwaive(store, &which, &count, err));
    if (cli->json)
        printf("{\"%s\":%" PRId64 "}\n", waive ? "waived" : "unwaived", count);
    else
        printf("%" PRId64 " %s\n", count, waive ? "waived" : "open again");
    return true;
}

static bool waive(struct cli *cli, struct kho_err *err)
{
    return change(cli, true, err);
}

static bool unwaive(struct cli *cli, struct kho_err *err)
{
    return change(cli, false, err);
}

/* Jobs one after the other, also after one failed; the first failure decides the exit code. */
static bool replay_jobs(struct cli *cli, const struct kho_project *project, struct kho_store *store,
                        const struct kho_job *jobs, size_t count, struct kho_err *err)
{
    struct kho_receipt *receipts = kho_arena_array(cli->arena, count, sizeof(*receipts));
    bool ok = true;
    size_t done = 0;
    for (; done < count && !kho_interrupt_pending(); done++) {
        struct kho_err failure = {0};
        bool replayed = kho_job_replay(project, store, &jobs[done], &receipts[done], &failure);
        if (cli->json)
            cli_receipt_json(&receipts[done], replayed ? NULL : &failure);
        cli->answered = true;
        if (replayed)
            continue;
        if (ok)
            *err = failure;
        else
            kho_log_error(&failure);
        ok = false;
    }
    if (!cli->json)
        cli_receipts(cli, receipts, done);
    return ok && (done == count || kho_interrupt_check(err));
}

static bool replay(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    const struct kho_job *job;
    KHO_TRY(cli_project(cli, &project, err));
    job = project.config.jobs;
    if (cli->n_positional != 0)
        KHO_TRY(kho_project_job(&project, cli->positional[0], &job, err));
    KHO_TRY(kho_project_store(&project, cli->arena, &store, err));
    KHO_TRY(kho_store_ensure(store, &project.schemas, false, err));
    return replay_jobs(cli, &project, store, job,
                       cli->n_positional != 0 ? 1 : project.config.n_jobs, err);
}

static const struct action actions[] = {
    {"export", export_rejects, " to "},        {"waive", waive, " rule key reason "},
    {"unwaive", unwaive, " rule key "},        {"replay", replay, ""},
    {NULL, list, " all list limit repaired "},
};

static const struct cli_option rejects_options[] = {
    {"list", NULL, "one line a reason, with the key of the row"},
    {"limit", "N", "how many lines of the list (default 100)"},
    {"all", NULL, "count waived ones too"},
    {"repaired", NULL, "values that were repaired instead, counted by rule"},
    {"to", "FILE", "export: where to, instead of standard output"},
    {"rule", "RULE", "waive, unwaive: the rule that the rows break"},
    {"key", "KEY", "waive, unwaive: only the row with this key"},
    {"reason", "TEXT", "waive: why they may stay as they are"},
};

static bool check_options(const struct cli *cli, const struct action *action, struct kho_err *err)
{
    for (size_t i = 0; i < KHO_COUNT(rejects_options); i++) {
        const char *word = kho_arena_printf(cli->arena, " %s ", rejects_options[i].name);
        if (cli->values[i] != NULL && strstr(action->options, word) == NULL)
            return kho_err_set(err, KHO_ERR_USAGE, "--%s does not go with `kho rejects%s%s`",
                               rejects_options[i].name, action->word != NULL ? " " : "",
                               action->word != NULL ? action->word : "");
    }
    return true;
}

static bool run_rejects(struct cli *cli, struct kho_err *err)
{
    const struct action *action = actions;
    while (action->word != NULL &&
           (cli->n_positional == 0 || strcmp(cli->positional[0], action->word) != 0))
        action++;
    KHO_TRY(check_options(cli, action, err));
    if (action->word != NULL) {
        cli->positional++;
        cli->n_positional--;
    }
    if (cli->n_positional <= 1)
        return action->run(cli, err);
    kho_err_set(err, KHO_ERR_USAGE, "`kho rejects` was given too many arguments");
    return kho_err_hint(err, "usage: kho rejects %s", cli_rejects.arguments);
}

const struct cli_command cli_rejects = {
    .name = "rejects",
    .arguments = "[export|waive|unwaive|replay] [JOB]",
    .summary = "open rejects and warnings, counted by rule",
    .help = "kho rejects [JOB]           counted by rule; --list shows the keys\n"
            "kho rejects --repaired      what was repaired, counted; the originals: kho.repair\n"
            "kho rejects export [JOB]    as CSV for the department, the rows as they were read:\n"
            "                            personal data\n"
            "kho rejects waive JOB --rule RULE [--key KEY] --reason TEXT\n"
            "                            they may stay: no longer counted as open\n"
            "kho rejects unwaive JOB --rule RULE [--key KEY]\n"
            "kho rejects replay [JOB]    after a fix of mapping, rule or code list: maps the rows\n"
            "                            again and loads what is good now, without the source\n"
            "The rows themselves stand in kho.reject (column raw); kho.reject_public lacks them.",
    .max_arguments = 2,
    .options = rejects_options,
    .n_options = KHO_COUNT(rejects_options),
    .run = run_rejects,
};
