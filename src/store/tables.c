/* The tables of the shared schemas: what they look like, and the DDL from what stands to that. */
#include "evolve.h"

const char *kho_table_name(struct kho_arena *arena, const struct kho_schema *schema,
                           const char *suffix)
{
    const char *table = kho_arena_printf(arena, "%.*s%s", KHO_TEXT_ARGS(schema->table), suffix);
    return kho_arena_printf(arena, "%s.%s", kho_pg_ident(arena, schema->domain),
                            kho_pg_ident(arena, kho_text_of(table)));
}

void kho_put_columns(struct kho_buf *out, const struct kho_schema *schema, const char *prefix)
{
    for (size_t i = 0; i < schema->n_columns; i++)
        kho_buf_printf(out, "%s%s\"%.*s\"", i != 0 ? ", " : "", prefix,
                       KHO_TEXT_ARGS(schema->columns[i].name));
}

const char *store_sql_type(struct kho_arena *arena, const struct kho_schema_column *column)
{
    if (kho_type_wire(column->type) == KHO_WIRE_NUMERIC && column->precision != 0)
        return kho_arena_printf(arena, "numeric(%d,%d)", column->precision, column->scale);
    return kho_type_sql(column->type);
}

static const struct {
    const char *name;
    const char *type;
    const char *comment;
} engine[] = {
    {"_hash", "uuid", "XXH3-128 of the source row and of the mapping that read it"},
    {"_valid_from", "timestamp with time zone", "When the store began to show this version"},
    {"_run", "integer", "The run that wrote this version (kho.run)"},
    {"_source", "text COLLATE \"C\"", "The feed that owns the record"},
    {"_key", "text COLLATE \"C\"", "The record's key in its source"},
};
static const char valid_to_comment[] = "When the store ceased to show this version";

static void put_comment(struct kho_arena *arena, struct kho_buf *ddl, const char *table,
                        struct kho_text column, const char *comment)
{
    kho_buf_printf(ddl, "COMMENT ON COLUMN %s.%s IS %s;\n", table, kho_pg_ident(arena, column),
                   kho_pg_literal(arena, kho_text_of(comment)));
}

static const char *column_comment(struct kho_arena *arena, const struct kho_schema_column *column)
{
    static const char *const classes[] = {"", " [personal: basic]", " [personal: sensitive]",
                                          " [personal: id]"};
    struct kho_text title = column->title.ptr != NULL ? column->title : column->name;
    if (column->codes != NULL)
        return kho_arena_printf(arena, "%.*s (code of ref.%.*s)%s", KHO_TEXT_ARGS(title),
                                KHO_TEXT_ARGS(column->codes->name), classes[column->pii]);
    return kho_arena_printf(arena, "%.*s%s", KHO_TEXT_ARGS(title), classes[column->pii]);
}

static void put_engine_columns(struct kho_buf *ddl, bool history)
{
    for (size_t i = 0; i < KHO_COUNT(engine); i++)
        kho_buf_printf(ddl, "%s    %s %s NOT NULL", i != 0 ? ",\n" : "", engine[i].name,
                       engine[i].type);
    if (history)
        kho_buf_puts(ddl, ",\n    _valid_to timestamp with time zone NOT NULL");
}

static void create_table(struct kho_arena *arena, const struct kho_schema *schema, bool history,
                         struct kho_buf *ddl)
{
    const char *table = kho_table_name(arena, schema, history ? "_history" : "");
    struct kho_text title = schema->title.ptr != NULL ? schema->title : schema->name;
    kho_buf_printf(ddl, "CREATE TABLE %s (\n", table);
    put_engine_columns(ddl, history);
    for (size_t i = 0; i < schema->n_columns; i++)
        kho_buf_printf(ddl, ",\n    \"%.*s\" %s", KHO_TEXT_ARGS(schema->columns[i].name),
                       store_sql_type(arena, &schema->columns[i]));
    /* The key column first: it tells rows apart, so that sorting and searching compare it alone.
     * Room on each page lets a changed row stay there: the key's index need not be written. */
    kho_buf_puts(ddl, history ? ",\n    PRIMARY KEY (_key, _source, _valid_from)\n);\n"
                              : ",\n    PRIMARY KEY (_key, _source)\n) WITH (fillfactor = 95);\n");
    kho_buf_printf(ddl, "COMMENT ON TABLE %s IS %s;\n", table,
                   kho_pg_literal(arena, kho_text_of(kho_arena_printf(
                                             arena, "%.*s (%s)", KHO_TEXT_ARGS(title),
                                             history ? "closed versions" : "current versions"))));
    for (size_t i = 0; i < KHO_COUNT(engine); i++)
        put_comment(arena, ddl, table, kho_text_of(engine[i].name), engine[i].comment);
    if (history)
        put_comment(arena, ddl, table, KHO_TEXT("_valid_to"), valid_to_comment);
    for (size_t i = 0; i < schema->n_columns; i++)
        put_comment(arena, ddl, table, schema->columns[i].name,
                    column_comment(arena, &schema->columns[i]));
}

bool store_is_engine_column(struct kho_text name)
{
    for (size_t i = 0; i < KHO_COUNT(engine); i++)
        if (kho_text_eq_cstr(name, engine[i].name))
            return true;
    return false;
}

static bool find_row(const struct kho_pg_result *standing, struct kho_text name, size_t *row)
{
    for (*row = 0; *row < standing->n_rows; (*row)++)
        if (kho_text_eq(kho_pg_cell(standing, *row, 0), name))
            return true;
    return false;
}

