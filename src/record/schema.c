/*
 * Reads the shared schemas under schemas/. Types and names are schema_type.c's, code lists
 * codes.c's; whether a rule's functions exist is asked by normalise.
 */
#include <kho/record/schema.h>

#include <kho/config/reader.h>

#include "schema_type.h"

#define CODES_MAX_BYTES (16 * 1024 * 1024)
#define COLUMNS_MAX 1000
#define RULES_MAX 1000

/* A schema and the parts of its file that are read by code of their own. */
struct schema_file {
    struct kho_schema schema;
    const struct kho_yaml_node *columns;
    const struct kho_yaml_node *rules;
};

struct column_file {
    struct kho_schema_column column;
    struct kho_text type;
    int pii;
};

struct rule_file {
    struct kho_text check;
    int severity;
};

static const char *const pii_words[] = {"none", "basic", "sensitive", "id", NULL};
static const char *const else_words[] = {"reject", "warn", NULL};
static const char *const drift_words[] = {"report", "stop", NULL};

static const struct kho_field drift_fields[] = {
    {.name = "new_column",
     .kind = KHO_FIELD_CHOICE,
     .offset = offsetof(struct kho_drift, new_column),
     .fallback = "report",
     .choices = drift_words,
     .help = "the source has a column it did not have"},
    {.name = "missing_column",
     .kind = KHO_FIELD_CHOICE,
     .offset = offsetof(struct kho_drift, missing_column),
     .fallback = "stop",
     .choices = drift_words,
     .help = "the source lacks a column that is read"},
    {.name = "type_change",
     .kind = KHO_FIELD_CHOICE,
     .offset = offsetof(struct kho_drift, type_change),
     .fallback = "stop",
     .choices = drift_words,
     .help = "a column that is read has another type"},
};
static const struct kho_field_table drift_table = {"When a source's table changes", drift_fields,
                                                   KHO_COUNT(drift_fields)};

static const struct kho_field schema_fields[] = {
    {.name = "schema",
     .kind = KHO_FIELD_NAME,
     .offset = offsetof(struct schema_file, schema.name),
     .required = true,
     .help = "domain.name, as its file's"},
    {.name = "version",
     .kind = KHO_FIELD_INT,
     .offset = offsetof(struct schema_file, schema.version),
     .fallback = "1",
     .help = "grows with each change of the columns"},
    {.name = "title",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct schema_file, schema.title),
     .help = "what a row is: the table's comment"},
    {.name = "identity",
     .kind = KHO_FIELD_TEXTS,
     .offset = offsetof(struct schema_file, schema.identity),
     .help = "columns that make records of two sources speak of one thing"},
    {.name = "columns",
     .kind = KHO_FIELD_NODE,
     .offset = offsetof(struct schema_file, columns),
     .required = true,
     .help = "name: {type: ...}, in the order of the table"},
    {.name = "rules",
     .kind = KHO_FIELD_NODE,
     .offset = offsetof(struct schema_file, rules),
     .help = "name: {check: expression, else: reject or warn}"},
    {.name = "drift",
     .kind = KHO_FIELD_GROUP,
     .offset = offsetof(struct schema_file, schema.drift),
     .group = &drift_table,
     .help = "what a run does when the source's table has changed"},
};
static const struct kho_field_table schema_table = {"A shared schema: schemas/DOMAIN.NAME.yaml",
                                                    schema_fields, KHO_COUNT(schema_fields)};

static const struct kho_field column_fields[] = {
    {.name = "type",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct column_file, type),
     .required = true,
     .help = "text, date, code(LIST), decimal(12,2), ...: see `kho help types`"},
    {.name = "required",
     .kind = KHO_FIELD_BOOL,
     .offset = offsetof(struct column_file, column.required),
     .fallback = "false",
     .help = "a row without a value is rejected"},
    {.name = "pii",
     .kind = KHO_FIELD_CHOICE,
     .offset = offsetof(struct column_file, pii),
     .fallback = "none",
     .choices = pii_words,
     .help = "personal data: who may see it"},
    {.name = "title",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct column_file, column.title),
     .help = "what the value is: the column's comment"},
    {.name = "was",
     .kind = KHO_FIELD_TEXTS,
     .offset = offsetof(struct column_file, column.was),
     .help = "the name, or names, that the column had before: the store renames it"},
    {.name = "references",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct column_file, column.references),
     .help =
         "schema.column whose values it should be among; counted after each load, never blocking"},
};
static const struct kho_field_table column_table = {"A column of a shared schema", column_fields,
                                                    KHO_COUNT(column_fields)};

