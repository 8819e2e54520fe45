/* kho run: runs jobs one after the other and shows their receipts. */
#include <kho/core/interrupt.h>
#include <kho/core/log.h>
#include <kho/run/job.h>
#include <kho/store/limits.h>

#include "cli.h"

static void put_proof(struct kho_json *json, const struct kho_receipt *receipt)
{
    const struct kho_load_stats *stats = &receipt->stats;
    char source[KHO_HASH_HEX_SIZE], store[KHO_HASH_HEX_SIZE];
    kho_json_object(json, "proof");
    kho_json_string(json, "kind", strcmp(receipt->pull, "full") == 0 ? "full" : "window");
    kho_json_int(json, "rows", stats->proved);
    kho_json_string(json, "source", kho_hash_hex(stats->source_hash, source));
    kho_json_string(json, "store", kho_hash_hex(stats->store_hash, store));
    kho_json_bool(json, "keys_compared",
                  stats->keys_compared || strcmp(receipt->pull, "full") == 0);
    kho_json_object_end(json);
}

static void put_pull(struct kho_json *json, const struct kho_receipt *receipt)
{
    kho_json_object(json, "pull");
    kho_json_string(json, "asked", receipt->asked);
    kho_json_string(json, "made", receipt->pull);
    kho_json_string(json, "because", receipt->because);
    kho_json_string(json, "from", receipt->from);
    kho_json_string(json, "to", receipt->to);
    kho_json_object_end(json);
}

static void put_drift(struct kho_json *json, const struct kho_receipt *receipt)
{
    kho_json_array(json, "drift");
    for (size_t i = 0; i < receipt->n_drift; i++) {
        kho_json_object(json, NULL);
        kho_json_string(json, "column", receipt->drift[i].column);
        kho_json_string(json, "change", receipt->drift[i].change);
        kho_json_string(json, "was", receipt->drift[i].was);
        kho_json_string(json, "is", receipt->drift[i].is);
        kho_json_object_end(json);
    }
    kho_json_array_end(json);
}

static void put_accepted(struct kho_json *json, unsigned accepted)
{
    kho_json_array(json, "accepted");
    for (size_t i = 0; kho_accept_words[i] != NULL; i++)
        if ((accepted & (1u << i)) != 0)
            kho_json_string(json, NULL, kho_accept_words[i]);
    kho_json_array_end(json);
}

static void put_counts(struct kho_json *json, const struct kho_load_stats *stats)
{
    kho_json_int(json, "read", stats->read);
    kho_json_int(json, "inserted", stats->inserted);
    kho_json_int(json, "updated", stats->updated);
    kho_json_int(json, "deleted", stats->deleted);
    kho_json_int(json, "unchanged", stats->unchanged);
    kho_json_int(json, "rejected", stats->rejected);
    kho_json_int(json, "warned", stats->warned);
    kho_json_int(json, "repaired", stats->repaired);
    kho_json_int(json, "orphans", stats->orphans);
    kho_json_int(json, "stale", stats->stale);
    kho_json_int(json, "total", stats->total);
}

void cli_receipt_json(const struct kho_receipt *receipt, const struct kho_err *err)
{
    struct kho_buf out;
    struct kho_json json;
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    if (receipt->stats.run != 0)
        kho_json_int(&json, "run", receipt->stats.run);
    else
        kho_json_null(&json, "run");
    kho_json_string(&json, "job", receipt->job);
    kho_json_string(&json, "source", receipt->source);
    kho_json_string(&json, "schema", receipt->schema);
    kho_json_string(&json, "feed", receipt->feed);
    kho_json_string(&json, "status", receipt->status);
    if (receipt->asked != NULL)
        put_pull(&json, receipt);
    put_drift(&json, receipt);
    put_counts(&json, &receipt->stats);
    put_accepted(&json, receipt->accepted);
    kho_json_seconds(&json, "seconds", (double)receipt->elapsed_us / 1e6);
    if (err == NULL && receipt->pull != NULL)
        put_proof(&json, receipt);
    else
        kho_json_null(&json, "proof");
    kho_json_string(&json, "error", err != NULL ? err->message : NULL);
    kho_json_object_end(&json);
    cli_json(&out);
    fflush(stdout);
    kho_buf_release(&out);
}

static struct kho_text number(struct kho_arena *arena, int64_t value)
{
    return kho_text_of(kho_arena_printf(arena, "%" PRId64, value));
}

enum { COLUMNS = 13 };
static const char *const names[COLUMNS] = {
    "job",     "run",       "status",   "pull",   "read",    "inserted", "updated",
    "deleted", "unchanged", "rejected", "warned", "seconds", "proof"};

