/* The open rejects as CSV: PostgreSQL writes the lines, the header and the line ends are ours. */
#include <kho/core/interrupt.h>
#include <kho/store/rejects.h>

#include "store_internal.h"

#define FIXED "job,source table,key,column,rule,reason,first seen,last seen,file,line"

struct export
{
    struct kho_store *store;
    struct kho_arena *arena;
    const char *where; /* which rows of kho.reject_row */
    struct kho_pg_result columns;
    const struct kho_rejects_export *options;
};

/* The columns of all rows that are exported. */
static bool find_columns(struct export *export, struct kho_err *err)
{
    const char *sql = kho_arena_printf(export->arena,
                                       "SELECT DISTINCT jsonb_object_keys(raw) FROM kho.reject_row"
                                       " r WHERE raw IS NOT NULL AND %s ORDER BY 1",
                                       export->where);
    return kho_pg_query(export->store->pg, export->arena, sql, NULL, 0, &export->columns, err);
}

static void put_name(struct kho_buf *out, struct kho_text name)
{
    kho_buf_char(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '"')
            kho_buf_char(out, '"');
        kho_buf_char(out, name.ptr[i]);
    }
    kho_buf_char(out, '"');
}

static bool put_header(struct export *export, struct kho_err *err)
{
    struct kho_buf out;
    kho_buf_init(&out, KHO_SQL_MAX);
    kho_buf_puts(&out, "\xef\xbb\xbf" FIXED);
    for (size_t i = 0; i < export->columns.n_rows; i++) {
        kho_buf_char(&out, ',');
        put_name(&out, kho_pg_cell(&export->columns, i, 0));
    }
    kho_buf_puts(&out, "\r\n");
    bool ok = kho_buf_check(&out, "the header", err) &&
              export->options->sink(export->options->context, kho_buf_as_text(&out), err);
    kho_buf_release(&out);
    return ok;
}

static const char *select_rows(const struct export *export)
{
    const struct kho_rejects_origin *origins = export->options->origins;
    struct kho_arena *arena = export->arena;
    struct kho_buf sql;
    kho_buf_init(&sql, KHO_SQL_MAX);
    kho_buf_puts(&sql, "COPY (SELECT r.job, o.origin, r.key, r.\"column\", r.rule, r.reason,"
                       " r.first_seen, r.last_seen, r.file, r.line");
    for (size_t i = 0; i < export->columns.n_rows; i++)
        kho_buf_printf(&sql, ", r.raw ->> %s",
                       kho_pg_literal(arena, kho_pg_cell(&export->columns, i, 0)));
    kho_buf_puts(&sql, " FROM kho.reject_row r LEFT JOIN (VALUES (NULL::text, NULL::text)");
    for (size_t i = 0; i < export->options->n_origins; i++)
        kho_buf_printf(&sql, ", (%s, %s)", kho_pg_literal(arena, origins[i].job),
                       kho_pg_literal(arena, origins[i].table));
    kho_buf_printf(&sql,
                   ") o (job, origin) ON o.job = r.job WHERE %s"
                   " ORDER BY r.job, r.reject) TO STDOUT (FORMAT csv, ENCODING 'UTF8')",
                   export->where);
    const char *text = kho_arena_cstr(arena, kho_buf_as_text(&sql));
    kho_buf_release(&sql);
    return text;
}

static bool put_rows(struct export *export, const char *sql, int64_t *count, struct kho_err *err)
{
    struct kho_text bytes;
    bool eof = false;
    *count = 0;
    KHO_TRY(kho_pg_copy_out(export->store->pg, sql, err));
    for (;;) {
        KHO_TRY(kho_pg_copy_out_next(export->store->pg, &bytes, &eof, err));
        if (eof)
            return true;
        if (bytes.len > 0 && bytes.ptr[bytes.len - 1] == '\n')
            bytes.len--;
        KHO_TRY(export->options->sink(export->options->context, bytes, err));
        KHO_TRY(export->options->sink(export->options->context, KHO_TEXT("\r\n"), err));
        if (++*count % 4096 == 0)
            KHO_TRY(kho_interrupt_check(err));
    }
}

bool kho_rejects_export(struct kho_store *store, const struct kho_rejects_export *options,
                        int64_t *count, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct export export = {.store = store, .arena = scratch, .where = "true", .options = options};
    if (options->job != NULL)
        export.where = kho_arena_printf(scratch, "r.job = %s",
                                        kho_pg_literal(scratch, kho_text_of(options->job)));
    bool ok = find_columns(&export, err) && put_header(&export, err) &&
              put_rows(&export, select_rows(&export), count, err);
    kho_arena_free(scratch);
    return ok;
}
