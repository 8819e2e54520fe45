/* Renames, widens and removes columns of tables that have rows; the history goes along. */
#include "evolve.h"

struct evolution {
    struct kho_pg *pg;
    struct kho_arena *arena;
    const struct kho_schema *schema;
    bool allow_drop;
    struct kho_pg_result *standing;
    struct kho_buf *ddl;
    struct kho_buf alters;        /* those that the views stand in the way of */
    struct kho_buf altered;       /* array literal: the columns they alter, by their names as yet */
    const struct kho_text *names; /* of the standing columns, before any is renamed */
    const char *tables[2];        /* current and history */
};

static struct kho_text *standing_name(const struct evolution *evolution, size_t row)
{
    return &evolution->standing->cells[row * evolution->standing->n_columns];
}

static bool find(const struct evolution *evolution, struct kho_text name, size_t *row)
{
    for (*row = 0; *row < evolution->standing->n_rows; (*row)++)
        if (kho_text_eq(*standing_name(evolution, *row), name))
            return true;
    return false;
}

static void rename_column(const struct evolution *evolution, struct kho_text from,
                          struct kho_text to)
{
    const char *relations[] = {evolution->tables[0], evolution->tables[1],
                               kho_table_name(evolution->arena, evolution->schema, "_versions")};
    for (size_t i = 0; i < KHO_COUNT(relations); i++)
        kho_buf_printf(evolution->ddl, "ALTER %s %s RENAME COLUMN %s TO %s;\n",
                       i < 2 ? "TABLE" : "VIEW", relations[i], kho_pg_ident(evolution->arena, from),
                       kho_pg_ident(evolution->arena, to));
}

static bool rename_columns(const struct evolution *evolution, struct kho_err *err)
{
    for (size_t i = 0; i < evolution->schema->n_columns; i++) {
        const struct kho_schema_column *column = &evolution->schema->columns[i];
        for (size_t k = 0; k < column->was.count; k++) {
            size_t row, now;
            struct kho_text was = column->was.items[k];
            if (!find(evolution, was, &row))
                continue;
            if (find(evolution, column->name, &now)) {
                kho_err_set(err, KHO_ERR_CONFIG,
                            "%.*s has both columns '%.*s' and '%.*s' in the store",
                            KHO_TEXT_ARGS(evolution->schema->name), KHO_TEXT_ARGS(was),
                            KHO_TEXT_ARGS(column->name));
                return kho_err_hint(err,
                                    "take `was` out of schemas/%.*s.yaml, and see --allow-drop",
                                    KHO_TEXT_ARGS(evolution->schema->name));
            }
            rename_column(evolution, was, column->name);
            *standing_name(evolution, row) = column->name;
        }
    }
    return true;
}

static bool has_rows(const struct evolution *evolution, bool *rows, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *sql = kho_arena_printf(evolution->arena,
                                       "SELECT EXISTS (SELECT FROM %s) OR EXISTS (SELECT FROM %s)",
                                       evolution->tables[0], evolution->tables[1]);
    KHO_TRY(kho_pg_query(evolution->pg, evolution->arena, sql, NULL, 0, &result, err));
    *rows = kho_text_eq_cstr(kho_pg_cell(&result, 0, 0), "t");
    return true;
}

/* Appends a column's name, or none, to an array literal that is still open. */
static void put_element(struct kho_buf *array, struct kho_text name)
{
    kho_buf_puts(array, array->len != 1 ? "," : "");
    if (name.ptr == NULL)
        kho_buf_puts(array, "NULL");
    else
        kho_buf_printf(array, "\"%.*s\"", KHO_TEXT_ARGS(name));
}

/* In tables without a row there is nothing to lose. */
static bool remove_column(struct evolution *evolution, size_t row, struct kho_err *err)
{
    struct kho_text *name = standing_name(evolution, row);
    bool rows = false;
    if (!evolution->allow_drop)
        KHO_TRY(has_rows(evolution, &rows, err));
    if (rows) {
        kho_err_set(err, KHO_ERR_CONFIG,
                    "column '%.*s' of %.*s stands in the store but not in its schema",
                    KHO_TEXT_ARGS(*name), KHO_TEXT_ARGS(evolution->schema->name));
        return kho_err_hint(err,
                            "put it back into schemas/%.*s.yaml, or name its successor's `was`; "
                            "`kho run --allow-drop` removes it with its history",
                            KHO_TEXT_ARGS(evolution->schema->name));
    }
    for (size_t i = 0; i < 2; i++)
        kho_buf_printf(&evolution->alters, "ALTER TABLE %s DROP COLUMN %s;\n", evolution->tables[i],
                       kho_pg_ident(evolution->arena, *name));
    put_element(&evolution->altered, evolution->names[row]);
    *name = KHO_TEXT_NULL;
    return true;
}

