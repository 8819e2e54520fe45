/*
 * The statements that change records, from the temporary tables in which the news stand. Run number
 * and time are literals, and every join is on (_source, _key).
 */
#include <kho/record/copy.h>

#include "loading.h"

bool kho_load_make_stage(struct kho_load *load, struct kho_err *err)
{
    return kho_load_do(load, NULL, err,
                       "CREATE TEMP TABLE kho_stage AS SELECT _hash, _key, %s FROM %s"
                       " WITH NO DATA",
                       load->columns, load->current) &&
           kho_pg_exec(load->pg, "CREATE TEMP TABLE kho_deleted (_key text NOT NULL)", err);
}

struct unseen {
    struct kho_load *load;
    struct kho_err *err;
};

static bool put_unseen(void *context, struct kho_hash128 hash)
{
    struct unseen *unseen = context;
    struct kho_buf *out = &unseen->load->out;
    unsigned char bytes[16];
    kho_hash_to_bytes(hash, bytes);
    kho_copy_put_count(out, 1);
    kho_copy_put_cell(out, (struct kho_text){(const char *)bytes, sizeof(bytes)});
    if (out->len <= KHO_COPY_CHUNK_BYTES)
        return true;
    KHO_TRY(kho_pg_copy_in_put(unseen->load->pg, kho_buf_as_text(out), unseen->err));
    kho_buf_clear(out);
    return true;
}

bool kho_load_copy_unseen(struct kho_load *load, const struct kho_hash_set *set, const char *table,
                          struct kho_err *err)
{
    if (set->n_seen == set->count)
        return true;
    struct unseen unseen = {load, err};
    const char *sql = kho_arena_printf(load->arena, "COPY %s FROM STDIN (FORMAT binary)", table);
    int64_t rows;
    kho_buf_clear(&load->out);
    kho_copy_put_header(&load->out);
    KHO_TRY(kho_pg_copy_in(load->pg, sql, err));
    KHO_TRY(kho_hash_set_unseen(set, put_unseen, &unseen));
    kho_copy_put_trailer(&load->out);
    KHO_TRY(kho_pg_copy_in_put(load->pg, kho_buf_as_text(&load->out), err));
    kho_buf_clear(&load->out);
    return kho_pg_copy_in_finish(load->pg, &rows, err);
}

/* Appends the current versions of the joined rows to the history, closed at the run's time. */
static bool close_versions(struct kho_load *load, const char *join, const char *at, int64_t *closed,
                           struct kho_err *err)
{
    struct kho_buf columns;
    kho_buf_init(&columns, KHO_SQL_MAX);
    kho_put_columns(&columns, load->options.schema, "p.");
    bool ok =
        kho_load_do(load, closed, err,
                    "INSERT INTO %s (" KHO_ENGINE_COLUMNS ", _valid_to, %s)"
                    " SELECT p._hash, p._valid_from, p._run, p._source, p._key,"
                    " '%s'::timestamptz, %s FROM %s p %s",
                    load->history, load->columns, at, kho_buf_cstr(&columns), load->current, join);
    kho_buf_release(&columns);
    return ok;
}

/* A record that is closed is changed or deleted by the next statement. If their counts differ, the
 * store has a trigger or rule that keeps it from that, and the sum of hashes need not show it. */
static bool check_closed(int64_t closed, int64_t changed, struct kho_err *err)
{
    if (closed == changed)
        return true;
    kho_err_set(err, KHO_ERR_VERIFY,
                "the store closed %" PRId64 " versions of records but changed or deleted %" PRId64
                "; nothing was published",
                closed, changed);
    return kho_err_hint(err, "look for triggers and rules on the records' tables");
}

