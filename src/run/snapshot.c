/* Default deny: nothing personal leaves that nobody decided about. */
#include "snapshot.h"

#define KEY_COLUMN "_key"

/* What is being fitted: one dataset of a definition. */
struct fitting {
    struct kho_arena *arena;
    const struct kho_snapshot_dataset_config *config;
    const struct kho_schema *schema;
    struct kho_diags *diags;
};

static const char **column_names(const struct fitting *fitting)
{
    const struct kho_schema *schema = fitting->schema;
    const char **names = kho_arena_array(fitting->arena, schema->n_columns, sizeof(*names));
    for (size_t i = 0; i < schema->n_columns; i++)
        names[i] = kho_arena_cstr(fitting->arena, schema->columns[i].name);
    return names;
}

static void unknown_column(const struct fitting *fitting, struct kho_text name, struct kho_pos pos)
{
    kho_diag_error(
        fitting->diags, pos, "'%.*s' has no column '%.*s'%s", KHO_TEXT_ARGS(fitting->schema->name),
        KHO_TEXT_ARGS(name),
        kho_diag_suggest(fitting->diags, name, column_names(fitting), fitting->schema->n_columns));
}

static void read_word(const struct fitting *fitting, const struct kho_hide_config *config,
                      enum kho_type type, enum kho_hide *hide)
{
    if (!kho_hide_find(config->word, hide))
        kho_diag_error(fitting->diags, config->word_pos,
                       "'%.*s' is none of keep, drop, last4, year, hmac",
                       KHO_TEXT_ARGS(config->word));
    else if (!kho_hide_fits(*hide, type))
        kho_diag_error(fitting->diags, config->word_pos, "a column of type %s has no '%.*s'",
                       kho_type_word(type), KHO_TEXT_ARGS(config->word));
}

static const struct kho_hide_config *find_hide(const struct fitting *fitting, struct kho_text name)
{
    for (size_t i = 0; i < fitting->config->n_hide; i++)
        if (kho_text_eq(fitting->config->hide[i].column, name))
            return &fitting->config->hide[i];
    return NULL;
}

static void check_hidden_names(const struct fitting *fitting)
{
    for (size_t i = 0; i < fitting->config->n_hide; i++) {
        const struct kho_hide_config *hide = &fitting->config->hide[i];
        if (!kho_text_eq_cstr(hide->column, KEY_COLUMN) &&
            kho_schema_column_index(fitting->schema, hide->column) < 0)
            unknown_column(fitting, hide->column, hide->pos);
    }
}

static void fit_column(const struct fitting *fitting, const struct kho_schema_column *column,
                       struct snapshot_part *part)
{
    enum kho_hide hide = KHO_HIDE_KEEP;
    const struct kho_hide_config *decided = find_hide(fitting, column->name);
    if (decided != NULL)
        read_word(fitting, decided, column->type, &hide);
    else if (column->pii != KHO_PII_NONE)
        kho_diag_error(
            fitting->diags, fitting->config->pos,
            "'%.*s' is personal, and 'hide' does not say what becomes of it: keep, drop, "
            "last4, year or hmac",
            KHO_TEXT_ARGS(column->name));
    if (hide == KHO_HIDE_DROP)
        return;
    part->hide[part->schema.n_columns] = hide;
    part->schema.columns[part->schema.n_columns++] = *column;
}

static void fit_columns(const struct fitting *fitting, struct snapshot_part *part)
{
    const struct kho_texts *wanted = &fitting->config->columns;
    const struct kho_schema *schema = fitting->schema;
    for (size_t i = 0; i < wanted->count; i++) {
        int column = kho_schema_column_index(schema, wanted->items[i]);
        if (column < 0)
            unknown_column(fitting, wanted->items[i], wanted->pos[i]);
        for (size_t j = 0; j < i; j++)
            if (kho_text_eq(wanted->items[i], wanted->items[j]))
                kho_diag_error(fitting->diags, wanted->pos[i], "'%.*s' stands twice in 'columns'",
                               KHO_TEXT_ARGS(wanted->items[i]));
    }
    for (size_t i = 0; i < schema->n_columns; i++) {
        bool leaves = wanted->count == 0;
        for (size_t j = 0; !leaves && j < wanted->count; j++)
            leaves = kho_text_eq(wanted->items[j], schema->columns[i].name);
        if (leaves)
            fit_column(fitting, &schema->columns[i], part);
    }
}

static bool has_personal(const struct kho_schema *schema)
{
    for (size_t i = 0; i < schema->n_columns; i++)
        if (schema->columns[i].pii != KHO_PII_NONE)
            return true;
    return false;
}