/* The schema's columns as the view has them: those that stand in their order, then the new ones,
 * since a view that others depend on can be replaced only if its columns are added at the end. */
static const char *view_columns(struct kho_arena *arena, const struct kho_schema *schema,
                                const struct kho_pg_result *standing)
{
    struct kho_buf out;
    size_t row;
    kho_buf_init(&out, KHO_SQL_MAX);
    for (row = 0; row < standing->n_rows; row++)
        if (!store_is_engine_column(kho_pg_cell(standing, row, 0)) &&
            kho_pg_cell(standing, row, 0).ptr != NULL)
            kho_buf_printf(&out, ", %s", kho_pg_ident(arena, kho_pg_cell(standing, row, 0)));
    for (size_t i = 0; i < schema->n_columns; i++)
        if (!find_row(standing, schema->columns[i].name, &row))
            kho_buf_printf(&out, ", %s", kho_pg_ident(arena, schema->columns[i].name));
    const char *columns = kho_arena_cstr(arena, kho_buf_as_text(&out));
    kho_buf_release(&out);
    return columns;
}

/* The view over all versions, and the function that asks it for one instant. */
static void create_views(struct kho_arena *arena, const struct kho_schema *schema,
                         const struct kho_pg_result *standing, struct kho_buf *ddl)
{
    const char *versions = kho_table_name(arena, schema, "_versions");
    const char *columns = view_columns(arena, schema, standing);
    static const char engine_columns[] = "_source, _key, _run, _valid_from, ";
    kho_buf_printf(ddl,
                   "CREATE OR REPLACE VIEW %s AS\nSELECT %s'infinity'::timestamptz AS _valid_to%s",
                   versions, engine_columns, columns);
    kho_buf_printf(ddl, " FROM %s\nUNION ALL\nSELECT %s_valid_to%s FROM %s;\n",
                   kho_table_name(arena, schema, ""), engine_columns, columns,
                   kho_table_name(arena, schema, "_history"));
    kho_buf_printf(ddl,
                   "COMMENT ON VIEW %s IS 'Current and closed versions; a version is valid from "
                   "_valid_from until before _valid_to';\n",
                   versions);
    const char *at = kho_table_name(arena, schema, "_at");
    kho_buf_printf(ddl,
                   "CREATE OR REPLACE FUNCTION %s(at timestamptz) RETURNS SETOF %s\n"
                   "LANGUAGE sql STABLE AS $$ SELECT * FROM %s"
                   " WHERE _valid_from <= $1 AND _valid_to > $1 $$;\n",
                   at, versions, versions);
    kho_buf_printf(ddl,
                   "COMMENT ON FUNCTION %s(timestamptz) IS "
                   "'The records as the store showed them at an instant';\n",
                   at);
}

static void create_all(struct kho_arena *arena, const struct kho_schema *schema,
                       struct kho_buf *ddl)
{
    static const struct kho_pg_result nothing;
    kho_buf_printf(ddl, "CREATE SCHEMA IF NOT EXISTS %s;\n", kho_pg_ident(arena, schema->domain));
    create_table(arena, schema, false, ddl);
    create_table(arena, schema, true, ddl);
    create_views(arena, schema, &nothing, ddl);
}

/* Adds a column that is new in the schema, or renews its comment. Returns whether it was added. */
static bool update_column(struct kho_arena *arena, const struct kho_schema *schema,
                          const struct kho_schema_column *column,
                          const struct kho_pg_result *standing, struct kho_buf *ddl)
{
    const char *current = kho_table_name(arena, schema, "");
    const char *history = kho_table_name(arena, schema, "_history");
    const char *comment = column_comment(arena, column);
    size_t row;
    bool stands = find_row(standing, column->name, &row);
    if (stands && kho_text_eq_cstr(kho_pg_cell(standing, row, 2), comment))
        return false;
    if (!stands) {
        const char *name = kho_pg_ident(arena, column->name);
        const char *type = store_sql_type(arena, column);
        kho_buf_printf(ddl, "ALTER TABLE %s ADD COLUMN %s %s;\n", current, name, type);
        kho_buf_printf(ddl, "ALTER TABLE %s ADD COLUMN %s %s;\n", history, name, type);
    }
    put_comment(arena, ddl, current, column->name, comment);
    put_comment(arena, ddl, history, column->name, comment);
    return !stands;
}

bool kho_tables_plan(struct kho_pg *pg, struct kho_arena *arena, const struct kho_schema *schema,
                     bool allow_drop, struct kho_buf *ddl, struct kho_err *err)
{
    const char *params[] = {kho_table_name(arena, schema, "")};
    struct kho_pg_result standing;
    KHO_TRY(kho_pg_query(pg, arena,
                         "SELECT attname, format_type(atttypid, atttypmod),"
                         " col_description(attrelid, attnum) FROM pg_attribute"
                         " WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped"
                         " ORDER BY attnum",
                         params, 1, &standing, err));
    if (standing.n_rows == 0) {
        create_all(arena, schema, ddl);
        return true;
    }
    struct store_evolution evolution = {
        .schema = schema, .allow_drop = allow_drop, .standing = &standing};
    KHO_TRY(store_evolve(pg, arena, &evolution, ddl, err));
    bool added = evolution.rebuild;
    for (size_t i = 0; i < schema->n_columns; i++)
        if (update_column(arena, schema, &schema->columns[i], &standing, ddl))
            added = true;
    if (added)
        create_views(arena, schema, &standing, ddl);
    kho_buf_puts(ddl, evolution.grants);
    return true;
}
