/* kho quality: measures how good the datasets are, and tells it. */
#include <kho/store/ledger.h>

#include "cli.h"

static bool run_quality(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    struct kho_pg_result rows;
    bool history = cli_value(cli, "history") != NULL;
    KHO_TRY(cli_store(cli, &project, &store, err));
    KHO_TRY(kho_ledger_quality(store, cli->arena, history, &rows, err));
    cli_answer(cli, &rows);
    return true;
}

static const struct cli_option quality_options[] = {
    {"history", NULL, "earlier measurements instead of a new one"},
};

const struct cli_command cli_quality = {
    .name = "quality",
    .arguments = "",
    .summary = "measure the quality of all datasets: an index and its five criteria",
    .help =
        "accuracy      records without a warning, of all records and open rejects\n"
        "completeness  values that are there, in the columns that the feed fills\n"
        "cleanliness   records of which nothing had to be repaired\n"
        "timeliness    whether the feed was published within 36 hours\n"
        "consistency   references to other datasets that find their record\n"
        "The index is their weighted mean: green from 90, yellow from 75, else red. The weights\n"
        "stand in kho.quality_weight, the measurements in kho.quality.",
    .options = quality_options,
    .n_options = KHO_COUNT(quality_options),
    .run = run_quality,
};
