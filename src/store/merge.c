/*
 * A further load: the rows that are news stand in a temporary stage, the hashes that were not met
 * again in another, and set statements write the differences. Run number and time are literals, and
 * every join is on (_source, _key) or on the hash.
 */
#include <kho/core/clock.h>
#include <kho/record/copy.h>

#include "loading.h"

bool kho_load_merge_begin(struct kho_load *load, struct kho_err *err)
{
    return kho_load_do(load, NULL, err,
                       "CREATE TEMP TABLE kho_stage AS SELECT _hash, _key, %s FROM %s"
                       " WITH NO DATA",
                       load->columns, load->current) &&
           kho_pg_exec(load->pg, "CREATE TEMP TABLE kho_gone (_hash uuid NOT NULL)", err);
}

struct gone {
    struct kho_load *load;
    struct kho_err *err;
};

static bool put_gone(void *context, struct kho_hash128 hash)
{
    struct gone *gone = context;
    struct kho_buf *out = &gone->load->out;
    unsigned char bytes[16];
    kho_hash_to_bytes(hash, bytes);
    kho_copy_put_count(out, 1);
    kho_copy_put_cell(out, (struct kho_text){(const char *)bytes, sizeof(bytes)});
    if (out->len <= KHO_COPY_CHUNK_BYTES)
        return true;
    KHO_TRY(kho_pg_copy_in_put(gone->load->pg, kho_buf_as_text(out), gone->err));
    kho_buf_clear(out);
    return true;
}

/* Writes the hashes that stand in the store and were not met again. */
static bool copy_gone(struct kho_load *load, struct kho_err *err)
{
    if (load->known.n_seen == load->known.count)
        return true;
    struct gone gone = {load, err};
    int64_t rows;
    kho_buf_clear(&load->out);
    kho_copy_put_header(&load->out);
    KHO_TRY(kho_pg_copy_in(load->pg, "COPY kho_gone FROM STDIN (FORMAT binary)", err));
    KHO_TRY(kho_hash_set_unseen(&load->known, put_gone, &gone));
    kho_copy_put_trailer(&load->out);
    KHO_TRY(kho_pg_copy_in_put(load->pg, kho_buf_as_text(&load->out), err));
    return kho_pg_copy_in_finish(load->pg, &rows, err);
}

/* The records whose hash was not met again, by key: the one pass over the whole table. */
static bool find_gone(struct kho_load *load, struct kho_err *err)
{
    return kho_load_do(load, NULL, err,
                       "CREATE TEMP TABLE kho_before ON COMMIT DROP AS"
                       " SELECT p._key, p._hash FROM kho_gone g JOIN %s p ON p._hash = g._hash"
                       " WHERE p._source = %s",
                       load->current, load->feed) &&
           kho_pg_exec(load->pg, "ANALYZE kho_before", err);
}

/* Keys that stand twice among the news, or among the news and as a row met unchanged or rejected.
 */
static bool reject_duplicates(struct kho_load *load, struct kho_err *err)
{
    KHO_TRY(kho_load_do(load, NULL, err,
                        "CREATE TEMP TABLE kho_duplicate ON COMMIT DROP AS"
                        " SELECT _key FROM kho_stage GROUP BY _key HAVING count(*) > 1"
                        " UNION SELECT s._key FROM kho_stage s JOIN %s p ON p._source = %s"
                        " AND p._key = s._key LEFT JOIN kho_before b ON b._key = s._key"
                        " WHERE b._key IS NULL"
                        " UNION SELECT s._key FROM kho_stage s JOIN kho.reject_incoming i"
                        " ON i.key = s._key AND i.run = %" PRId64 " AND i.severity = 'reject'",
                        load->current, load->feed, load->run));
    return kho_load_reject_duplicates(load, "kho_stage", err);
}