static void fill_row(struct kho_arena *arena, const struct kho_receipt *receipt,
                     struct kho_text *cells)
{
    const struct kho_load_stats *stats = &receipt->stats;
    bool proved =
        strcmp(receipt->status, "published") == 0 || strcmp(receipt->status, "dry run") == 0;
    struct kho_text row[COLUMNS] = {
        kho_text_of(receipt->job),
        stats->run != 0 ? number(arena, stats->run) : KHO_TEXT_NULL,
        kho_text_of(receipt->status),
        kho_text_of(receipt->pull),
        number(arena, stats->read),
        number(arena, stats->inserted),
        number(arena, stats->updated),
        number(arena, stats->deleted),
        number(arena, stats->unchanged),
        number(arena, stats->rejected),
        number(arena, stats->warned),
        kho_text_of(kho_arena_printf(arena, "%.2f", (double)receipt->elapsed_us / 1e6)),
        proved ? kho_text_of(kho_arena_printf(arena, "%" PRId64 " rows equal", stats->proved))
               : KHO_TEXT_NULL,
    };
    memcpy(cells, row, sizeof(row));
}

void cli_receipts(struct cli *cli, const struct kho_receipt *receipts, size_t count)
{
    struct kho_text *cells = kho_arena_array(cli->arena, count * COLUMNS, sizeof(*cells));
    for (size_t i = 0; i < count; i++)
        fill_row(cli->arena, &receipts[i], cells + i * COLUMNS);
    cli_table(names, cells, count, COLUMNS, COLUMNS);
    fflush(stdout);
}

static bool choose_jobs(const struct cli *cli, const struct kho_project *project,
                        const struct kho_job ***jobs, size_t *count, struct kho_err *err)
{
    bool all = cli->n_positional == 0;
    *count = all ? project->config.n_jobs : cli->n_positional;
    *jobs = kho_arena_array(cli->arena, *count, sizeof(**jobs));
    for (size_t i = 0; i < *count; i++) {
        if (all)
            (*jobs)[i] = &project->config.jobs[i];
        else
            KHO_TRY(kho_project_job(project, cli->positional[i], &(*jobs)[i], err));
    }
    if (*count == 0) {
        kho_err_set(err, KHO_ERR_CONFIG, "there are no jobs");
        return kho_err_hint(err, "write one to etl/jobs/; `kho help job` tells what stands in it");
    }
    return true;
}

/* Runs them all, also after one failed; the first failure decides the exit code. */
static bool run_jobs(struct cli *cli, struct kho_project *project, struct kho_store *store,
                     const struct kho_job **jobs, size_t count,
                     const struct kho_run_options *options, struct kho_err *err)
{
    struct kho_receipt *receipts = kho_arena_array(cli->arena, count, sizeof(*receipts));
    bool ok = true;
    size_t done = 0;
    while (done < count && !kho_interrupt_pending()) {
        struct kho_receipt *receipt = &receipts[done];
        struct kho_err failure = {0};
        bool published = kho_job_run(project, store, jobs[done], options, receipt, &failure);
        if (cli->json)
            cli_receipt_json(receipt, published ? NULL : &failure);
        cli->answered = true;
        done++;
        if (published)
            continue;
        if (ok)
            *err = failure;
        else
            kho_log_error(&failure);
        ok = false;
    }
    if (!cli->json)
        cli_receipts(cli, receipts, done);
    /* A signal under the last job's COMMIT came too late to interrupt anything. */
    return ok && (done == count || kho_interrupt_check(err));
}

static bool run_run(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct kho_store *store;
    const struct kho_job **jobs;
    size_t count;
    struct kho_run_options options = {.full = cli_value(cli, "full") != NULL,
                                      .dry_run = cli_value(cli, "dry-run") != NULL};
    KHO_TRY(kho_accept_read(cli_value(cli, "accept"), &options.accepted, err));
    KHO_TRY(cli_project(cli, &project, err));
    KHO_TRY(choose_jobs(cli, &project, &jobs, &count, err));
    KHO_TRY(kho_project_store(&project, cli->arena, &store, err));
    bool allow_drop = cli_value(cli, "allow-drop") != NULL;
    if (!options.dry_run)
        KHO_TRY(kho_store_ensure(store, &project.schemas, allow_drop, err));
    if (cli_value(cli, "queue") != NULL)
        return cli_queue(cli, &project, store, err);
    return run_jobs(cli, &project, store, jobs, count, &options, err);
}

static const struct cli_option run_options[] = {
    {"allow-drop", NULL, "remove columns that the schema no longer has, with their history"},
    {"full", NULL, "compare all rows, whatever `pull:` says"},
    {"queue", NULL, "leave it to `kho serve`: as soon as it can, like a run that is due"},
    {"dry-run", NULL, "do all of a run, limits and proof included, and roll it back"},
    {"accept", "WORDS",
     "limits that do not stop this run: rejected, shrink, deleted, changed, nulls, drift"},
};

const struct cli_command cli_run = {
    .name = "run",
    .arguments = "[JOB...]",
    .summary = "run these jobs, or all, now",
    .help =
        "Each run is published in one transaction or not at all. The table says for each job what\n"
        "it read (= inserted + updated + unchanged + rejected), what it deleted, and the proof:\n"
        "how many rows of the store were found equal to the source's by their hashes.",
    .max_arguments = SIZE_MAX,
    .options = run_options,
    .n_options = KHO_COUNT(run_options),
    .run = run_run,
};