/* Reads `numeric(12,2)`; false for anything else. */
static bool read_numeric(struct kho_text type, int64_t *precision, int64_t *scale)
{
    struct kho_text rest = type;
    if (!kho_text_starts(type, KHO_TEXT("numeric(")) || !kho_text_ends(type, KHO_TEXT(")")))
        return false;
    rest = (struct kho_text){type.ptr + 8, type.len - 9};
    struct kho_text first = kho_text_cut(&rest, ',');
    return kho_text_to_int(first, precision) && kho_text_to_int(rest, scale);
}

#define BIGINT_DIGITS 19

/* Returns the cast that loses nothing, "" = none is needed; NULL if there is no such. */
static const char *widening(struct kho_text from, const char *to)
{
    int64_t precision, scale, wanted_precision, wanted_scale;
    if (kho_text_eq_cstr(from, "date") && strcmp(to, "text") == 0)
        return "text";
    bool to_any = strcmp(to, "numeric") == 0;
    bool to_some = read_numeric(kho_text_of(to), &wanted_precision, &wanted_scale);
    if (kho_text_eq_cstr(from, "bigint"))
        return to_any || (to_some && wanted_precision - wanted_scale >= BIGINT_DIGITS) ? "" : NULL;
    if (!read_numeric(from, &precision, &scale))
        return NULL;
    return to_any || (to_some && wanted_scale >= scale &&
                      wanted_precision - wanted_scale >= precision - scale)
               ? ""
               : NULL;
}

static bool change_type(struct evolution *evolution, size_t row,
                        const struct kho_schema_column *column, struct kho_err *err)
{
    struct kho_text is = *(standing_name(evolution, row) + 1);
    const char *wanted = store_sql_type(evolution->arena, column);
    if (kho_text_eq_cstr(is, wanted))
        return true;
    const char *conversion = widening(is, wanted);
    bool rows = true;
    KHO_TRY(has_rows(evolution, &rows, err));
    if (conversion == NULL && rows) {
        kho_err_set(err, KHO_ERR_CONFIG,
                    "column '%.*s' of %.*s is %.*s in the store, its schema says %s: that may lose "
                    "values",
                    KHO_TEXT_ARGS(column->name), KHO_TEXT_ARGS(evolution->schema->name),
                    KHO_TEXT_ARGS(is), wanted);
        return kho_err_hint(err, "give the new type to a column of a new name");
    }
    const char *name = kho_pg_ident(evolution->arena, column->name);
    for (size_t i = 0; i < 2; i++) {
        kho_buf_printf(&evolution->alters, "ALTER TABLE %s ALTER COLUMN %s TYPE %s USING ",
                       evolution->tables[i], name, wanted);
        if (conversion == NULL) /* no row is there to be converted */
            kho_buf_printf(&evolution->alters, "NULL;\n");
        else
            kho_buf_printf(&evolution->alters, "%s%s%s;\n", name, conversion[0] != '\0' ? "::" : "",
                           conversion);
    }
    put_element(&evolution->altered, evolution->names[row]);
    *(standing_name(evolution, row) + 1) = kho_text_of(wanted);
    return true;
}

static bool alter_columns(struct evolution *evolution, struct kho_err *err)
{
    for (size_t row = 0; row < evolution->standing->n_rows; row++) {
        struct kho_text name = *standing_name(evolution, row);
        if (store_is_engine_column(name))
            continue;
        int index = kho_schema_column_index(evolution->schema, name);
        if (index < 0)
            KHO_TRY(remove_column(evolution, row, err));
        else
            KHO_TRY(change_type(evolution, row, &evolution->schema->columns[index], err));
    }
    return true;
}

