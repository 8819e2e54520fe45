/* kho backfill: a job by ranges of a column, oldest first. */
#include <kho/config/duration.h>
#include <kho/run/job.h>

#include "cli.h"

/* 30d or 100000. */
static bool read_step(const char *word, struct kho_range *range, struct kho_err *err)
{
    struct kho_text text = kho_text_of(word);
    range->step_ms = range->step_count = -1;
    if (kho_text_to_int(text, &range->step_count) && range->step_count > 0)
        return true;
    range->step_count = -1;
    if (kho_value_duration(text, &range->step_ms) && range->step_ms > 0)
        return true;
    return kho_err_set(err, KHO_ERR_USAGE,
                       "--step takes a duration such as 30d, or a number of 1 or more, not '%s'",
                       word);
}

static void show(void *context, const struct kho_receipt *receipt, const struct kho_err *err)
{
    struct cli *cli = context;
    if (cli->json) {
        cli_receipt_json(receipt, err);
        cli->answered = true;
        return;
    }
    if (err == NULL)
        printf("%s .. %s  run %" PRId64 "  read %" PRId64 "  inserted %" PRId64 "  updated %" PRId64
               "  unchanged %" PRId64 "  rejected %" PRId64 "\n",
               receipt->from != NULL ? receipt->from : "-", receipt->to != NULL ? receipt->to : "-",
               receipt->stats.run, receipt->stats.read, receipt->stats.inserted,
               receipt->stats.updated, receipt->stats.unchanged, receipt->stats.rejected);
    fflush(stdout);
}

static bool run_backfill(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    const struct kho_job *job;
    struct kho_backfill_options options = {.range = {.column = cli_value(cli, "by")},
                                           .from = cli_value(cli, "from"),
                                           .restart = cli_value(cli, "restart") != NULL,
                                           .each = show,
                                           .context = cli};
    const char *step = cli_value(cli, "step");
    if (options.range.column == NULL || step == NULL) {
        kho_err_set(err, KHO_ERR_USAGE, "`kho backfill` needs --by COLUMN and --step SIZE");
        return kho_err_hint(err, "for example: kho backfill JOB --by cap_nhat --step 30d");
    }
    KHO_TRY(read_step(step, &options.range, err));
    KHO_TRY(cli_store(cli, &project, &store, err));
    KHO_TRY(kho_project_job(&project, cli->positional[0], &job, err));
    KHO_TRY(kho_store_ensure(store, &project.schemas, false, err));
    return kho_job_backfill(&project, store, job, &options, err);
}

static const struct cli_option options[] = {
    {"by", "COLUMN", "the source's column to go by: a time, a day or a whole number"},
    {"step", "SIZE", "how much of it at a time: 30d, 12h, or 100000"},
    {"from", "VALUE", "begin here, instead of at the smallest value"},
    {"restart", NULL, "begin anew, although a backfill was not finished"},
};

const struct cli_command cli_backfill = {
    .name = "backfill",
    .arguments = "JOB",
    .summary = "load a large source by ranges of a column, oldest first",
    .help = "Each range is a run of its own, published by itself; a backfill that was interrupted\n"
            "goes on where it stopped. What is in no range (no value in the column), and what was\n"
            "deleted, is found by the job's next run, which compares all rows.",
    .min_arguments = 1,
    .max_arguments = 1,
    .options = options,
    .n_options = KHO_COUNT(options),
    .run = run_backfill,
};
