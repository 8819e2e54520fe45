/*
 * Reads etl/snapshots/NAME.yaml: which datasets leave the warehouse, which of their columns, in
 * which form, and why they may. Whether datasets and columns exist, and whether each personal
 * column is decided about, is checked by `run`, which knows the schemas.
 */
#include "project.h"

#define DATASETS_MAX 1000
#define HIDE_MAX 1600

struct snapshot_file {
    struct kho_snapshot_config snapshot;
    const struct kho_yaml_node *datasets;
};

struct dataset_file {
    struct kho_snapshot_dataset_config dataset;
    const struct kho_yaml_node *hide;
};

static const char *const format_words[] = {"csv.gz", "parquet", NULL};

static const struct kho_field snapshot_fields[] = {
    {.name = "snapshot",
     .kind = KHO_FIELD_NAME,
     .offset = offsetof(struct snapshot_file, snapshot.name),
     .required = true,
     .help = "the snapshot's name, as its file's; its directory in the lake"},
    {.name = "datasets",
     .kind = KHO_FIELD_NODE,
     .offset = offsetof(struct snapshot_file, datasets),
     .required = true,
     .help = "shared schema: {columns: [...], where: ..., hide: {...}}"},
    {.name = "format",
     .kind = KHO_FIELD_CHOICE,
     .offset = offsetof(struct snapshot_file, snapshot.format),
     .fallback = "parquet",
     .choices = format_words,
     .help = "how its files are written"},
    {.name = "schedule",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct snapshot_file, snapshot.schedule),
     .help = "when to publish, as in cron: \"0 5 * * *\""},
    {.name = "purpose",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct snapshot_file, snapshot.purpose),
     .help = "what the taker may use it for; required where personal columns leave"},
    {.name = "legal_basis",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct snapshot_file, snapshot.legal_basis),
     .help = "the law, decree or agreement that allows it; required where personal columns leave"},
    {.name = "to",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct snapshot_file, snapshot.to),
     .help = "the lake: a directory in the project, or file:///...; else the warehouse's"},
};
const struct kho_field_table kho_snapshot_table = {"A snapshot: etl/snapshots/NAME.yaml",
                                                   snapshot_fields, KHO_COUNT(snapshot_fields)};

static const struct kho_field dataset_fields[] = {
    {.name = "columns",
     .kind = KHO_FIELD_TEXTS,
     .offset = offsetof(struct dataset_file, dataset.columns),
     .help = "only these; else all"},
    {.name = "where",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct dataset_file, dataset.where),
     .help = "only these rows: a condition of SQL over the dataset's columns"},
    {.name = "hide",
     .kind = KHO_FIELD_NODE,
     .offset = offsetof(struct dataset_file, hide),
     .help =
         "column: what becomes of it - keep (as it is), drop, last4 (the last four characters), "
         "year, hmac (a pseudonym); each personal column, and `_key` beside such, needs one"},
};
const struct kho_field_table kho_snapshot_dataset_table = {
    "A dataset of a snapshot", dataset_fields, KHO_COUNT(dataset_fields)};

static void read_hide(const struct kho_reader *reader, const struct kho_yaml_node *hide,
                      struct kho_snapshot_dataset_config *dataset)
{
    if (hide == NULL)
        return;
    if (hide->kind != KHO_YAML_MAPPING || hide->count > HIDE_MAX) {
        kho_diag_error(reader->diags, hide->pos,
                       "'hide' is a mapping: column: keep, drop, last4, year or hmac");
        return;
    }
    dataset->hide = kho_arena_array(reader->arena, hide->count, sizeof(*dataset->hide));
    for (size_t i = 0; i < hide->count; i++) {
        const struct kho_yaml_node *word = hide->items[i];
        if (word->kind != KHO_YAML_SCALAR || kho_text_is_null(word->scalar)) {
            kho_diag_error(reader->diags, word->pos, "'%.*s' is hidden by one word",
                           KHO_TEXT_ARGS(hide->keys[i].name));
            continue;
        }
        dataset->hide[dataset->n_hide++] = (struct kho_hide_config){
            .column = hide->keys[i].name,
            .pos = hide->keys[i].pos,
            .word = word->scalar,
            .word_pos = word->pos,
        };
    }
}

/* A statement of its own could follow a semicolon. */
static void check_where(const struct kho_reader *reader, const struct kho_yaml_node *node,
                        struct kho_text where)
{
    if (!kho_text_is_null(where) && memchr(where.ptr, ';', where.len) != NULL)
        kho_diag_error(reader->diags, kho_project_pos(node, "where"),
                       "'where' is one condition, without a semicolon");
}

static void read_dataset(const struct kho_reader *reader, const struct kho_yaml_key *key,
                         const struct kho_yaml_node *node, struct kho_snapshot_dataset_config *out)
{
    struct dataset_file file = {0};
    if (node->kind == KHO_YAML_MAPPING)
        (void)kho_fields_read(&kho_snapshot_dataset_table, node, &file, reader->arena,
                              reader->diags);
    else if (node->kind != KHO_YAML_SCALAR || !kho_text_is_null(node->scalar))
        kho_diag_error(reader->diags, node->pos,
                       "a dataset is {columns: [...], where: ..., hide: {...}}, or {} for all");
    *out = file.dataset;
    out->schema = key->name;
    out->pos = key->pos;
    read_hide(reader, file.hide, out);
    if (node->kind == KHO_YAML_MAPPING)
        check_where(reader, node, out->where);
}

static void read_datasets(const struct kho_reader *reader, const struct kho_yaml_node *node,
                          struct kho_snapshot_config *snapshot)
{
    if (node == NULL)
        return;
    if (node->kind != KHO_YAML_MAPPING || node->count == 0 || node->count > DATASETS_MAX) {
        kho_diag_error(reader->diags, node->pos,
                       "'datasets' is a mapping: shared schema: {columns: ..., hide: ...}");
        return;
    }
    snapshot->datasets = kho_arena_array(reader->arena, node->count, sizeof(*snapshot->datasets));
    snapshot->n_datasets = node->count;
    for (size_t i = 0; i < node->count; i++)
        read_dataset(reader, &node->keys[i], node->items[i], &snapshot->datasets[i]);
}

bool kho_snapshot_read(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                       struct kho_snapshot_config *snapshot)
{
    struct snapshot_file file = {0};
    size_t errors = reader->diags->errors;
    (void)kho_fields_read(&kho_snapshot_table, tree, &file, reader->arena, reader->diags);
    if (tree->kind != KHO_YAML_MAPPING)
        return false;
    *snapshot = file.snapshot;
    snapshot->pos = kho_project_pos(tree, "snapshot");
    kho_project_check_name(reader, "snapshot", snapshot->name, snapshot->pos);
    if (!kho_text_is_null(snapshot->to))
        kho_project_check_lake(reader, "to", snapshot->to, kho_project_pos(tree, "to"));
    read_datasets(reader, file.datasets, snapshot);
    return reader->diags->errors == errors;
}
