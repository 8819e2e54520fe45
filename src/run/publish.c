/* Reads datasets of one instant out of the store and writes them into the lake. */
#include <kho/core/clock.h>
#include <kho/core/file.h>
#include <kho/core/interrupt.h>
#include <kho/core/log.h>
#include <kho/core/progress.h>
#include <kho/lake/snapshot.h>
#include <kho/run/publish.h>
#include <kho/store/ledger.h>
#include <kho/store/reading.h>

#include "snapshot.h"

#define PSEUDONYM_KEY_MIN 32

/* What one publication is made of. */
struct publication {
    const struct kho_project *project;
    const struct kho_publish_options *options;
    struct kho_arena *arena; /* until it is done */
    struct snapshot_plan plan;
    const char *lake;
    struct kho_published *published;
};

static bool write_dataset(struct kho_reading *reading, struct kho_snapshot_writer *writer,
                          const struct snapshot_part *part, struct kho_published_dataset *dataset,
                          struct kho_err *err)
{
    struct kho_batch *batch;
    struct kho_progress progress;
    struct kho_snapshot_dataset leaving = {&part->schema, part->hide, part->hide_key};
    bool eof = false;
    KHO_TRY(kho_reading_dataset(reading, &part->schema, part->where, &batch, err));
    KHO_TRY(kho_snapshot_dataset(writer, &leaving, err));
    kho_progress_start(&progress, dataset->schema, 0);
    while (!eof) {
        KHO_TRY(kho_reading_next(reading, batch, &eof, err));
        KHO_TRY(kho_snapshot_rows(writer, batch, err));
        dataset->rows += (int64_t)batch->n_rows;
        kho_progress_update(&progress, dataset->rows, 0);
        KHO_TRY(kho_interrupt_check(err));
    }
    kho_progress_end(&progress);
    kho_batch_free(batch);
    return kho_snapshot_dataset_end(writer, &dataset->rows, err);
}

static bool write_all(const struct publication *publication, struct kho_reading *reading,
                      struct kho_snapshot_writer *writer, struct kho_err *err)
{
    struct kho_published *published = publication->published;
    for (size_t i = 0; i < publication->plan.n_parts; i++) {
        struct kho_published_dataset *dataset = &published->datasets[i];
        KHO_TRY(write_dataset(reading, writer, &publication->plan.parts[i], dataset, err));
        published->rows += dataset->rows;
    }
    return true;
}

/* The lake's directory, absolute or relative to where kho runs; of a definition's snapshots the one
 * of its name in it. */
static bool find_lake(struct publication *publication, struct kho_err *err)
{
    const struct kho_snapshot_config *snapshot = publication->options->snapshot;
    struct kho_text place = publication->project->config.warehouse.lake;
    if (snapshot != NULL && snapshot->to.ptr != NULL)
        place = snapshot->to;
    publication->lake = publication->options->lake;
    if (publication->lake == NULL && place.ptr == NULL) {
        kho_err_set(err, KHO_ERR_CONFIG, "etl/warehouse.yaml names no lake");
        return kho_err_hint(err, "add `lake: var/lake`, or give `--to DIR`");
    }
    if (publication->lake == NULL) {
        if (kho_text_starts(place, KHO_TEXT("file://"))) {
            place.ptr += 7;
            place.len -= 7;
        }
        publication->lake = kho_path_join(publication->arena, publication->project->dir,
                                          kho_arena_cstr(publication->arena, place));
    }
    if (snapshot != NULL)
        publication->lake = kho_path_join(publication->arena, publication->lake,
                                          kho_arena_cstr(publication->arena, snapshot->name));
    return true;
}

static bool find_key(const struct publication *publication, struct kho_text *key,
                     struct kho_err *err)
{
    *key = KHO_TEXT_NULL;
    if (!publication->plan.has_pseudonyms)
        return true;
    const struct kho_project *project = publication->project;
    KHO_TRY(kho_secret_resolve(&project->config.warehouse.pseudonym_key, project->dir,
                               publication->arena, key, err));
    if (key->len >= PSEUDONYM_KEY_MIN)
        return true;
    kho_err_set(err, KHO_ERR_CONFIG, "the key of pseudonyms is shorter than %d characters",
                PSEUDONYM_KEY_MIN);
    return kho_err_hint(err, "`openssl rand -hex 32` makes one");
}