static const struct kho_field rule_fields[] = {
    {.name = "check",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct rule_file, check),
     .required = true,
     .help = "what has to be true of a row; unknown (null) passes"},
    {.name = "else",
     .kind = KHO_FIELD_CHOICE,
     .offset = offsetof(struct rule_file, severity),
     .fallback = "reject",
     .choices = else_words,
     .help = "what becomes of a row that breaks the rule"},
};
static const struct kho_field_table rule_table = {"A rule of a shared schema", rule_fields,
                                                  KHO_COUNT(rule_fields)};

const struct kho_field_table *const kho_schema_tables[] = {&schema_table, &column_table,
                                                           &rule_table, NULL};

struct loader {
    struct kho_reader reader;
    struct kho_schemas *schemas;
};

static void check_schema_name(struct loader *loader, struct kho_schema *schema, const char *path)
{
    struct kho_text name = schema->name;
    struct kho_diags *diags = loader->reader.diags;
    struct kho_text stem = kho_reader_stem(path);
    if (kho_text_is_null(name))
        return;
    schema->table = name;
    schema->domain = kho_text_cut(&schema->table, '.');
    if (kho_text_is_null(schema->table)) {
        kho_diag_error(diags, schema->pos, "a schema's name is domain.name, as population.person");
        return;
    }
    kho_schema_name_check("domain", schema->domain, schema->pos, diags);
    kho_schema_name_check("table", schema->table, schema->pos, diags);
    if (!kho_text_eq(name, stem))
        kho_diag_error(
            diags, schema->pos,
            "the schema is named '%.*s' but its file '%.*s.yaml'; one of them is misspelt",
            KHO_TEXT_ARGS(name), KHO_TEXT_ARGS(stem));
}

static void read_column(struct loader *loader, const struct kho_yaml_key *key,
                        const struct kho_yaml_node *node, struct kho_schema_column *column)
{
    struct kho_diags *diags = loader->reader.diags;
    struct column_file file = {0};
    (void)kho_fields_read(&column_table, node, &file, loader->reader.arena, diags);
    *column = file.column;
    column->name = key->name;
    column->pos = key->pos;
    column->pii = (enum kho_pii)file.pii;
    kho_schema_name_check("column", key->name, key->pos, diags);
    if (!kho_text_is_null(file.type))
        kho_schema_type_read(loader->schemas, kho_yaml_get(node, "type"), column, diags);
}

/* A former name must be free: else nobody could say which column is meant. */
static void check_former_names(struct loader *loader, const struct kho_schema *schema)
{
    for (size_t i = 0; i < schema->n_columns; i++) {
        const struct kho_texts *was = &schema->columns[i].was;
        for (size_t k = 0; k < was->count; k++)
            if (kho_schema_column_index(schema, was->items[k]) >= 0)
                kho_diag_error(loader->reader.diags, was->pos[k],
                               "'%.*s' is a column of this schema: it cannot be what '%.*s' was",
                               KHO_TEXT_ARGS(was->items[k]),
                               KHO_TEXT_ARGS(schema->columns[i].name));
    }
}

static void read_columns(struct loader *loader, const struct kho_yaml_node *node,
                         struct kho_schema *schema)
{
    struct kho_diags *diags = loader->reader.diags;
    if (node->kind != KHO_YAML_MAPPING || node->count == 0) {
        kho_diag_error(diags, node->pos, "'columns' is a mapping: name: {type: ...}");
        return;
    }
    if (node->count > COLUMNS_MAX) {
        kho_diag_error(diags, node->pos, "%zu columns, at most %d", node->count, COLUMNS_MAX);
        return;
    }
    schema->columns = kho_arena_array(loader->reader.arena, node->count, sizeof *schema->columns);
    schema->n_columns = node->count;
    for (size_t i = 0; i < node->count; i++)
        read_column(loader, &node->keys[i], node->items[i], &schema->columns[i]);
    check_former_names(loader, schema);
}

/* Reports a name that is no column of the schema; what columns there are is not known if there are
 * none. */
