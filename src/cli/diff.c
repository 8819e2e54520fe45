/* kho diff: whether the store holds what the source has now, and where not. */
#include <kho/run/diff.h>

#include "cli.h"

static void put_counts(struct kho_json *json, const struct kho_diff_result *result)
{
    static const char *const names[KHO_DIFF_COUNT] = {
        [KHO_DIFF_NONE] = "same",
        [KHO_DIFF_OPEN_REJECT] = "rejected",
        [KHO_DIFF_MISSING_IN_STORE] = "missing_in_store",
        [KHO_DIFF_MISSING_IN_SOURCE] = "missing_in_source",
        [KHO_DIFF_VALUES] = "different_values",
        [KHO_DIFF_REJECTED] = "newly_rejected",
        [KHO_DIFF_DUPLICATE] = "duplicate_key",
    };
    kho_json_int(json, "read", result->read);
    kho_json_int(json, "held", result->held);
    for (size_t i = 0; i < KHO_DIFF_COUNT; i++)
        kho_json_int(json, names[i], result->counts[i]);
}

static void put_json(const struct kho_diff_result *result, const char *job)
{
    struct kho_buf out;
    struct kho_json json;
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_string(&json, "job", job);
    kho_json_bool(&json, "equal", kho_diff_is_equal(result));
    if (result->last_run != 0)
        kho_json_int(&json, "last_run", result->last_run);
    else
        kho_json_null(&json, "last_run");
    kho_json_bool(&json, "mapping_changed", result->mapping_changed);
    put_counts(&json, result);
    kho_json_array(&json, "differences");
    for (size_t i = 0; i < result->n_items; i++) {
        kho_json_object(&json, NULL);
        kho_json_text(&json, "key", result->items[i].key);
        kho_json_string(&json, "difference", kho_difference_word(result->items[i].difference));
        kho_json_string(&json, "columns", result->items[i].columns);
        kho_json_object_end(&json);
    }
    kho_json_array_end(&json);
    kho_json_object_end(&json);
    cli_json(&out);
    kho_buf_release(&out);
}

static void put_items(struct kho_arena *arena, const struct kho_diff_result *result)
{
    enum { COLUMNS = 3 };
    static const char *const names[COLUMNS] = {"key", "difference", "columns"};
    struct kho_text *cells = kho_arena_array(arena, result->n_items * COLUMNS, sizeof(*cells));
    for (size_t i = 0; i < result->n_items; i++) {
        const struct kho_diff_item *item = &result->items[i];
        cells[i * COLUMNS] = item->key;
        cells[i * COLUMNS + 1] = kho_text_of(kho_difference_word(item->difference));
        cells[i * COLUMNS + 2] = kho_text_of(item->columns);
    }
    cli_table(names, cells, result->n_items, COLUMNS, COLUMNS);
    putchar('\n');
}

static void put_text(struct kho_arena *arena, const struct kho_diff_result *result)
{
    if (result->n_items != 0)
        put_items(arena, result);
    printf("%" PRId64 " rows read, %" PRId64 " records held: %" PRId64 " the same", result->read,
           result->held, result->counts[KHO_DIFF_NONE]);
    for (size_t i = KHO_DIFF_NONE + 1; i < KHO_DIFF_COUNT; i++)
        if (result->counts[i] != 0)
            printf(", %" PRId64 " %s", result->counts[i],
                   kho_difference_word((enum kho_difference)i));
    putchar('\n');
    if (result->last_run == 0)
        puts("no run of this feed was published yet");
    else if (result->mapping_changed)
        printf("the mapping has changed since run %" PRId64 "\n", result->last_run);
}

static bool run_diff(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    const struct kho_job *job;
    struct kho_diff_result result;
    int64_t limit;
    KHO_TRY(cli_number(cli, "limit", 20, &limit, err));
    KHO_TRY(cli_project(cli, &project, err));
    KHO_TRY(kho_project_job(&project, cli->positional[0], &job, err));
    KHO_TRY(kho_project_store(&project, cli->arena, &store, err));
    struct kho_job_diff_options options = {.limit = (size_t)limit,
                                           .hashes = cli_value(cli, "hashes") != NULL};
    KHO_TRY(kho_job_diff(&project, store, cli->arena, job, &options, &result, err));
    if (cli->json)
        put_json(&result, cli->positional[0]);
    else
        put_text(cli->arena, &result);
    cli->answered = true;
    if (kho_diff_is_equal(&result))
        return true;
    kho_err_set(err, KHO_ERR_VERIFY, "the store does not hold what the source of job %s has now",
                cli->positional[0]);
    return kho_err_hint(err, "`kho run --full %s` brings it over", cli->positional[0]);
}

static const struct cli_option options[] = {
    {"limit", "N", "show this many differences (default 20)"},
    {"hashes", NULL, "trust the hashes kept in the store; quicker"},
};

const struct cli_command cli_diff = {
    .name = "diff",
    .arguments = "JOB",
    .summary = "compare the store with the source as it is now; changes nothing",
    .help =
        "Reads and maps all rows of the source, whatever `pull:` says, and compares their values\n"
        "with those in the store: also a value that was changed there by hand is found, and a\n"
        "mapping that has changed without effect is none. With --hashes a row counts as the same\n"
        "if the store keeps its hash; only the others are mapped and compared by value.\n"
        "Exit code 0: the same, rejected rows aside that the ledger knows; 7: they differ.",
    .min_arguments = 1,
    .max_arguments = 1,
    .options = options,
    .n_options = KHO_COUNT(options),
    .run = run_diff,
};
