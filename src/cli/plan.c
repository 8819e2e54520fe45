/* kho plan: what a run would do with the first rows of the source. */
#include <kho/core/log.h>
#include <kho/run/job.h>

#include "cli.h"

static void put_json(const struct kho_sample *sample, const char *job, const char *ddl)
{
    struct kho_buf out;
    struct kho_json json;
    size_t columns = sample->schema->n_columns;
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_string(&json, "job", job);
    kho_json_text(&json, "schema", sample->schema->name);
    kho_json_string(&json, "ddl", ddl);
    kho_json_int(&json, "read", sample->read);
    kho_json_int(&json, "rejected", sample->rejected);
    kho_json_array(&json, "rows");
    for (size_t row = 0; row < sample->n_rows; row++) {
        kho_json_object(&json, NULL);
        kho_json_text(&json, "_key", sample->keys[row]);
        for (size_t i = 0; i < columns; i++) {
            char name[64];
            snprintf(name, sizeof(name), "%.*s", KHO_TEXT_ARGS(sample->schema->columns[i].name));
            kho_json_text(&json, name, sample->cells[row * columns + i]);
        }
        kho_json_object_end(&json);
    }
    kho_json_array_end(&json);
    kho_json_array(&json, "rejects");
    for (size_t i = 0; i < sample->n_rejects; i++) {
        const struct kho_sample_reject *reject = &sample->rejects[i];
        kho_json_object(&json, NULL);
        kho_json_text(&json, "key", reject->key);
        kho_json_string(&json, "severity", reject->severity);
        kho_json_string(&json, "column", reject->column);
        kho_json_string(&json, "rule", reject->rule);
        kho_json_string(&json, "reason", reject->reason);
        kho_json_object_end(&json);
    }
    kho_json_array_end(&json);
    kho_json_object_end(&json);
    cli_json(&out);
    kho_buf_release(&out);
}

/* One line a column of the schema: what maps it, and the first rows' values. */
static void put_rows(struct kho_arena *arena, const struct kho_sample *sample)
{
    enum { SHOWN = 3 };
    size_t columns = sample->schema->n_columns;
    size_t shown = KHO_MIN(sample->n_rows, (size_t)SHOWN);
    size_t stride = 2 + shown;
    const char *names[2 + SHOWN] = {"column", "from", "row 1", "row 2", "row 3"};
    struct kho_text *cells = kho_arena_array(arena, columns * stride, sizeof(*cells));
    for (size_t i = 0; i < columns; i++) {
        cells[i * stride] = sample->schema->columns[i].name;
        cells[i * stride + 1] =
            sample->exprs[i][0] != '\0' ? kho_text_of(sample->exprs[i]) : KHO_TEXT_NULL;
        for (size_t row = 0; row < shown; row++)
            cells[i * stride + 2 + row] = sample->cells[row * columns + i];
    }
    cli_table(names, cells, columns, stride, stride);
}

static void put_rejects(struct kho_arena *arena, const struct kho_sample *sample)
{
    enum { COLUMNS = 5 };
    static const char *const names[COLUMNS] = {"key", "severity", "column", "rule", "reason"};
    struct kho_text *cells = kho_arena_array(arena, sample->n_rejects * COLUMNS, sizeof(*cells));
    for (size_t i = 0; i < sample->n_rejects; i++) {
        const struct kho_sample_reject *reject = &sample->rejects[i];
        cells[i * COLUMNS] = reject->key;
        cells[i * COLUMNS + 1] = kho_text_of(reject->severity);
        cells[i * COLUMNS + 2] = kho_text_of(reject->column);
        cells[i * COLUMNS + 3] = kho_text_of(reject->rule);
        cells[i * COLUMNS + 4] = kho_text_of(reject->reason);
    }
    cli_table(names, cells, sample->n_rejects, COLUMNS, COLUMNS);
}

/* What the next run would do to the store's tables; NULL if the store cannot be asked. */
static const char *plan_ddl(struct cli *cli, const struct kho_project *project,
                            const struct kho_schema *schema)
{
    struct kho_store_options options = {.warehouse = &project->config.warehouse,
                                        .dir = project->dir};
    struct kho_store *store;
    struct kho_err err = {0};
    const char *ddl;
    bool allow_drop = cli_value(cli, "allow-drop") != NULL;
    if (!kho_store_look(cli->arena, &options, &store, &err)) {
        kho_log_info("the store cannot be asked what would change in it: %s", err.message);
        return NULL;
    }
    if (kho_store_plan(store, schema, cli->arena, allow_drop, &ddl, &err))
        return ddl;
    kho_log_error(&err);
    return NULL;
}

static bool run_plan(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    const struct kho_job *job;
    struct kho_sample sample;
    int64_t rows;
    KHO_TRY(cli_number(cli, "sample", 1000, &rows, err));
    KHO_TRY(cli_project(cli, &project, err));
    KHO_TRY(kho_project_job(&project, cli->positional[0], &job, err));
    rows = KHO_MIN(rows, KHO_BATCH_ROWS);
    KHO_TRY(kho_job_sample(&project, cli->arena, job, rows, &sample, err));
    const char *ddl = plan_ddl(cli, &project, sample.schema);
    if (cli->json) {
        put_json(&sample, cli->positional[0], ddl);
        return true;
    }
    printf("job %s: %.*s -> %.*s\n\n", cli->positional[0],
           KHO_TEXT_ARGS(job->from.ptr != NULL ? job->from : job->source), KHO_TEXT_ARGS(job->to));
    put_rows(cli->arena, &sample);
    printf("\n%" PRId64 " rows read, %" PRId64 " would be rejected, %zu reasons\n", sample.read,
           sample.rejected, sample.n_rejects);
    if (sample.n_rejects != 0)
        putchar('\n');
    if (sample.n_rejects != 0)
        put_rejects(cli->arena, &sample);
    if (ddl != NULL && ddl[0] != '\0')
        printf("\nthe next run changes the store's tables:\n\n%s", ddl);
    return true;
}

static const struct cli_option options[] = {
    {"allow-drop", NULL, "show what `kho run --allow-drop` would do"},
    {"sample", "N", "rows to read (default 1000, at most 4096)"},
};

const struct cli_command cli_plan = {
    .name = "plan",
    .arguments = "JOB",
    .summary = "show how the first rows would be mapped and which rejected; changes nothing",
    .min_arguments = 1,
    .max_arguments = 1,
    .options = options,
    .n_options = KHO_COUNT(options),
    .run = run_plan,
};