/* Gone and in no row of this pull, not even a rejected one: deleted. */
static bool find_deleted(struct kho_load *load, struct kho_err *err)
{
    return kho_load_do(
        load, NULL, err,
        "CREATE TEMP TABLE kho_deleted ON COMMIT DROP AS"
        " SELECT b._key FROM kho_before b LEFT JOIN kho_stage s ON s._key = b._key"
        " LEFT JOIN (SELECT DISTINCT key FROM kho.reject_incoming WHERE run = %" PRId64
        " AND severity = 'reject' AND key IS NOT NULL) r ON r.key = b._key"
        " WHERE s._key IS NULL AND r.key IS NULL",
        load->run);
}

/* Appends the current versions of the joined rows to the history, closed at the run's time. */
static bool close_versions(struct kho_load *load, const char *join, const char *at,
                           struct kho_err *err)
{
    struct kho_buf columns;
    kho_buf_init(&columns, KHO_SQL_MAX);
    kho_put_columns(&columns, load->options.schema, "p.");
    bool ok =
        kho_load_do(load, NULL, err,
                    "INSERT INTO %s (" KHO_ENGINE_COLUMNS ", _valid_to, %s)"
                    " SELECT p._hash, p._valid_from, p._run, p._source, p._key,"
                    " '%s'::timestamptz, %s FROM %s p %s",
                    load->history, load->columns, at, kho_buf_cstr(&columns), load->current, join);
    kho_buf_release(&columns);
    return ok;
}

static bool delete_records(struct kho_load *load, const char *at, struct kho_err *err)
{
    const char *join = kho_arena_printf(
        load->arena, "JOIN kho_deleted d ON d._key = p._key WHERE p._source = %s", load->feed);
    KHO_TRY(close_versions(load, join, at, err));
    return kho_load_do(load, &load->stats.deleted, err,
                       "DELETE FROM %s p USING kho_deleted d WHERE p._source = %s"
                       " AND p._key = d._key",
                       load->current, load->feed);
}

/* The condition under which a staged row differs from the version that stands, by value. */
static const char *differs(struct kho_load *load)
{
    struct kho_buf sql;
    kho_buf_init(&sql, KHO_SQL_MAX);
    kho_buf_puts(&sql, "ROW(");
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
    KHO_TRY(close_versions(load, join, at, err));
    KHO_TRY(update_changed(load, at, err));
    int64_t restated;
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

/* What is gone and neither changed nor deleted was kept because its newer version was rejected. */
static bool prove(struct kho_load *load, struct kho_err *err)
{
    struct kho_load_stats *stats = &load->stats;
    struct kho_hash128 all = load->known_sum, stale;
    stats->total = load->known_rows;
    if (load->n_staged != 0 || stats->deleted != 0) {
        const char *hashes = kho_arena_printf(
            load->arena, "SELECT _hash FROM %s WHERE _source = %s", load->current, load->feed);
        KHO_TRY(kho_load_sum(load, hashes, NULL, &all, &stats->total, err));
    }
    static const char kept[] = "SELECT b._hash FROM kho_before b"
                               " LEFT JOIN kho_stage s ON s._key = b._key"
                               " LEFT JOIN kho_deleted d ON d._key = b._key"
                               " WHERE s._key IS NULL AND d._key IS NULL";
    KHO_TRY(kho_load_sum(load, kept, NULL, &stale, &stats->stale, err));
    stats->store_hash = kho_hash_subtract(all, stale);
    return true;
}

bool kho_load_merge_publish(struct kho_load *load, struct kho_err *err)
{
    char at[KHO_INSTANT_MAX];
    KHO_TRY(copy_gone(load, err));
    KHO_TRY(kho_pg_exec(load->pg, "ANALYZE kho_stage (_key); ANALYZE kho_gone; BEGIN", err));
    KHO_TRY(kho_load_take_time(load, err));
    kho_instant_utc(load->published_us, at, sizeof(at));
    KHO_TRY(find_gone(load, err));
    KHO_TRY(reject_duplicates(load, err));
    KHO_TRY(find_deleted(load, err));
    KHO_TRY(delete_records(load, at, err));
    if (load->n_staged != 0) {
        KHO_TRY(update_records(load, at, err));
        KHO_TRY(insert_records(load, at, err));
    }
    return prove(load, err);
}
