/* References between datasets: values that stand in no record of the other one are counted. */
#include "loading.h"

/* One statement a reference: how many values the feed has, and how many of them are orphans. */
static bool count_orphans(struct kho_load *load, const struct kho_schema_column *column,
                          struct kho_err *err)
{
    struct kho_arena *arena = load->arena;
    const char *name = kho_pg_ident(arena, column->name);
    const char *referred = kho_table_name(arena, column->referred_schema, "");
    struct kho_pg_result result;
    const char *sql = kho_arena_printf(
        arena,
        "INSERT INTO kho.orphan AS o (dataset, feed, column_name, refers_to, run, checked, orphans)"
        " SELECT %s, %s, %s, %s, %" PRId64 ", count(*), count(*) FILTER (WHERE NOT EXISTS"
        " (SELECT FROM %s _t WHERE _t.%s = _p.%s)) FROM %s _p"
        " WHERE _p._source = %s AND _p.%s IS NOT NULL"
        " ON CONFLICT (dataset, feed, column_name) DO UPDATE SET refers_to = excluded.refers_to,"
        " run = excluded.run, checked = excluded.checked, orphans = excluded.orphans"
        " RETURNING orphans",
        kho_pg_literal(arena, load->options.schema->name), load->feed,
        kho_pg_literal(arena, column->name), kho_pg_literal(arena, column->references), load->run,
        referred, kho_pg_ident(arena, column->referred_column->name), name, load->current,
        load->feed, name);
    KHO_TRY(kho_pg_query(load->pg, arena, sql, NULL, 0, &result, err));
    load->stats.orphans += kho_pg_cell_int(&result, 0, 0);
    return true;
}

bool kho_load_count_orphans(struct kho_load *load, struct kho_err *err)
{
    const struct kho_schema *schema = load->options.schema;
    for (size_t i = 0; i < schema->n_columns; i++) {
        const struct kho_schema_column *column = &schema->columns[i];
        if (column->referred_schema != NULL && !count_orphans(load, column, err))
            return kho_err_context(err, "counting the orphans of %.*s",
                                   KHO_TEXT_ARGS(column->name));
    }
    return true;
}
