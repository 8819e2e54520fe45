/* Comparing all keys: what a window of the source cannot show is what is no longer there. */
#include <kho/record/copy.h>

#include "loading.h"

/* The keys that the source is known to have and the feed's table has not: those of this window, and
 * those of rows that were rejected, now or earlier. */
static const char *other_keys(const struct kho_load *load)
{
    return kho_arena_printf(
        load->arena,
        "SELECT k._key FROM (SELECT _key FROM kho_stage"
        " UNION SELECT key FROM kho.reject_incoming WHERE run = %" PRId64
        " AND severity = 'reject' AND key IS NOT NULL"
        " UNION SELECT key FROM kho.reject WHERE dataset = %s AND feed = %s"
        " AND state <> 'closed' AND severity = 'reject' AND key IS NOT NULL) k"
        " WHERE NOT EXISTS (SELECT FROM %s p WHERE p._source = %s AND p._key = k._key)",
        load->run, kho_pg_literal(load->arena, load->options.schema->name), load->feed,
        load->current, load->feed);
}

static const char *key_hash(const struct kho_load *load)
{
    return kho_arena_printf(load->arena, KHO_KEY_HASH_SQL, "_key");
}

bool kho_load_send_key_sum(struct kho_load *load, struct kho_err *err)
{
    const char *sql = kho_arena_printf(
        load->arena, "SELECT count(*), coalesce(sum(%s), 0) FROM %s WHERE _source = %s",
        key_hash(load), load->current, load->feed);
    load->summing = true;
    return kho_pg_send(load->pg, sql, NULL, 0, err);
}

bool kho_load_await_key_sum(struct kho_load *load, struct kho_err *err)
{
    if (!load->summing)
        return true;
    load->summing = false;
    KHO_TRY(kho_pg_receive(load->pg, load->arena, &load->feed_keys, err));
    load->known_rows = kho_pg_cell_int(&load->feed_keys, 0, 0);
    return true;
}

bool kho_load_key_sum(struct kho_load *load, struct kho_key_sum *sum, struct kho_err *err)
{
    struct kho_pg_result result;
    KHO_TRY(kho_load_await_key_sum(load, err));
    KHO_TRY(kho_load_finish_copy(load, err));
    KHO_TRY(kho_load_flush_rejects(load, 0, err));
    const char *params[] = {kho_pg_cell(&load->feed_keys, 0, 0).ptr,
                            kho_pg_cell(&load->feed_keys, 0, 1).ptr};
    const char *sql = kho_arena_printf(load->arena,
                                       "SELECT $1::bigint + count(*), nullif($2::numeric +"
                                       " coalesce(sum(%s), 0), 0) FROM (%s) k",
                                       key_hash(load), other_keys(load));
    KHO_TRY(kho_pg_query(load->pg, load->arena, sql, params, 2, &result, err));
    sum->count = kho_pg_cell_int(&result, 0, 0);
    sum->sum = kho_pg_cell(&result, 0, 1);
    return true;
}

void kho_load_keys_equal(struct kho_load *load)
{
    load->stats.keys_compared = true;
}

static struct kho_hash128 hash_key(struct kho_text key)
{
    return kho_hash_bytes(key.ptr, key.len, 0);
}

static bool expect_key(void *visitor, struct kho_text row)
{
    struct kho_load *load = visitor;
    struct kho_text key;
    if (!kho_first_cell(row, &key))
        return false;
    kho_hash_set_add(&load->known, hash_key(key));
    return true;
}

static const char *expected_keys(const struct kho_load *load)
{
    return kho_arena_printf(load->arena, "SELECT _key FROM %s WHERE _source = %s UNION ALL %s",
                            load->current, load->feed, other_keys(load));
}

bool kho_load_keys_begin(struct kho_load *load, struct kho_err *err)
{
    KHO_TRY(kho_load_finish_copy(load, err));
    KHO_TRY(kho_load_flush_rejects(load, 0, err));
    kho_hash_set_release(&load->known);
    kho_hash_set_init(&load->known, (size_t)load->last.total);
    return kho_each_row(load->pg, load->arena, expected_keys(load), expect_key, load, err);
}

size_t kho_load_keys_meet(struct kho_load *load, const struct kho_batch *keys)
{
    size_t strange = 0;
    for (size_t row = 0; row < keys->n_rows; row++)
        if (keys->keys[row].ptr != NULL &&
            kho_hash_set_meet(&load->known, hash_key(keys->keys[row])) != KHO_HASH_KNOWN)
            strange++;
    return strange;
}

static bool put_if_unmet(void *visitor, struct kho_text row)
{
    struct kho_load *load = visitor;
    struct kho_text key;
    if (!kho_first_cell(row, &key))
        return false;
    if (kho_hash_set_meet(&load->known, hash_key(key)) == KHO_HASH_KNOWN) {
        kho_copy_put_count(&load->out, 1);
        kho_copy_put_cell(&load->out, key);
    }
    return true;
}

/* Asks for the keys once more, since the set holds only their hashes. Those of rejected rows are
 * among them: their rejects are closed. */
bool kho_load_keys_settle(struct kho_load *load, struct kho_err *err)
{
    int64_t rows;
    load->stats.keys_compared = true;
    if (load->known.n_seen == load->known.count)
        return true;
    kho_buf_clear(&load->out);
    kho_copy_put_header(&load->out);
    KHO_TRY(kho_each_row(load->pg, load->arena, expected_keys(load), put_if_unmet, load, err));
    kho_copy_put_trailer(&load->out);
    KHO_TRY(kho_buf_check(&load->out, "the list of deleted keys", err));
    KHO_TRY(kho_pg_copy_in(load->pg, "COPY kho_deleted FROM STDIN (FORMAT binary)", err));
    KHO_TRY(kho_pg_copy_in_put(load->pg, kho_buf_as_text(&load->out), err));
    kho_buf_clear(&load->out);
    return kho_pg_copy_in_finish(load->pg, &rows, err);
}