/* What is somebody's own cannot be dropped and made again by us. */
static bool check_dependents(const struct evolution *evolution, const char *versions,
                             const char *at, struct kho_err *err)
{
    const char *params[] = {evolution->tables[0], evolution->tables[1], versions, at,
                            kho_buf_cstr(&evolution->altered)};
    struct kho_pg_result result;
    KHO_TRY(kho_pg_query(evolution->pg, evolution->arena,
                         "SELECT string_agg(dependent, ', ' ORDER BY dependent)"
                         " FROM kho.dependents($1, $2, $3, $4, $5)",
                         params, 5, &result, err));
    struct kho_text dependents = kho_pg_cell(&result, 0, 0);
    if (dependents.ptr == NULL)
        return true;
    kho_err_set(err, KHO_ERR_CONFIG, "%.*s cannot be changed while others depend on it: %.*s",
                KHO_TEXT_ARGS(evolution->schema->name), KHO_TEXT_ARGS(dependents));
    return kho_err_hint(err, "drop them, run kho, and make them again");
}

static bool read_grants(const struct evolution *evolution, const char *versions, const char *at,
                        const char **grants, struct kho_err *err)
{
    struct kho_buf names, become;
    struct kho_pg_result result;
    kho_buf_init(&names, KHO_SQL_MAX);
    kho_buf_init(&become, KHO_SQL_MAX);
    kho_buf_puts(&names, "{");
    kho_buf_puts(&become, "{");
    for (size_t row = 0; row < evolution->standing->n_rows; row++) {
        put_element(&names, evolution->names[row]);
        put_element(&become, *standing_name(evolution, row));
    }
    kho_buf_puts(&names, "}");
    kho_buf_puts(&become, "}");
    const char *params[] = {versions, at, kho_buf_cstr(&names), kho_buf_cstr(&become)};
    bool ok = kho_pg_query(evolution->pg, evolution->arena,
                           "SELECT coalesce(string_agg(statement || ';', E'\\n' ORDER BY statement"
                           " DESC) || E'\\n', '') FROM kho.grants($1, $2, $3, $4)",
                           params, 4, &result, err);
    kho_buf_release(&names);
    kho_buf_release(&become);
    if (ok)
        *grants = kho_pg_cell(&result, 0, 0).ptr;
    return ok;
}

/* The columns' names as they stand in the store. */
static const struct kho_text *copy_names(const struct evolution *evolution)
{
    struct kho_text *names =
        kho_arena_array(evolution->arena, evolution->standing->n_rows, sizeof(*names));
    for (size_t row = 0; row < evolution->standing->n_rows; row++)
        names[row] = *standing_name(evolution, row);
    return names;
}

/* Drops what stands in the way of the changes, and makes them. */
static bool rebuild(struct evolution *evolution, const char **grants, struct kho_err *err)
{
    struct kho_arena *arena = evolution->arena;
    const char *versions = kho_table_name(arena, evolution->schema, "_versions");
    const char *at =
        kho_arena_printf(arena, "%s(timestamptz)", kho_table_name(arena, evolution->schema, "_at"));
    kho_buf_puts(&evolution->altered, "}");
    KHO_TRY(check_dependents(evolution, versions, at, err) &&
            read_grants(evolution, versions, at, grants, err));
    kho_buf_printf(evolution->ddl, "DROP FUNCTION %s;\nDROP VIEW %s;\n", at, versions);
    kho_buf_append(evolution->ddl, kho_buf_cstr(&evolution->alters), evolution->alters.len);
    return true;
}

bool store_evolve(struct kho_pg *pg, struct kho_arena *arena, struct store_evolution *asked,
                  struct kho_buf *ddl, struct kho_err *err)
{
    const struct kho_schema *schema = asked->schema;
    struct evolution evolution = {
        .pg = pg,
        .arena = arena,
        .schema = schema,
        .allow_drop = asked->allow_drop,
        .standing = asked->standing,
        .ddl = ddl,
        .tables = {kho_table_name(arena, schema, ""), kho_table_name(arena, schema, "_history")}};
    evolution.names = copy_names(&evolution);
    kho_buf_init(&evolution.alters, KHO_SQL_MAX);
    kho_buf_init(&evolution.altered, KHO_SQL_MAX);
    kho_buf_puts(&evolution.altered, "{");
    asked->grants = "";
    bool ok = rename_columns(&evolution, err) && alter_columns(&evolution, err);
    asked->rebuild = ok && evolution.alters.len != 0;
    if (asked->rebuild)
        ok = rebuild(&evolution, &asked->grants, err);
    kho_buf_release(&evolution.alters);
    kho_buf_release(&evolution.altered);
    return ok;
}
