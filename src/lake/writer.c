/*
 * A snapshot from begin to commit: which files, in which order, and the name. How a file is made
 * stands in csv.c, gzip.c and parquet/, the manifest in manifest.c, the directory in aside.c.
 */
#include <kho/lake/snapshot.h>

#include <kho/core/clock.h>
#include <kho/core/file.h>
#include <kho/core/interrupt.h>

#include "aside.h"
#include "chain.h"
#include "csv.h"
#include "hide.h"
#include "manifest.h"
#include "parquet/writer.h"
#include "proof.h"

/* Rows come ordered by `_key`, then `_source`: columns 1 and 0. */
static const size_t key_order[] = {1, 0};

struct dataset {
    struct kho_arena *arena; /* freed with the dataset */
    const struct kho_schema *schema;
    const char *file;
    struct lake_columns columns; /* in the writer's arena */
    struct lake_hider *hider;
    /* CSV */
    struct lake_gzip *gzip;
    struct lake_csv *csv;
    /* Parquet */
    struct lake_out *out;
    struct parquet_writer *parquet;
};

struct kho_snapshot_writer {
    struct kho_arena *arena;
    struct lake_aside *aside;
    enum kho_format format;
    struct kho_text pseudonym_key;
    bool chained;
    struct lake_key *sign_key; /* NULL = unsigned */
    struct lake_manifest manifest;
    struct dataset dataset; /* without arena: none is open */
    bool committed;
};

bool kho_format_find(struct kho_text word, enum kho_format *format)
{
    static const char *const words[] = {
#define X(name, word, suffix) word,
        KHO_FORMATS(X)
#undef X
    };
    for (size_t i = 0; i < KHO_COUNT(words); i++) {
        if (!kho_text_eq_cstr(word, words[i]))
            continue;
        *format = (enum kho_format)i;
        return true;
    }
    return false;
}

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
    made->format = options->format;
    made->chained = options->chained;
    made->manifest.purpose = kho_arena_text(arena, options->purpose);
    made->manifest.legal_basis = kho_arena_text(arena, options->legal_basis);
    if (options->pseudonym_key.ptr != NULL) {
        made->pseudonym_key = kho_arena_text(arena, options->pseudonym_key);
        made->manifest.pseudonym_key_id = lake_pseudonym_key_id(arena, made->pseudonym_key);
    }
    made->manifest.warehouse = kho_arena_text(arena, options->warehouse);
    made->manifest.created_us = options->created_us;
    if (options->sign_key.ptr != NULL)
        KHO_TRY(lake_key_private(arena, options->sign_key, "the sign_key", &made->sign_key, err));
    char name[KHO_INSTANT_MAX];
    name_of(options->created_us, name);
    KHO_TRY(lake_aside_make(arena, options->lake, name, &made->aside, err));
    *writer = made;
    return true;
}

static const char *format_suffix(enum kho_format format)
{
    static const char *const suffixes[] = {
#define X(name, word, suffix) suffix,
        KHO_FORMATS(X)
#undef X
    };
    return suffixes[format];
}

static bool begin_csv(struct dataset *dataset, const char *path, struct kho_err *err)
{
    KHO_TRY(lake_gzip_open(dataset->arena, path, &dataset->gzip, err));
    dataset->csv = lake_csv_new(dataset->arena, dataset->file, dataset->columns, dataset->gzip);
    return lake_csv_header(dataset->csv, err);
}

static bool begin_parquet(struct dataset *dataset, const char *path, struct kho_err *err)
{
    struct kho_arena *arena = dataset->arena;
    struct footer_note *notes = kho_arena_array(arena, 2, sizeof(*notes));
    notes[0] = (struct footer_note){"kho.schema", dataset->schema->name};
    notes[1] = (struct footer_note){
        "kho.schema_version",
        kho_text_of(kho_arena_printf(arena, "%" PRId64, dataset->schema->version))};
    struct parquet_options options = {
        .file = dataset->file,
        .columns = dataset->columns,
        .sorted = key_order,
        /* Pseudonyms are in no order. */
        .n_sorted = dataset->columns.items[1].hide == KHO_HIDE_KEEP ? KHO_COUNT(key_order) : 0,
        .codec = PARQUET_ZSTD,
        .notes = notes,
        .n_notes = 2,
    };
    KHO_TRY(lake_out_open(arena, path, &dataset->out, err));
    return parquet_writer_new(arena, &options, dataset->out, &dataset->parquet, err);
}

