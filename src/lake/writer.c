/*
 * A snapshot from begin to commit: which files, in which order, and the name. How a file is made
 * stands in csv.c and gzip.c, the manifest in manifest.c, the directory in aside.c.
 */
#include <kho/lake/snapshot.h>

#include <kho/core/clock.h>
#include <kho/core/file.h>
#include <kho/core/interrupt.h>

#include "aside.h"
#include "csv.h"
#include "manifest.h"

struct dataset {
    struct kho_arena *arena; /* freed with the dataset */
    const struct kho_schema *schema;
    const char *file;
    struct lake_gzip *gzip;
    struct lake_csv *csv;
};

struct kho_snapshot_writer {
    struct kho_arena *arena;
    struct lake_aside *aside;
    struct lake_manifest manifest;
    struct dataset dataset; /* without arena: none is open */
    bool committed;
};

/* `20260101T010203Z` of `2026-01-01T01:02:03.000000Z`. */
static void name_of(int64_t instant_us, char name[KHO_INSTANT_MAX])
{
    char utc[KHO_INSTANT_MAX];
    kho_instant_utc(instant_us, utc, sizeof(utc));
    char *out = name;
    for (const char *at = utc; *at != '\0' && *at != '.'; at++)
        if (*at != '-' && *at != ':')
            *out++ = *at;
    *out++ = 'Z';
    *out = '\0';
}

bool kho_snapshot_begin(struct kho_arena *arena, const struct kho_snapshot_options *options,
                        struct kho_snapshot_writer **writer, struct kho_err *err)
{
    struct kho_snapshot_writer *made = kho_arena_alloc(arena, sizeof(*made));
    made->arena = arena;
    made->manifest.warehouse = kho_arena_text(arena, options->warehouse);
    made->manifest.created_us = options->created_us;
    char name[KHO_INSTANT_MAX];
    name_of(options->created_us, name);
    KHO_TRY(lake_aside_make(arena, options->lake, name, &made->aside, err));
    *writer = made;
    return true;
}

bool kho_snapshot_dataset(struct kho_snapshot_writer *writer, const struct kho_schema *schema,
                          struct kho_err *err)
{
    KHO_BUG_IF(writer->dataset.arena != NULL || writer->committed);
    struct kho_arena *arena = kho_arena_new(writer->arena);
    struct dataset *dataset = &writer->dataset;
    *dataset = (struct dataset){.arena = arena, .schema = schema};
    dataset->file = kho_arena_printf(writer->arena, "%.*s.%.*s.csv.gz",
                                     KHO_TEXT_ARGS(schema->domain), KHO_TEXT_ARGS(schema->table));
    const char *path = kho_path_join(arena, writer->aside->path, dataset->file);
    KHO_TRY(lake_gzip_open(arena, path, &dataset->gzip, err));
    dataset->csv =
        lake_csv_new(arena, dataset->file, lake_columns_of(arena, schema), dataset->gzip);
    return lake_csv_header(dataset->csv, err);
}

bool kho_snapshot_rows(struct kho_snapshot_writer *writer, const struct kho_batch *batch,
                       struct kho_err *err)
{
    KHO_BUG_IF(writer->dataset.arena == NULL);
    KHO_TRY(kho_interrupt_check(err));
    return lake_csv_batch(writer->dataset.csv, batch, err);
}

bool kho_snapshot_dataset_end(struct kho_snapshot_writer *writer, int64_t *rows,
                              struct kho_err *err)
{
    struct dataset *dataset = &writer->dataset;
    KHO_BUG_IF(dataset->arena == NULL);
    struct lake_resource resource = {.schema = dataset->schema, .path = dataset->file};
    KHO_TRY(lake_csv_end(dataset->csv, &resource.rows, err));
    KHO_TRY(lake_gzip_close(dataset->gzip, &resource.stats, err));
    struct lake_manifest *manifest = &writer->manifest;
    struct lake_resource *listed = kho_arena_push(writer->arena, &manifest->resources,
                                                  &manifest->n_resources, sizeof(*listed));
    *listed = resource;
    *rows = resource.rows;
    kho_arena_free(dataset->arena);
    *dataset = (struct dataset){0};
    return true;
}

static bool write_manifest(struct kho_snapshot_writer *writer, struct kho_err *err)
{
    struct lake_manifest *manifest = &writer->manifest;
    manifest->name = writer->aside->name;
    manifest->title = kho_text_of(kho_arena_printf(
        writer->arena, "%.*s, %s", KHO_TEXT_ARGS(manifest->warehouse), manifest->name));
    return lake_manifest_write(manifest, writer->aside->path, err);
}

bool kho_snapshot_commit(struct kho_snapshot_writer *writer, const char **path, struct kho_err *err)
{
    KHO_BUG_IF(writer->dataset.arena != NULL || writer->committed);
    if (writer->manifest.n_resources == 0)
        return kho_err_set(err, KHO_ERR_FAILED, "a snapshot without a dataset is not published");
    for (bool taken = true; taken;) {
        KHO_TRY(write_manifest(writer, err));
        KHO_TRY(lake_aside_publish(writer->aside, path, &taken, err));
    }
    writer->committed = true;
    return true;
}