static bool write_snapshot(const struct publication *publication, struct kho_reading *reading,
                           struct kho_err *err)
{
    struct kho_snapshot_writer *writer;
    const struct kho_snapshot_config *snapshot = publication->options->snapshot;
    struct kho_snapshot_options options = {
        .lake = publication->lake,
        .warehouse = publication->project->config.warehouse.name,
        .created_us = publication->published->as_of_us,
        .format = publication->options->format,
    };
    if (snapshot != NULL) {
        options.chained = true;
        options.purpose = snapshot->purpose;
        options.legal_basis = snapshot->legal_basis;
    }
    KHO_TRY(find_key(publication, &options.pseudonym_key, err));
    KHO_TRY(kho_secret_resolve(&publication->project->config.warehouse.sign_key,
                               publication->project->dir, publication->arena, &options.sign_key,
                               err));
    KHO_TRY(kho_snapshot_begin(publication->arena, &options, &writer, err));
    KHO_TRY(write_all(publication, reading, writer, err));
    return kho_snapshot_commit(writer, &publication->published->path, err);
}

static bool publish(struct publication *publication, struct kho_store *store, struct kho_err *err)
{
    struct kho_reading *reading;
    struct kho_published *published = publication->published;
    KHO_TRY(find_lake(publication, err));
    KHO_TRY(kho_reading_open(store, publication->arena, &publication->project->schemas, &reading,
                             &published->as_of_us, err));
    if (published->as_of_us == 0) {
        kho_err_set(err, KHO_ERR_FAILED, "nothing has been loaded into the store yet");
        return kho_err_hint(err, "`kho run`");
    }
    KHO_TRY(write_snapshot(publication, reading, err));
    /* The snapshot stands: a ledger that cannot be reached now does not undo that. */
    struct kho_err unnoted;
    if (!kho_ledger_add_snapshot(store, published->path, published->as_of_us, published->n_datasets,
                                 published->rows, &unnoted))
        kho_log_warning("the snapshot is not noted in the ledger: %s", unnoted.message);
    return true;
}

static bool make_plan(struct publication *publication, struct kho_err *err)
{
    const struct kho_snapshot_config *snapshot = publication->options->snapshot;
    struct kho_diags diags;
    if (snapshot == NULL) {
        snapshot_plan_all(publication->project, publication->arena, &publication->plan);
        return true;
    }
    kho_diags_init(&diags, publication->arena);
    snapshot_plan(publication->project, snapshot, publication->arena, &publication->plan, &diags);
    return kho_diags_check(&diags, err);
}

static void list_datasets(const struct publication *publication, struct kho_arena *arena)
{
    struct kho_published *published = publication->published;
    published->n_datasets = publication->plan.n_parts;
    published->datasets =
        kho_arena_array(arena, published->n_datasets, sizeof(*published->datasets));
    for (size_t i = 0; i < published->n_datasets; i++)
        published->datasets[i].schema =
            kho_arena_cstr(arena, publication->plan.parts[i].schema.name);
}

bool kho_publish(const struct kho_project *project, struct kho_store *store,
                 struct kho_arena *arena, const struct kho_publish_options *options,
                 struct kho_published *published, struct kho_err *err)
{
    int64_t started = kho_clock_monotonic_us();
    struct publication publication = {
        .project = project,
        .options = options,
        .arena = kho_arena_new(NULL),
        .published = published,
    };
    *published = (struct kho_published){0};
    bool ok = make_plan(&publication, err);
    if (ok)
        list_datasets(&publication, arena);
    ok = ok && publish(&publication, store, err);
    if (ok)
        published->path = kho_arena_strdup(arena, published->path);
    kho_arena_free(publication.arena);
    published->elapsed_us = kho_clock_monotonic_us() - started;
    return ok || kho_err_context(err, "publishing a snapshot");
}
