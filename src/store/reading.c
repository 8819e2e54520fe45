/* Reading datasets of one instant out of the store, in the order of their keys. */
#include <kho/core/log.h>
#include <kho/record/copy.h>
#include <kho/store/reading.h>

#include "store_internal.h"

struct kho_reading {
    struct kho_arena *arena;
    struct kho_pg *pg;
    const struct kho_schema *schema;
    bool header_seen;
    bool ended;
};

static bool take_instant(struct kho_reading *reading, int64_t *as_of_us, struct kho_err *err)
{
    struct kho_pg_result result;
    KHO_TRY(kho_pg_query(reading->pg, reading->arena,
                         "SELECT round(extract(epoch FROM max(published_at)) * 1000000)::bigint"
                         " FROM kho.run WHERE status = 'published'",
                         NULL, 0, &result, err));
    *as_of_us = kho_pg_cell_int(&result, 0, 0);
    return true;
}

/* Rows of a first load are frozen: a snapshot older than its commit would see them too. So the
 * snapshot is taken while no publish of any of these datasets is under way. */
bool kho_lock_publish_shared(struct kho_pg *pg, struct kho_arena *arena, struct kho_text schema,
                             struct kho_err *err)
{
    struct kho_pg_result result;
    int64_t key = kho_lock_key("publish", schema, KHO_TEXT(""));
    const char *sql =
        kho_arena_printf(arena, "SELECT pg_try_advisory_lock_shared(%" PRId64 ")", key);
    KHO_TRY(kho_pg_query(pg, arena, sql, NULL, 0, &result, err));
    if (kho_text_eq_cstr(kho_pg_cell(&result, 0, 0), "t"))
        return true;
    /* A first load holds it from its first row to its last. */
    kho_log_info("waiting for a run that is publishing %.*s", KHO_TEXT_ARGS(schema));
    return kho_pg_execf(pg, err, "SELECT pg_advisory_lock_shared(%" PRId64 ")", key);
}

static bool lock_publishes(struct kho_reading *reading, const struct kho_schemas *schemas,
                           struct kho_err *err)
{
    for (size_t i = 0; i < schemas->count; i++)
        KHO_TRY(kho_lock_publish_shared(reading->pg, reading->arena, schemas->items[i].name, err));
    return true;
}

/* Appends LOCK TABLE for those of the tables that are there. */
static bool put_locks(struct kho_reading *reading, const struct kho_schemas *schemas,
                      struct kho_buf *sql, struct kho_err *err)
{
    for (size_t i = 0; i < schemas->count; i++) {
        const char *table = kho_table_name(reading->arena, &schemas->items[i], "");
        const char *params[] = {table};
        struct kho_pg_result result;
        KHO_TRY(kho_pg_query(reading->pg, reading->arena, "SELECT to_regclass($1) IS NOT NULL",
                             params, 1, &result, err));
        if (kho_text_eq_cstr(kho_pg_cell(&result, 0, 0), "t"))
            kho_buf_printf(sql, "; LOCK TABLE %s IN ACCESS SHARE MODE", table);
    }
    return true;
}

/* A table that is written anew (a column's type was widened) is empty to a snapshot from before: so
 * the tables are locked first, and the snapshot is taken by the first question. */
static bool begin(struct kho_reading *reading, const struct kho_schemas *schemas,
                  struct kho_err *err)
{
    struct kho_buf sql;
    kho_buf_init(&sql, KHO_SQL_MAX);
    kho_buf_puts(&sql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    bool ok =
        put_locks(reading, schemas, &sql, err) && kho_pg_exec(reading->pg, kho_buf_cstr(&sql), err);
    kho_buf_release(&sql);
    return ok;
}

bool kho_reading_open(struct kho_store *store, struct kho_arena *arena,
                      const struct kho_schemas *schemas, struct kho_reading **reading,
                      int64_t *as_of_us, struct kho_err *err)
{
    struct kho_reading *made = kho_arena_alloc(arena, sizeof(*made));
    made->arena = arena;
    KHO_TRY(kho_store_connect(store, arena, &made->pg, err));
    KHO_TRY(lock_publishes(made, schemas, err));
    KHO_TRY(begin(made, schemas, err));
    KHO_TRY(take_instant(made, as_of_us, err));
    KHO_TRY(kho_pg_exec(made->pg, "SELECT pg_advisory_unlock_all()", err));
    *reading = made;
    return true;
}

static struct kho_batch *make_batch(struct kho_reading *reading, const struct kho_schema *schema)
{
    struct kho_batch *batch = kho_batch_new(reading->arena, schema->n_columns + 2);
    batch->columns[0].name = "_source";
    batch->columns[1].name = "_key";
    for (size_t i = 0; i < schema->n_columns; i++) {
        const struct kho_schema_column *column = &schema->columns[i];
        batch->columns[i + 2].name = kho_arena_cstr(reading->arena, column->name);
        batch->columns[i + 2].wire = kho_type_wire(column->type);
    }
    return batch;
}

bool kho_reading_dataset(struct kho_reading *reading, const struct kho_schema *schema,
                         struct kho_text where, struct kho_batch **batch, struct kho_err *err)
{
    struct kho_buf sql;
    kho_buf_init(&sql, KHO_SQL_MAX);
    kho_buf_puts(&sql, "COPY (SELECT _source, _key");
    kho_buf_puts(&sql, schema->n_columns != 0 ? ", " : "");
    kho_put_columns(&sql, schema, "");
    kho_buf_printf(&sql, " FROM %s", kho_table_name(reading->arena, schema, ""));
    if (where.ptr != NULL)
        kho_buf_printf(&sql, " WHERE (%.*s\n)", KHO_TEXT_ARGS(where));
    kho_buf_puts(&sql, " ORDER BY _key, _source) TO STDOUT (FORMAT binary)");
    bool ok = kho_pg_copy_out(reading->pg, kho_buf_cstr(&sql), err);
    kho_buf_release(&sql);
    if (!ok)
        return kho_err_context(err, "reading %.*s", KHO_TEXT_ARGS(schema->name));
    reading->schema = schema;
    reading->header_seen = false;
    reading->ended = false;
    *batch = make_batch(reading, schema);
    return true;
}

static bool malformed(const struct kho_reading *reading, struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_FAILED, "the store sent a malformed row, reading %.*s",
                       KHO_TEXT_ARGS(reading->schema->name));
}

static bool next_message(struct kho_reading *reading, struct kho_text *bytes, struct kho_err *err)
{
    if (!kho_pg_copy_out_next(reading->pg, bytes, &reading->ended, err))
        return kho_err_context(err, "reading %.*s", KHO_TEXT_ARGS(reading->schema->name));
    if (reading->ended || reading->header_seen)
        return true;
    reading->header_seen = kho_copy_pass_header(bytes);
    return reading->header_seen || malformed(reading, err);
}

bool kho_reading_next(struct kho_reading *reading, struct kho_batch *batch, bool *eof,
                      struct kho_err *err)
{
    size_t bytes_held = 0;
    kho_batch_clear(batch);
    while (!reading->ended && batch->n_rows < KHO_BATCH_ROWS && bytes_held < KHO_BATCH_BYTES) {
        struct kho_text bytes;
        KHO_TRY(next_message(reading, &bytes, err));
        if (reading->ended || kho_copy_is_end(bytes))
            continue;
        if (!kho_copy_take_row(bytes, 0, batch))
            return malformed(reading, err);
        bytes_held += bytes.len;
    }
    *eof = reading->ended;
    return true;
}