static bool delete_records(struct kho_load *load, const char *at, struct kho_err *err)
{
    KHO_TRY(kho_pg_exec(load->pg, "ANALYZE kho_deleted", err));
    const char *join = kho_arena_printf(
        load->arena, "JOIN kho_deleted d ON d._key = p._key WHERE p._source = %s", load->feed);
    int64_t closed;
    KHO_TRY(close_versions(load, join, at, &closed, err));
    KHO_TRY(kho_load_do(load, &load->stats.deleted, err,
                        "DELETE FROM %s p USING kho_deleted d WHERE p._source = %s"
                        " AND p._key = d._key",
                        load->current, load->feed));
    return check_closed(closed, load->stats.deleted, err);
}

/* The condition under which a staged row differs from the version that stands, by value. */
static const char *differs(struct kho_load *load)
{
    struct kho_buf sql;
    kho_buf_init(&sql, KHO_SQL_MAX);
    kho_buf_puts(&sql, "p._hash <> s._hash AND ROW(");
    kho_put_columns(&sql, load->options.schema, "p.");
    kho_buf_puts(&sql, ") IS DISTINCT FROM ROW(");
    kho_put_columns(&sql, load->options.schema, "s.");
    kho_buf_puts(&sql, ")");
    const char *condition = kho_arena_cstr(load->arena, kho_buf_as_text(&sql));
    kho_buf_release(&sql);
    return condition;
}

static bool update_changed(struct kho_load *load, const char *at, struct kho_err *err)
{
    struct kho_buf set;
    kho_buf_init(&set, KHO_SQL_MAX);
    const struct kho_schema *schema = load->options.schema;
    for (size_t i = 0; i < schema->n_columns; i++)
        kho_buf_printf(&set, ", \"%.*s\" = s.\"%.*s\"", KHO_TEXT_ARGS(schema->columns[i].name),
                       KHO_TEXT_ARGS(schema->columns[i].name));
    bool ok =
        kho_load_do(load, &load->stats.updated, err,
                    "UPDATE %s p SET _hash = s._hash, _valid_from = '%s', _run = %" PRId64
                    "%s FROM kho_stage s WHERE p._source = %s AND p._key = s._key AND %s",
                    load->current, at, load->run, kho_buf_cstr(&set), load->feed, differs(load));
    kho_buf_release(&set);
    return ok;
}

/* Rows that differ get a new version; rows whose values came out the same only the new hash. */
static bool update_records(struct kho_load *load, const char *at, struct kho_err *err)
{
    const char *join = kho_arena_printf(
        load->arena, "JOIN kho_stage s ON s._key = p._key WHERE p._source = %s AND %s", load->feed,
        differs(load));
    int64_t closed, restated;
    KHO_TRY(close_versions(load, join, at, &closed, err));
    KHO_TRY(update_changed(load, at, err));
    KHO_TRY(check_closed(closed, load->stats.updated, err));
    KHO_TRY(kho_load_do(load, &restated, err,
                        "UPDATE %s p SET _hash = s._hash FROM kho_stage s WHERE p._source = %s"
                        " AND p._key = s._key AND p._hash <> s._hash",
                        load->current, load->feed));
    load->stats.unchanged += restated;
    return true;
}

static bool insert_records(struct kho_load *load, const char *at, struct kho_err *err)
{
    struct kho_buf columns;
    kho_buf_init(&columns, KHO_SQL_MAX);
    kho_put_columns(&columns, load->options.schema, "s.");
    bool ok = kho_load_do(load, &load->stats.inserted, err,
                          "INSERT INTO %s (" KHO_ENGINE_COLUMNS ", %s)"
                          " SELECT s._hash, '%s'::timestamptz, %" PRId64 ", %s, s._key, %s"
                          " FROM kho_stage s LEFT JOIN %s p ON p._source = %s AND p._key = s._key"
                          " WHERE p._key IS NULL",
                          load->current, load->columns, at, load->run, load->feed,
                          kho_buf_cstr(&columns), load->current, load->feed);
    kho_buf_release(&columns);
    return ok;
}

bool kho_load_write(struct kho_load *load, const char *at, struct kho_err *err)
{
    KHO_TRY(delete_records(load, at, err));
    if (load->n_staged == 0)
        return true;
    return update_records(load, at, err) && insert_records(load, at, err);
}