/* The key of a person's record stands for the person: it is decided about as well. */
static void fit_key(const struct fitting *fitting, struct snapshot_part *part)
{
    const struct kho_hide_config *decided = find_hide(fitting, KHO_TEXT(KEY_COLUMN));
    if (decided == NULL) {
        if (has_personal(fitting->schema))
            kho_diag_error(fitting->diags, fitting->config->pos,
                           "'" KEY_COLUMN
                           "' may be a personal number, and 'hide' does not say what "
                           "becomes of it: keep or hmac");
        return;
    }
    if (kho_hide_find(decided->word, &part->hide_key) &&
        (part->hide_key == KHO_HIDE_KEEP || part->hide_key == KHO_HIDE_HMAC))
        return;
    kho_diag_error(fitting->diags, decided->word_pos, "'" KEY_COLUMN "' has keep and hmac only");
}

static void fit_dataset(const struct fitting *fitting, struct snapshot_part *part)
{
    const struct kho_schema *schema = fitting->schema;
    part->schema = *schema;
    part->schema.n_columns = 0;
    part->schema.columns =
        kho_arena_array(fitting->arena, schema->n_columns, sizeof(*schema->columns));
    part->hide = kho_arena_array(fitting->arena, schema->n_columns, sizeof(*part->hide));
    part->where = fitting->config->where;
    check_hidden_names(fitting);
    fit_columns(fitting, part);
    fit_key(fitting, part);
}

static const struct kho_schema *find_schema(const struct kho_project *project,
                                            const struct kho_snapshot_dataset_config *dataset,
                                            struct kho_arena *arena, struct kho_diags *diags)
{
    const struct kho_schemas *schemas = &project->schemas;
    const struct kho_schema *schema = kho_schemas_find(schemas, dataset->schema);
    if (schema != NULL)
        return schema;
    const char **names = kho_arena_array(arena, schemas->count, sizeof(*names));
    for (size_t i = 0; i < schemas->count; i++)
        names[i] = kho_arena_cstr(arena, schemas->items[i].name);
    kho_diag_error(diags, dataset->pos, "there is no schema '%.*s'%s",
                   KHO_TEXT_ARGS(dataset->schema),
                   kho_diag_suggest(diags, dataset->schema, names, schemas->count));
    return NULL;
}

static void note_pseudonyms(struct snapshot_plan *plan, const struct snapshot_part *part)
{
    plan->has_pseudonyms |= part->hide_key == KHO_HIDE_HMAC;
    for (size_t i = 0; i < part->schema.n_columns; i++)
        plan->has_pseudonyms |= part->hide[i] == KHO_HIDE_HMAC;
}

static void check_whole(const struct kho_project *project, const struct kho_snapshot_config *config,
                        const struct snapshot_plan *plan, struct kho_diags *diags)
{
    bool personal = false;
    for (size_t i = 0; i < plan->n_parts; i++)
        personal |= has_personal(&plan->parts[i].schema);
    if (personal && (kho_text_is_null(config->purpose) || kho_text_is_null(config->legal_basis)))
        kho_diag_error(diags, config->pos,
                       "personal columns leave: 'purpose' and 'legal_basis' must say why they may");
    if (plan->has_pseudonyms && project->config.warehouse.pseudonym_key.kind == KHO_SECRET_NONE)
        kho_diag_error(diags, config->pos,
                       "'hmac' needs the key of pseudonyms: 'pseudonym_key' of etl/warehouse.yaml");
}

void snapshot_plan(const struct kho_project *project, const struct kho_snapshot_config *config,
                   struct kho_arena *arena, struct snapshot_plan *plan, struct kho_diags *diags)
{
    *plan = (struct snapshot_plan){0};
    plan->parts = kho_arena_array(arena, config->n_datasets, sizeof(*plan->parts));
    for (size_t i = 0; i < config->n_datasets; i++) {
        struct fitting fitting = {
            .arena = arena,
            .config = &config->datasets[i],
            .schema = find_schema(project, &config->datasets[i], arena, diags),
            .diags = diags,
        };
        if (fitting.schema == NULL)
            continue;
        struct snapshot_part *part = &plan->parts[plan->n_parts++];
        fit_dataset(&fitting, part);
        note_pseudonyms(plan, part);
    }
    check_whole(project, config, plan, diags);
}

void snapshot_plan_all(const struct kho_project *project, struct kho_arena *arena,
                       struct snapshot_plan *plan)
{
    const struct kho_schemas *schemas = &project->schemas;
    *plan = (struct snapshot_plan){.n_parts = schemas->count};
    plan->parts = kho_arena_array(arena, schemas->count, sizeof(*plan->parts));
    for (size_t i = 0; i < schemas->count; i++) {
        plan->parts[i].schema = schemas->items[i];
        plan->parts[i].hide =
            kho_arena_array(arena, schemas->items[i].n_columns, sizeof(enum kho_hide));
    }
}