static void check_column(struct loader *loader, const struct kho_schema *schema,
                         struct kho_text name, struct kho_pos pos)
{
    struct kho_diags *diags = loader->reader.diags;
    if (schema->n_columns == 0 || kho_schema_column_index(schema, name) >= 0)
        return;
    const char **names = kho_arena_array(loader->reader.arena, schema->n_columns, sizeof *names);
    for (size_t i = 0; i < schema->n_columns; i++)
        names[i] = schema->columns[i].name.ptr;
    kho_diag_error(diags, pos, "unknown column '%.*s'%s", KHO_TEXT_ARGS(name),
                   kho_diag_suggest(diags, name, names, schema->n_columns));
}

struct rule_check {
    struct loader *loader;
    const struct kho_schema *schema;
};

static void visit_column(const struct kho_expr *column, void *context)
{
    const struct rule_check *check = context;
    check_column(check->loader, check->schema, column->text, column->pos);
}

static void read_rule(struct loader *loader, const struct kho_yaml_key *key,
                      const struct kho_yaml_node *node, struct kho_schema *schema)
{
    struct kho_diags *diags = loader->reader.diags;
    struct kho_schema_rule *rule = &schema->rules[schema->n_rules++];
    struct rule_file file = {0};
    struct rule_check check = {loader, schema};
    *rule = (struct kho_schema_rule){.name = key->name, .pos = key->pos};
    kho_schema_name_check("rule", key->name, key->pos, diags);
    if (!kho_fields_read(&rule_table, node, &file, loader->reader.arena, diags))
        return;
    rule->severity = (enum kho_severity)file.severity;
    rule->check =
        kho_expr_parse(loader->reader.arena, file.check, kho_yaml_get(node, "check")->pos, diags);
    if (rule->check != NULL)
        kho_expr_columns(rule->check, visit_column, &check);
}

static void read_rules(struct loader *loader, const struct kho_yaml_node *node,
                       struct kho_schema *schema)
{
    if (node == NULL)
        return;
    if (node->kind != KHO_YAML_MAPPING) {
        kho_diag_error(loader->reader.diags, node->pos,
                       "'rules' is a mapping: name: {check: ..., else: ...}");
        return;
    }
    if (node->count > RULES_MAX) {
        kho_diag_error(loader->reader.diags, node->pos, "%zu rules, at most %d", node->count,
                       RULES_MAX);
        return;
    }
    schema->rules = kho_arena_array(loader->reader.arena, node->count, sizeof *schema->rules);
    for (size_t i = 0; i < node->count; i++)
        read_rule(loader, &node->keys[i], node->items[i], schema);
}

/* Returns whether the file makes a schema that can be used. */
static bool read_schema(struct loader *loader, const struct kho_yaml_node *tree, const char *path,
                        struct kho_schema *schema)
{
    struct kho_diags *diags = loader->reader.diags;
    struct schema_file file = {0};
    size_t errors = diags->errors;
    (void)kho_fields_read(&schema_table, tree, &file, loader->reader.arena, diags);
    *schema = file.schema;
    const struct kho_yaml_node *name = kho_yaml_get(tree, "schema");
    schema->pos = name != NULL ? name->pos : tree->pos;
    check_schema_name(loader, schema, path);
    if (schema->version < 1 && diags->errors == errors)
        kho_diag_error(diags, kho_yaml_get(tree, "version")->pos, "versions count from 1");
    if (file.columns != NULL)
        read_columns(loader, file.columns, schema);
    for (size_t i = 0; i < schema->identity.count; i++)
        check_column(loader, schema, schema->identity.items[i], schema->identity.pos[i]);
    read_rules(loader, file.rules, schema);
    return diags->errors == errors;
}

