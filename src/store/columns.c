/* Keeping what the source's table looked like. */
#include <kho/store/columns.h>

#include "loading.h"

bool kho_load_columns_before(struct kho_load *load, const struct kho_source_column **columns,
                             size_t *count, struct kho_err *err)
{
    const char *params[] = {kho_arena_cstr(load->arena, load->options.schema->name),
                            kho_arena_cstr(load->arena, load->options.feed)};
    struct kho_pg_result rows;
    KHO_TRY(kho_pg_query(load->ledger, load->arena,
                         "SELECT column_name, type, is_read FROM kho.source_column"
                         " WHERE dataset = $1 AND feed = $2 ORDER BY column_name",
                         params, 2, &rows, err));
    struct kho_source_column *found = kho_arena_array(load->arena, rows.n_rows, sizeof(*found));
    for (size_t i = 0; i < rows.n_rows; i++)
        found[i] = (struct kho_source_column){
            .name = kho_pg_cell(&rows, i, 0).ptr,
            .type = kho_pg_cell(&rows, i, 1).ptr,
            .is_read = kho_text_eq_cstr(kho_pg_cell(&rows, i, 2), "t"),
        };
    *columns = load->columns_before = found;
    *count = load->n_columns_before = rows.n_rows;
    return true;
}

void kho_load_set_columns(struct kho_load *load, const struct kho_source_column *columns,
                          size_t count)
{
    load->columns_now = columns;
    load->n_columns_now = count;
}

static bool is_same(const struct kho_load *load)
{
    if (load->n_columns_before != load->n_columns_now)
        return false;
    for (size_t i = 0; i < load->n_columns_now; i++) {
        const struct kho_source_column *now = &load->columns_now[i];
        bool found = false;
        for (size_t k = 0; k < load->n_columns_before && !found; k++) {
            const struct kho_source_column *before = &load->columns_before[k];
            found = strcmp(before->name, now->name) == 0 && strcmp(before->type, now->type) == 0 &&
                    before->is_read == now->is_read;
        }
        if (!found)
            return false;
    }
    return true;
}

bool kho_load_write_columns(struct kho_load *load, struct kho_err *err)
{
    if (is_same(load))
        return true;
    const char *dataset = kho_pg_literal(load->arena, load->options.schema->name);
    struct kho_buf sql;
    kho_buf_init(&sql, KHO_SQL_MAX);
    kho_buf_printf(&sql, "DELETE FROM kho.source_column WHERE dataset = %s AND feed = %s;", dataset,
                   load->feed);
    for (size_t i = 0; i < load->n_columns_now; i++) {
        const struct kho_source_column *column = &load->columns_now[i];
        kho_buf_printf(&sql, "INSERT INTO kho.source_column VALUES (%s, %s, %s, %s, %s);", dataset,
                       load->feed, kho_pg_literal(load->arena, kho_text_of(column->name)),
                       kho_pg_literal(load->arena, kho_text_of(column->type)),
                       column->is_read ? "true" : "false");
    }
    bool ok = kho_buf_check(&sql, "the list of columns", err) &&
              kho_pg_exec(load->pg, kho_buf_cstr(&sql), err);
    kho_buf_release(&sql);
    return ok;
}
