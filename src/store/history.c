/* The versions of one record. Whether a column changed is asked of PostgreSQL, which knows that 1.5
 * is 1.50; texts are only shown. */
#include <kho/store/history.h>

#include "store_internal.h"

enum {
    SOURCE,
    RUN,
    FROM,
    TO,
    FROM_EXACT,
    TO_EXACT,
    KIND,
    DELETED,
    DELETED_BY,
    CHANGED,
    RECORD,
    CELLS
};

static bool read_columns(struct kho_store *store, struct kho_arena *arena,
                         const struct kho_schema *schema, struct kho_history *history,
                         struct kho_err *err)
{
    const char *params[] = {kho_table_name(arena, schema, "_versions")};
    struct kho_pg_result result;
    KHO_TRY(kho_pg_query(store->pg, arena,
                         "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1)"
                         " AND attnum > 0 AND NOT attisdropped AND attname !~ '^_' ORDER BY attnum",
                         params, 1, &result, err));
    history->n_columns = result.n_rows;
    history->columns = kho_arena_array(arena, result.n_rows, sizeof(*history->columns));
    for (size_t i = 0; i < result.n_rows; i++)
        history->columns[i] = kho_arena_cstr(arena, kho_pg_cell(&result, i, 0));
    return true;
}

/* Appends each column, quoted, between two texts; joined by ", ". */
static void put_each(struct kho_arena *arena, const struct kho_history *history, const char *before,
                     const char *after, struct kho_buf *sql)
{
    for (size_t i = 0; i < history->n_columns; i++)
        kho_buf_printf(sql, "%s%s%s%s", i != 0 ? ", " : "", before,
                       kho_pg_ident(arena, kho_text_of(history->columns[i])), after);
}

/* Appends the list of 0 and 1 that says which columns differ from the version before. */
static void put_flags(struct kho_arena *arena, const struct kho_history *history,
                      struct kho_buf *sql)
{
    kho_buf_puts(sql, "array_to_string(ARRAY[");
    for (size_t i = 0; i < history->n_columns; i++) {
        const char *name = kho_pg_ident(arena, kho_text_of(history->columns[i]));
        kho_buf_printf(sql, "%s(%s IS DISTINCT FROM lag(%s) OVER w)::integer", i != 0 ? ", " : "",
                       name, name);
    }
    kho_buf_puts(sql, "], '')");
}

static const char *question(struct kho_arena *arena, const struct kho_schema *schema,
                            const struct kho_history *history)
{
    struct kho_buf sql;
    kho_buf_init(&sql, KHO_SQL_MAX);
    kho_buf_puts(&sql, "WITH v AS (SELECT *, ");
    put_flags(arena, history, &sql);
    kho_buf_printf(
        &sql,
        " AS _changed, lag(_valid_to) OVER w AS _before, lead(_valid_from) OVER w AS _next"
        " FROM %s WHERE _key = $1 AND ($2::text IS NULL OR _source = $2)"
        " WINDOW w AS (PARTITION BY _source ORDER BY _valid_from))"
        " SELECT _source, _run, kho.shown(_valid_from),"
        " kho.shown(nullif(_valid_to, 'infinity')), to_char(_valid_from, f),"
        " to_char(nullif(_valid_to, 'infinity'), f),"
        " CASE WHEN _before IS NULL THEN 0 WHEN _before = _valid_from THEN 1 ELSE 2 END,"
        " _valid_to < coalesce(_next, 'infinity'),"
        " (SELECT max(run) FROM kho.run r WHERE published_at = _valid_to AND dataset = $3"
        " AND feed = _source), _changed, (SELECT row_to_json(r) FROM (SELECT ",
        kho_table_name(arena, schema, "_versions"));
    put_each(arena, history, "v.", "", &sql);
    kho_buf_puts(&sql, ") r), ");
    put_each(arena, history, "", "::text", &sql);
    kho_buf_puts(&sql, " FROM v, (VALUES ('YYYY-MM-DD\"T\"HH24:MI:SS.USTZH:TZM')) x(f)"
                       " ORDER BY _source, _valid_from");
    const char *text = kho_arena_cstr(arena, kho_buf_as_text(&sql));
    kho_buf_release(&sql);
    return text;
}

static void take_version(const struct kho_pg_result *result, size_t row,
                         struct kho_history *history)
{
    struct kho_text changed = kho_pg_cell(result, row, CHANGED);
    bool deleted = kho_text_eq_cstr(kho_pg_cell(result, row, DELETED), "t");
    history->versions[row] =
        (struct kho_version){.source = kho_pg_cell(result, row, SOURCE),
                             .kind = (enum kho_version_kind)kho_pg_cell_int(result, row, KIND),
                             .run = kho_pg_cell_int(result, row, RUN),
                             .from = kho_pg_cell(result, row, FROM),
                             .to = kho_pg_cell(result, row, TO),
                             .from_exact = kho_pg_cell(result, row, FROM_EXACT),
                             .to_exact = kho_pg_cell(result, row, TO_EXACT),
                             .deleted = deleted,
                             .deleted_by = deleted ? kho_pg_cell_int(result, row, DELETED_BY) : 0,
                             .record = kho_pg_cell(result, row, RECORD)};
    for (size_t i = 0; i < history->n_columns; i++) {
        history->cells[row * history->n_columns + i] = kho_pg_cell(result, row, CELLS + i);
        history->changed[row * history->n_columns + i] = i < changed.len && changed.ptr[i] == '1';
    }
}

bool kho_history_read(struct kho_store *store, struct kho_arena *arena,
                      const struct kho_schema *schema, const char *key, const char *feed,
                      struct kho_history *history, struct kho_err *err)
{
    struct kho_pg_result result;
    *history = (struct kho_history){0};
    KHO_TRY(read_columns(store, arena, schema, history, err));
    if (history->n_columns == 0)
        return true;
    const char *params[] = {key, feed, kho_arena_cstr(arena, schema->name)};
    KHO_TRY(
        kho_pg_query(store->pg, arena, question(arena, schema, history), params, 3, &result, err));
    size_t cells = result.n_rows * history->n_columns;
    history->n_versions = result.n_rows;
    history->versions = kho_arena_array(arena, result.n_rows, sizeof(*history->versions));
    history->cells = kho_arena_array(arena, cells, sizeof(*history->cells));
    history->changed = kho_arena_array(arena, cells, sizeof(*history->changed));
    for (size_t row = 0; row < result.n_rows; row++)
        take_version(&result, row, history);
    return true;
}