bool kho_snapshot_dataset(struct kho_snapshot_writer *writer,
                          const struct kho_snapshot_dataset *wanted, struct kho_err *err)
{
    KHO_BUG_IF(writer->dataset.arena != NULL || writer->committed);
    struct kho_arena *arena = kho_arena_new(writer->arena);
    struct dataset *dataset = &writer->dataset;
    const struct kho_schema *schema = wanted->schema;
    *dataset = (struct dataset){.arena = arena, .schema = schema};
    dataset->columns = lake_columns_of(writer->arena, wanted);
    dataset->hider = lake_hider_new(arena, dataset->columns, writer->pseudonym_key);
    dataset->file = kho_arena_printf(writer->arena, "%.*s.%.*s%s", KHO_TEXT_ARGS(schema->domain),
                                     KHO_TEXT_ARGS(schema->table), format_suffix(writer->format));
    const char *path = kho_path_join(arena, writer->aside->path, dataset->file);
    return writer->format == KHO_FORMAT_CSV ? begin_csv(dataset, path, err)
                                            : begin_parquet(dataset, path, err);
}

bool kho_snapshot_rows(struct kho_snapshot_writer *writer, const struct kho_batch *batch,
                       struct kho_err *err)
{
    struct dataset *dataset = &writer->dataset;
    KHO_BUG_IF(dataset->arena == NULL);
    KHO_TRY(kho_interrupt_check(err));
    KHO_TRY(lake_hider_batch(dataset->hider, dataset->file, &batch, err));
    return dataset->csv != NULL ? lake_csv_batch(dataset->csv, batch, err)
                                : parquet_writer_batch(dataset->parquet, batch, err);
}

static bool end_file(struct dataset *dataset, struct lake_resource *resource, struct kho_err *err)
{
    if (dataset->csv != NULL)
        return lake_csv_end(dataset->csv, &resource->rows, err) &&
               lake_gzip_close(dataset->gzip, &resource->stats, err);
    return parquet_writer_end(dataset->parquet, &resource->rows, err) &&
           lake_out_close(dataset->out, &resource->stats, err);
}

bool kho_snapshot_dataset_end(struct kho_snapshot_writer *writer, int64_t *rows,
                              struct kho_err *err)
{
    struct dataset *dataset = &writer->dataset;
    KHO_BUG_IF(dataset->arena == NULL);
    struct lake_resource resource = {
        .schema = dataset->schema,
        .columns = dataset->columns,
        .path = dataset->file,
        .format = writer->format,
    };
    KHO_TRY(end_file(dataset, &resource, err));
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
    return lake_manifest_write(manifest, writer->aside->path, err) &&
           lake_proof_write(manifest, writer->sign_key, writer->aside->path, err);
}

static bool publish(struct kho_snapshot_writer *writer, const char **path, struct kho_err *err)
{
    for (bool taken = true; taken;) {
        KHO_TRY(write_manifest(writer, err));
        KHO_TRY(lake_aside_publish(writer->aside, path, &taken, err));
    }
    writer->committed = true;
    return true;
}

/* One writer after the other: else two would follow the same snapshot. */
static bool publish_chained(struct kho_snapshot_writer *writer, struct kho_arena *arena,
                            const char **path, struct kho_err *err)
{
    struct lake_manifest *manifest = &writer->manifest;
    const char *lake = writer->aside->lake;
    KHO_TRY(lake_chain_lock(arena, lake, err));
    KHO_TRY(lake_chain_head(arena, lake, &manifest->previous, err));
    return publish(writer, path, err) && lake_chain_advance(manifest, lake, err);
}

bool kho_snapshot_commit(struct kho_snapshot_writer *writer, const char **path, struct kho_err *err)
{
    KHO_BUG_IF(writer->dataset.arena != NULL || writer->committed);
    if (writer->manifest.n_resources == 0)
        return kho_err_set(err, KHO_ERR_FAILED, "a snapshot without a dataset is not published");
    if (!writer->chained)
        return publish(writer, path, err);
    struct kho_arena *arena = kho_arena_new(NULL);
    bool ok = publish_chained(writer, arena, path, err);
    kho_arena_free(arena);
    return ok;
}
