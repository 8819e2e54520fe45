/* kho runs and show: what the ledger knows. */
#include <kho/store/ledger.h>

#include "cli.h"

const char *cli_optional_job(const struct cli *cli)
{
    return cli->n_positional != 0 ? cli->positional[0] : NULL;
}

bool cli_check_job(const struct cli *cli, const struct kho_project *project,
                   struct kho_store *store, const struct kho_pg_result *rows, struct kho_err *err)
{
    if (cli->n_positional == 0 || rows->n_rows != 0)
        return true;
    const struct kho_job *job;
    struct kho_pg_result runs;
    KHO_TRY(kho_ledger_runs(store, cli->arena, cli->positional[0], 1, &runs, err));
    return runs.n_rows != 0 || kho_project_job(project, cli->positional[0], &job, err);
}

static bool run_runs(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    struct kho_pg_result rows;
    int64_t limit;
    KHO_TRY(cli_number(cli, "limit", 20, &limit, err));
    KHO_TRY(cli_store(cli, &project, &store, err));
    KHO_TRY(kho_ledger_runs(store, cli->arena, cli_optional_job(cli), limit, &rows, err));
    KHO_TRY(cli_check_job(cli, &project, store, &rows, err));
    cli_answer(cli, &rows);
    return true;
}

static const struct cli_option runs_options[] = {
    {"limit", "N", "how many runs, newest first (default 20)"},
};

const struct cli_command cli_runs = {
    .name = "runs",
    .arguments = "[JOB]",
    .summary = "list the newest runs",
    .max_arguments = 1,
    .options = runs_options,
    .n_options = KHO_COUNT(runs_options),
    .run = run_runs,
};

static void put_run(const struct kho_pg_result *rows)
{
    for (size_t i = 0; i + 1 < rows->n_columns; i++) {
        struct kho_text cell = kho_pg_cell(rows, 0, i);
        if (cell.ptr != NULL)
            printf("%-12s %.*s\n", rows->names[i], KHO_TEXT_ARGS(cell));
    }
}

bool cli_run_number(const struct cli *cli, int64_t *run, struct kho_err *err)
{
    if (kho_text_to_int(kho_text_of(cli->positional[0]), run) && *run >= 1 && *run <= INT32_MAX)
        return true;
    kho_err_set(err, KHO_ERR_USAGE, "'%s' is no number of a run", cli->positional[0]);
    return kho_err_hint(err, "`kho runs` lists them");
}

static bool run_show(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    struct kho_pg_result rows, reasons, output;
    int64_t run;
    KHO_TRY(cli_run_number(cli, &run, err));
    KHO_TRY(cli_store(cli, &project, &store, err));
    KHO_TRY(kho_ledger_show(store, cli->arena, run, &rows, err));
    if (rows.n_rows == 0) {
        kho_err_set(err, KHO_ERR_USAGE, "there is no run %" PRId64, run);
        return kho_err_hint(err, "`kho runs` lists them");
    }
    KHO_TRY(kho_ledger_reasons(store, cli->arena, run, &reasons, err));
    KHO_TRY(kho_ledger_output(store, cli->arena, run, &output, err));
    if (cli->json) {
        cli_answer(cli, &rows);
        return true;
    }
    put_run(&rows);
    if (reasons.n_rows != 0) {
        putchar('\n');
        cli_answer(cli, &reasons);
    }
    for (size_t i = 0; i < output.n_rows; i++)
        printf("\noutput:\n%.*s", KHO_TEXT_ARGS(kho_pg_cell(&output, i, 0)));
    return true;
}

const struct cli_command cli_show = {
    .name = "show",
    .arguments = "RUN",
    .summary = "show all that is known of one run",
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run_show,
};
