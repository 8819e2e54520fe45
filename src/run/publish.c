/* Reads the datasets of one instant out of the store and writes them into the lake. */
#include <kho/core/clock.h>
#include <kho/core/file.h>
#include <kho/core/interrupt.h>
#include <kho/core/log.h>
#include <kho/core/progress.h>
#include <kho/lake/snapshot.h>
#include <kho/run/publish.h>
#include <kho/store/ledger.h>
#include <kho/store/reading.h>

static bool write_dataset(struct kho_reading *reading, struct kho_snapshot_writer *writer,
                          const struct kho_schema *schema, struct kho_published_dataset *dataset,
                          struct kho_err *err)
{
    struct kho_batch *batch;
    struct kho_progress progress;
    bool eof = false;
    KHO_TRY(kho_reading_dataset(reading, schema, &batch, err));
    KHO_TRY(kho_snapshot_dataset(writer, schema, err));
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

static bool write_all(const struct kho_project *project, struct kho_reading *reading,
                      struct kho_snapshot_writer *writer, struct kho_published *published,
                      struct kho_err *err)
{
    for (size_t i = 0; i < project->schemas.count; i++) {
        struct kho_published_dataset *dataset = &published->datasets[i];
        KHO_TRY(write_dataset(reading, writer, &project->schemas.items[i], dataset, err));
        published->rows += dataset->rows;
    }
    return true;
}

/* The lake's directory, absolute or relative to where kho runs, in the arena. */
static bool lake_of(const struct kho_project *project, struct kho_arena *arena, const char **lake,
                    struct kho_err *err)
{
    struct kho_text place = project->config.warehouse.lake;
    if (place.ptr == NULL) {
        kho_err_set(err, KHO_ERR_CONFIG, "etl/warehouse.yaml names no lake");
        return kho_err_hint(err, "add `lake: var/lake`, or give `--to DIR`");
    }
    if (kho_text_starts(place, KHO_TEXT("file://"))) {
        place.ptr += 7;
        place.len -= 7;
    }
    *lake = kho_path_join(arena, project->dir, kho_arena_cstr(arena, place));
    return true;
}

static bool publish(const struct kho_project *project, struct kho_store *store,
                    struct kho_arena *scratch, const struct kho_publish_options *wanted,
                    struct kho_published *published, struct kho_err *err)
{
    struct kho_reading *reading;
    struct kho_snapshot_writer *writer;
    KHO_TRY(
        kho_reading_open(store, scratch, &project->schemas, &reading, &published->as_of_us, err));
    if (published->as_of_us == 0) {
        kho_err_set(err, KHO_ERR_FAILED, "nothing has been loaded into the store yet");
        return kho_err_hint(err, "`kho run`");
    }
    struct kho_snapshot_options options = {
        .lake = wanted->lake,
        .warehouse = project->config.warehouse.name,
        .created_us = published->as_of_us,
        .format = wanted->format,
    };
    KHO_TRY(kho_snapshot_begin(scratch, &options, &writer, err));
    KHO_TRY(write_all(project, reading, writer, published, err));
    KHO_TRY(kho_snapshot_commit(writer, &published->path, err));
    /* The snapshot stands: a ledger that cannot be reached now does not undo that. */
    struct kho_err unnoted;
    if (!kho_ledger_add_snapshot(store, published->path, published->as_of_us, published->n_datasets,
                                 published->rows, &unnoted))
        kho_log_warning("the snapshot is not noted in the ledger: %s", unnoted.message);
    return true;
}

bool kho_publish(const struct kho_project *project, struct kho_store *store,
                 struct kho_arena *arena, const struct kho_publish_options *options,
                 struct kho_published *published, struct kho_err *err)
{
    int64_t started = kho_clock_monotonic_us();
    size_t n = project->schemas.count;
    struct kho_publish_options wanted = *options;
    *published = (struct kho_published){.n_datasets = n};
    published->datasets = kho_arena_array(arena, n, sizeof(*published->datasets));
    for (size_t i = 0; i < n; i++)
        published->datasets[i].schema = kho_arena_cstr(arena, project->schemas.items[i].name);
    if (wanted.lake == NULL)
        KHO_TRY(lake_of(project, arena, &wanted.lake, err));
    struct kho_arena *scratch = kho_arena_new(NULL);
    bool ok = publish(project, store, scratch, &wanted, published, err);
    if (ok)
        published->path = kho_arena_strdup(arena, published->path);
    kho_arena_free(scratch);
    published->elapsed_us = kho_clock_monotonic_us() - started;
    return ok || kho_err_context(err, "publishing a snapshot");
}
