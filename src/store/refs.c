/* Code lists as tables in `ref`, renewed only when the file says something else. */
#include <kho/record/copy.h>

#include "store_internal.h"

#define LARGEST_LIST_BYTES ((size_t)64 << 20)

static const char *list_table(struct kho_arena *arena, const struct kho_codes *codes)
{
    return kho_arena_printf(arena, "ref.%s", kho_pg_ident(arena, codes->name));
}

static bool stands_already(struct kho_pg *pg, struct kho_arena *arena,
                           const struct kho_codes *codes, const char *fingerprint, bool *stands,
                           struct kho_err *err)
{
    const char *params[] = {kho_arena_cstr(arena, codes->name), fingerprint};
    struct kho_pg_result result;
    KHO_TRY(kho_pg_query(pg, arena,
                         "SELECT FROM kho.code_list WHERE list = $1 AND fingerprint = $2::uuid",
                         params, 2, &result, err));
    *stands = result.n_rows == 1;
    return true;
}

static bool has_column(const struct kho_codes *codes, const char *name)
{
    for (size_t i = 0; i < codes->n_columns; i++) {
        if (kho_text_eq_cstr(codes->header[i], name))
            return true;
    }
    return false;
}

static const char *ident_of(struct kho_arena *arena, const struct kho_codes *codes,
                            const char *suffix)
{
    return kho_pg_ident(
        arena, kho_text_of(kho_arena_printf(arena, "%.*s%s", KHO_TEXT_ARGS(codes->name), suffix)));
}

/* A code is one row; where rows end, one row at a time. */
static bool make_key(struct kho_pg *pg, struct kho_arena *arena, const struct kho_codes *codes,
                     struct kho_err *err)
{
    const char *key = has_column(codes, "valid_from") ? "code, (coalesce(valid_from, ''))" : "code";
    return kho_pg_execf(pg, err,
                        "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s;"
                        "DROP INDEX IF EXISTS ref.%s; CREATE UNIQUE INDEX %s ON %s (%s)",
                        list_table(arena, codes), ident_of(arena, codes, "_pkey"),
                        ident_of(arena, codes, "_key"), ident_of(arena, codes, "_key"),
                        list_table(arena, codes), key);
}

/* What stands today, and what became of what has ended. */
static bool make_views(struct kho_pg *pg, struct kho_arena *arena, const struct kho_codes *codes,
                       struct kho_err *err)
{
    const char *table = list_table(arena, codes);
    if (!has_column(codes, "valid_to") || !has_column(codes, "became"))
        return true;
    return kho_pg_execf(
        pg, err,
        "CREATE OR REPLACE VIEW ref.%s AS SELECT code, name FROM %s WHERE valid_to IS NULL;"
        "CREATE OR REPLACE VIEW ref.%s AS SELECT code AS old_code, name AS old_name,"
        " valid_to::date AS changed_on, new_code,"
        " CASE WHEN strpos(became, '|') > 0 THEN 'partial' ELSE 'full' END AS coverage"
        " FROM %s, unnest(string_to_array(became, '|')) AS new_code WHERE valid_to IS NOT NULL",
        ident_of(arena, codes, "_now"), table, ident_of(arena, codes, "_change"), table);
}

static bool make_table(struct kho_pg *pg, struct kho_arena *arena, const struct kho_codes *codes,
                       struct kho_err *err)
{
    const char *table = list_table(arena, codes);
    KHO_TRY(kho_pg_execf(
        pg, err,
        "CREATE SCHEMA IF NOT EXISTS ref;"
        "CREATE TABLE IF NOT EXISTS %s (code text, name text);"
        "COMMENT ON TABLE %s IS %s",
        table, table,
        kho_pg_literal(arena, kho_text_of(kho_arena_printf(arena, "Code list %.*s",
                                                           KHO_TEXT_ARGS(codes->name))))));
    for (size_t i = 0; i < codes->n_columns; i++)
        KHO_TRY(kho_pg_execf(pg, err, "ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s text", table,
                             kho_pg_ident(arena, codes->header[i])));
    return make_key(pg, arena, codes, err) && make_views(pg, arena, codes, err);
}

static bool copy_rows(struct kho_pg *pg, struct kho_arena *arena, const struct kho_codes *codes,
                      struct kho_err *err)
{
    struct kho_buf sql, rows;
    int64_t copied = 0;
    kho_buf_init(&sql, KHO_SQL_MAX);
    kho_buf_init(&rows, LARGEST_LIST_BYTES);
    kho_buf_printf(&sql, "COPY %s (", list_table(arena, codes));
    for (size_t i = 0; i < codes->n_columns; i++)
        kho_buf_printf(&sql, "%s%s", i != 0 ? ", " : "", kho_pg_ident(arena, codes->header[i]));
    kho_buf_puts(&sql, ") FROM STDIN (FORMAT binary)");
    kho_copy_put_header(&rows);
    for (size_t row = 0; row < codes->n_rows; row++) {
        kho_copy_put_count(&rows, (uint16_t)codes->n_columns);
        for (size_t i = 0; i < codes->n_columns; i++)
            kho_copy_put_cell(&rows, codes->cells[row * codes->n_columns + i]);
    }
    kho_copy_put_trailer(&rows);
    bool ok = kho_buf_check(&rows, "the code list", err) &&
              kho_pg_copy_in(pg, kho_buf_cstr(&sql), err) &&
              kho_pg_copy_in_put(pg, kho_buf_as_text(&rows), err) &&
              kho_pg_copy_in_finish(pg, &copied, err);
    kho_buf_release(&sql);
    kho_buf_release(&rows);
    return ok;
}

bool kho_refs_load(struct kho_pg *pg, struct kho_arena *arena, const struct kho_codes *codes,
                   struct kho_err *err)
{
    char fingerprint[KHO_HASH_HEX_SIZE];
    bool stands;
    kho_hash_hex(codes->fingerprint, fingerprint);
    KHO_TRY(stands_already(pg, arena, codes, fingerprint, &stands, err));
    if (stands)
        return true;
    KHO_TRY(make_table(pg, arena, codes, err));
    KHO_TRY(kho_pg_execf(pg, err, "DELETE FROM %s", list_table(arena, codes)));
    KHO_TRY(copy_rows(pg, arena, codes, err));
    const char *params[] = {kho_arena_cstr(arena, codes->name), fingerprint};
    return kho_pg_query(pg, arena,
                        "INSERT INTO kho.code_list VALUES ($1, $2::uuid, clock_timestamp())"
                        " ON CONFLICT (list) DO UPDATE SET fingerprint = excluded.fingerprint,"
                        " loaded_at = excluded.loaded_at",
                        params, 2, NULL, err);
}