static bool load_codes(struct loader *loader, struct kho_err *err)
{
    const struct kho_reader *reader = &loader->reader;
    struct kho_schemas *schemas = loader->schemas;
    const char **paths;
    size_t count;
    KHO_TRY(kho_reader_list(reader, "schemas/codes", ".csv", &paths, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct kho_text content;
        struct kho_text name = kho_arena_text(reader->arena, kho_reader_stem(paths[i]));
        KHO_TRY(kho_reader_file(reader, paths[i], CODES_MAX_BYTES, &content, err));
        kho_schema_name_check("code list", name, (struct kho_pos){.file = paths[i]}, reader->diags);
        if (kho_text_is_null(content))
            continue;
        struct kho_codes *codes =
            kho_codes_parse(reader->arena, name, paths[i], content, reader->diags);
        if (codes == NULL)
            continue;
        struct kho_codes **place = kho_arena_push(reader->arena, &schemas->codes, &schemas->n_codes,
                                                  sizeof(struct kho_codes *));
        *place = codes;
    }
    return true;
}

static bool load_schemas(struct loader *loader, struct kho_err *err)
{
    const struct kho_reader *reader = &loader->reader;
    struct kho_schemas *schemas = loader->schemas;
    const char **paths;
    size_t count;
    KHO_TRY(kho_reader_list(reader, "schemas", ".yaml", &paths, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct kho_yaml_node *tree;
        struct kho_schema schema = {0};
        KHO_TRY(kho_reader_yaml(reader, paths[i], &tree, err));
        if (tree == NULL || !read_schema(loader, tree, paths[i], &schema))
            continue;
        struct kho_schema *place =
            kho_arena_push(reader->arena, &schemas->items, &schemas->count, sizeof schema);
        *place = schema;
    }
    return true;
}

/* Finds what a column refers to; says what is wrong with it. */
static void resolve_reference(struct loader *loader, struct kho_schema_column *column)
{
    struct kho_diags *diags = loader->reader.diags;
    struct kho_text text = column->references;
    const char *dot = text.len > 0 ? memrchr(text.ptr, '.', text.len) : NULL;
    size_t len = dot != NULL ? (size_t)(dot - text.ptr) : 0;
    struct kho_text schema = {text.ptr, len};
    struct kho_text name = {text.ptr + len + 1, text.len - len - (dot != NULL)};
    const struct kho_schema *referred = kho_schemas_find(loader->schemas, schema);
    int index = referred != NULL ? kho_schema_column_index(referred, name) : -1;
    if (index < 0) {
        kho_diag_error(diags, column->pos,
                       "'%.*s' refers to '%.*s', which is no column of a schema "
                       "(domain.name.column)",
                       KHO_TEXT_ARGS(column->name), KHO_TEXT_ARGS(text));
        return;
    }
    const struct kho_schema_column *target = &referred->columns[index];
    if (kho_type_wire(target->type) != kho_type_wire(column->type)) {
        kho_diag_error(diags, column->pos, "'%.*s' is of type %s, but what it refers to is %s",
                       KHO_TEXT_ARGS(column->name), kho_type_word(column->type),
                       kho_type_word(target->type));
        return;
    }
    column->referred_schema = referred;
    column->referred_column = target;
}

static void resolve_references(struct loader *loader)
{
    for (size_t i = 0; i < loader->schemas->count; i++) {
        struct kho_schema *schema = &loader->schemas->items[i];
        for (size_t k = 0; k < schema->n_columns; k++) {
            if (!kho_text_is_null(schema->columns[k].references))
                resolve_reference(loader, &schema->columns[k]);
        }
    }
}

/* Files come ordered by whole names, `a.b-c.yaml` before `a.b.yaml`; the list is ordered by names.
 */
static int compare_schemas(const void *left, const void *right)
{
    const struct kho_schema *a = left;
    const struct kho_schema *b = right;
    return kho_text_compare(a->name, b->name);
}

static int compare_codes(const void *left, const void *right)
{
    const struct kho_codes *const *a = left;
    const struct kho_codes *const *b = right;
    return kho_text_compare((*a)->name, (*b)->name);
}

bool kho_schemas_load(struct kho_arena *arena, const char *dir, struct kho_schemas *schemas,
                      struct kho_diags *diags, struct kho_err *err)
{
    struct loader loader = {{arena, dir, diags}, schemas};
    size_t errors = diags->errors;
    *schemas = (struct kho_schemas){0};
    KHO_TRY(load_codes(&loader, err));
    if (schemas->n_codes > 0)
        qsort(schemas->codes, schemas->n_codes, sizeof *schemas->codes, compare_codes);
    KHO_TRY(load_schemas(&loader, err));
    if (schemas->count > 0)
        qsort(schemas->items, schemas->count, sizeof *schemas->items, compare_schemas);
    if (diags->errors == errors) /* else a schema may be missing that is there */
        resolve_references(&loader);
    return true;
}

const struct kho_schema *kho_schemas_find(const struct kho_schemas *schemas, struct kho_text name)
{
    for (size_t i = 0; i < schemas->count; i++)
        if (kho_text_eq(schemas->items[i].name, name))
            return &schemas->items[i];
    return NULL;
}

int kho_schema_column_index(const struct kho_schema *schema, struct kho_text name)
{
    for (size_t i = 0; i < schema->n_columns; i++)
        if (kho_text_eq(schema->columns[i].name, name))
            return (int)i;
    return -1;
}
