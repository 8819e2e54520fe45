/* The frame of a run's loading: lock, ledger, what stands, and the two ends. */
#include <kho/core/clock.h>
#include <kho/core/interrupt.h>
#include <kho/store/limits.h>

#include "loading.h"

bool kho_load_do(struct kho_load *load, int64_t *affected, struct kho_err *err, const char *fmt,
                 ...)
{
    va_list args;
    va_start(args, fmt);
    char *sql = NULL;
    int len = vasprintf(&sql, fmt, args);
    va_end(args);
    if (len < 0)
        kho_out_of_memory(0);
    struct kho_pg_result result;
    bool ok = kho_pg_query(load->pg, load->arena, sql, NULL, 0, &result, err);
    if (ok && affected != NULL)
        *affected = result.affected_rows;
    free(sql);
    return ok;
}

static bool query(struct kho_load *load, struct kho_pg *pg, const char *sql,
                  struct kho_pg_result *result, struct kho_err *err)
{
    const char *params[] = {kho_arena_cstr(load->arena, load->options.schema->name),
                            kho_arena_cstr(load->arena, load->options.feed)};
    return kho_pg_query(pg, load->arena, sql, params, 2, result, err);
}

/* One run a feed. The lock is the session's, so it ends with this process, however that ends. */
static bool lock_feed(struct kho_load *load, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *sql =
        kho_arena_printf(load->arena, "SELECT pg_try_advisory_lock(%" PRId64 ")",
                         kho_lock_key("feed", load->options.schema->name, load->options.feed));
    KHO_TRY(kho_pg_query(load->pg, load->arena, sql, NULL, 0, &result, err));
    if (kho_text_eq_cstr(kho_pg_cell(&result, 0, 0), "t"))
        return true;
    KHO_TRY(query(load, load->ledger,
                  "SELECT max(run) FROM kho.run WHERE dataset = $1 AND feed = $2"
                  " AND status = 'running'",
                  &result, err));
    return kho_err_set(err, KHO_ERR_BUSY, "run %" PRId64 " of feed '%.*s' into %.*s is under way",
                       kho_pg_cell_int(&result, 0, 0), KHO_TEXT_ARGS(load->options.feed),
                       KHO_TEXT_ARGS(load->options.schema->name));
}

/* We hold the feed's lock, so whoever is still `running` there is dead. */
static bool open_ledger_row(struct kho_load *load, struct kho_err *err)
{
    KHO_TRY(query(load, load->ledger,
                  "UPDATE kho.run SET status = 'died', finished_at = clock_timestamp(),"
                  " error = 'found dead by the next run' WHERE dataset = $1 AND feed = $2"
                  " AND status = 'running'",
                  NULL, err));
    /* Reasons of runs that were not published are kept until the next run has its own. */
    KHO_TRY(query(load, load->ledger,
                  "DELETE FROM kho.reject_incoming WHERE run IN (SELECT run FROM kho.run"
                  " WHERE dataset = $1 AND feed = $2 ORDER BY run DESC OFFSET 1)",
                  NULL, err));
    char host[256] = "";
    if (gethostname(host, sizeof(host) - 1) != 0)
        host[0] = '\0';
    const struct kho_load_options *options = &load->options;
    /* A dry run takes no number: others would see the gap. */
    const char *number = kho_load_is_dry(load) ? "-pg_backend_pid()" : "DEFAULT";
    const char *params[] = {kho_arena_cstr(load->arena, options->job),
                            kho_arena_cstr(load->arena, options->source),
                            kho_arena_cstr(load->arena, options->feed),
                            kho_arena_cstr(load->arena, options->schema->name),
                            host,
                            kho_arena_printf(load->arena, "%d", (int)getpid()),
                            kho_accept_show(load->arena, options->accepted)};
    struct kho_pg_result result;
    KHO_TRY(kho_pg_query(
        load->ledger, load->arena,
        kho_arena_printf(load->arena,
                         "INSERT INTO kho.run (run, job, source, feed, dataset, status, host, pid,"
                         " kho_version, accepted) OVERRIDING SYSTEM VALUE VALUES (%s, $1, $2, $3,"
                         " $4, 'running', $5, $6::integer, '" KHO_VERSION "', $7) RETURNING run",
                         number),
        params, KHO_COUNT(params), &result, err));
    load->run = kho_pg_cell_int(&result, 0, 0);
    load->stats.run = kho_load_is_dry(load) ? 0 : load->run;
    return true;
}

static void name_things(struct kho_load *load)
{
    const struct kho_schema *schema = load->options.schema;
    struct kho_buf columns;
    kho_buf_init(&columns, KHO_SQL_MAX);
    kho_put_columns(&columns, schema, "");
    load->columns = kho_arena_cstr(load->arena, kho_buf_as_text(&columns));
    kho_buf_release(&columns);
    load->current = kho_table_name(load->arena, schema, "");
    load->history = kho_table_name(load->arena, schema, "_history");
    load->feed = kho_pg_literal(load->arena, load->options.feed);
}

static struct kho_hash128 hash_of_uuid(struct kho_text hex)
{
    unsigned char bytes[16] = {0};
    for (size_t i = 0, digit = 0; i < hex.len && digit < 32; i++) {
        char c = hex.ptr[i];
        if (c == '-')
            continue;
        unsigned value = (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
        bytes[digit / 2] |= (unsigned char)(digit % 2 == 0 ? value << 4 : value);
        digit++;
    }
    return kho_hash_from_bytes(bytes);
}

static bool read_last(struct kho_load *load, struct kho_err *err)
{
    struct kho_pg_result result;
    struct kho_load_last *last = &load->last;
    KHO_TRY(query(load, load->ledger,
                  "SELECT r.position, r.fingerprint, coalesce(r.total, 0), coalesce(r.stale, 0),"
                  " (extract(epoch FROM c.compared) * 1000000)::bigint,"
                  " (extract(epoch FROM c.keys) * 1000000)::bigint"
                  " FROM (SELECT * FROM kho.run WHERE dataset = $1 AND feed = $2"
                  " AND status = 'published' ORDER BY run DESC LIMIT 1) r,"
                  " (SELECT max(started_at) FILTER (WHERE pull = 'full') AS compared,"
                  " max(started_at) FILTER (WHERE pull = 'full' OR keys_compared) AS keys"
                  " FROM kho.run WHERE dataset = $1 AND feed = $2 AND status = 'published') c",
                  &result, err));
    if (result.n_rows == 0)
        return true;
    last->position = kho_pg_cell(&result, 0, 0).ptr;
    last->fingerprint = hash_of_uuid(kho_pg_cell(&result, 0, 1));
    last->total = kho_pg_cell_int(&result, 0, 2);
    last->stale = kho_pg_cell_int(&result, 0, 3);
    last->compared_us = kho_pg_cell_int(&result, 0, 4);
    last->keys_us = kho_pg_cell_int(&result, 0, 5);
    return true;
}

static bool is_empty(struct kho_load *load, bool *empty, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *sql =
        kho_arena_printf(load->arena, "SELECT EXISTS (SELECT FROM %s)", load->current);
    KHO_TRY(kho_pg_query(load->pg, load->arena, sql, NULL, 0, &result, err));
    *empty = kho_text_eq_cstr(kho_pg_cell(&result, 0, 0), "f");
    return true;
}

/* Reads the hashes of what stands; with nothing in the whole table, goes the direct way. */
static bool look_at_what_stands(struct kho_load *load, struct kho_err *err)
{
    bool empty;
    KHO_TRY(is_empty(load, &empty, err));
    if (empty)
        KHO_TRY(kho_load_direct_begin(load, &load->direct, err));
    if (load->direct)
        return true;
    kho_hash_set_init(&load->known, (size_t)load->last.total);
    const char *hashes = kho_arena_printf(load->arena, "SELECT _hash FROM %s WHERE _source = %s",
                                          load->current, load->feed);
    KHO_TRY(
        kho_load_read_hashes(load, hashes, &load->known, &load->known_sum, &load->known_rows, err));
    KHO_TRY(kho_load_known_rejects(load, err));
    return kho_load_make_stage(load, err) && kho_load_merge_begin(load, err);
}

static void release_load(void *object)
{
    struct kho_load *load = object;
    kho_buf_release(&load->out);
    kho_buf_release(&load->rejects);
    kho_hash_set_release(&load->known);
    kho_hash_set_release(&load->rejected);
}

bool kho_load_begin(struct kho_store *store, struct kho_arena *arena,
                    const struct kho_load_options *options, struct kho_load **load,
                    struct kho_err *err)
{
    struct kho_load *made = kho_arena_alloc(arena, sizeof(*made));
    *made =
        (struct kho_load){.store = store, .arena = arena, .options = *options, .ledger = store->pg};
    kho_buf_init(&made->out, KHO_COPY_MAX_BYTES);
    kho_buf_init(&made->rejects, KHO_COPY_MAX_BYTES);
    kho_arena_defer(arena, release_load, made);
    name_things(made);
    KHO_TRY(kho_store_connect(store, arena, &made->pg, err));
    if (kho_load_is_dry(made))
        KHO_TRY(kho_load_dry_begin(made, err));
    /* A batch's rejects need not reach the disk at once: the run's own commit takes them along. */
    KHO_TRY(kho_pg_exec(made->ledger, "SET synchronous_commit = off", err));
    /* Set statements look a few rows up by key in large tables: cheap wherever disks do not spin.
     * Each runs once, so that compiling it costs more than it saves; and the other cores belong to
     * kho and to the source. */
    KHO_TRY(kho_pg_exec(made->pg,
                        "SET random_page_cost = 1.1; SET jit = off;"
                        "SET max_parallel_workers_per_gather = 0",
                        err));
    KHO_TRY(kho_load_end_earlier(made, err));
    KHO_TRY(lock_feed(made, err));
    KHO_TRY(read_last(made, err));
    KHO_TRY(open_ledger_row(made, err));
    if (!kho_load_tell_task(made, err)) {
        kho_load_abandon(made, err, &made->stats);
        return false;
    }
    *load = made;
    return true;
}

const struct kho_load_last *kho_load_last(const struct kho_load *load)
{
    return &load->last;
}

/* Forgets what the rows of another scope left behind. */
static bool forget(struct kho_load *load, struct kho_err *err)
{
    int64_t run = load->run;
    KHO_TRY(kho_load_finish_copy(load, err));
    kho_buf_clear(&load->rejects);
    kho_hash_set_release(&load->known);
    kho_hash_set_release(&load->rejected);
    load->stats = (struct kho_load_stats){.run = load->stats.run};
    load->n_staged = 0;
    load->n_copied = 0;
    return kho_pg_execf(load->ledger, err, "DELETE FROM kho.reject_incoming WHERE run = %" PRId64,
                        run) &&
           kho_pg_exec(load->pg, "DROP TABLE IF EXISTS kho_stage, kho_deleted", err);
}

bool kho_load_start(struct kho_load *load, struct kho_hash128 fingerprint,
                    const struct kho_load_scope *scope, struct kho_err *err)
{
    if (load->started)
        KHO_TRY(forget(load, err));
    load->started = true;
    load->fingerprint = fingerprint;
    load->scope = *scope;
    if (scope->all)
        return look_at_what_stands(load, err);
    load->known_rows = load->last.total;
    KHO_TRY(kho_load_make_stage(load, err));
    return !scope->keys || kho_load_send_key_sum(load, err);
}

const struct kho_load_stats *kho_load_stats(const struct kho_load *load)
{
    return &load->stats;
}

bool kho_load_take_time(struct kho_load *load, struct kho_err *err)
{
    struct kho_pg_result result;
    KHO_TRY(kho_load_do(load, NULL, err, "SELECT pg_advisory_xact_lock(%" PRId64 ")",
                        kho_lock_key("publish", load->options.schema->name, KHO_TEXT(""))));
    KHO_TRY(kho_pg_query(load->pg, load->arena,
                         "SELECT round(extract(epoch FROM greatest(clock_timestamp(),"
                         " (SELECT max(published_at) FROM kho.run) + interval '1 microsecond'))"
                         " * 1000000)::bigint",
                         NULL, 0, &result, err));
    load->published_us = kho_pg_cell_int(&result, 0, 0);
    load->stats.published_us = load->published_us;
    return true;
}

static bool check_proof(const struct kho_load *load, struct kho_err *err)
{
    const struct kho_load_stats *stats = &load->stats;
    int64_t accounted = stats->inserted + stats->updated + stats->unchanged + stats->rejected;
    if (accounted != stats->read)
        return kho_err_set(err, KHO_ERR_VERIFY,
                           "read %" PRId64 " rows but accounted for %" PRId64
                           "; nothing was published",
                           stats->read, accounted);
    if (kho_hash_eq(stats->source_hash, stats->store_hash))
        return true;
    char source[KHO_HASH_HEX_SIZE], store[KHO_HASH_HEX_SIZE];
    return kho_err_set(err, KHO_ERR_VERIFY,
                       "the store does not hold what the source gave: hash %s read, %s held; "
                       "nothing was published",
                       kho_hash_hex(stats->source_hash, source),
                       kho_hash_hex(stats->store_hash, store));
}

static const char *optional_literal(const struct kho_load *load, const char *text)
{
    return text != NULL ? kho_pg_literal(load->arena, kho_text_of(text)) : "NULL";
}

static bool write_scope(struct kho_load *load, struct kho_err *err)
{
    const struct kho_load_scope *scope = &load->scope;
    return kho_load_do(load, NULL, err,
                       "UPDATE kho.run SET asked = '%s', pull = '%s', pull_because = %s,"
                       " pull_from = %s, pull_to = %s, position = %s, keys_compared = %s,"
                       " proved = %" PRId64 ", inputs = %s WHERE run = %" PRId64,
                       scope->asked, scope->replay ? "replay" : scope->made,
                       optional_literal(load, scope->because), optional_literal(load, scope->from),
                       optional_literal(load, scope->to), optional_literal(load, scope->position),
                       load->stats.keys_compared ? "true" : "false", load->stats.proved,
                       kho_load_inputs(load), load->run);
}

static bool write_ledger(struct kho_load *load, struct kho_err *err)
{
    const struct kho_load_stats *s = &load->stats;
    char source[KHO_HASH_HEX_SIZE], store[KHO_HASH_HEX_SIZE], mapping[KHO_HASH_HEX_SIZE];
    char at[KHO_INSTANT_MAX];
    int64_t entries;
    KHO_TRY(kho_load_do(
        load, &entries, err,
        "UPDATE kho.run SET status = 'published', finished_at = clock_timestamp(),"
        " published_at = '%s', read = %" PRId64 ", inserted = %" PRId64 ", updated = %" PRId64
        ", deleted = %" PRId64 ", unchanged = %" PRId64 ", rejected = %" PRId64
        ", warned = %" PRId64 ", stale = %" PRId64 ", total = %" PRId64 ", repaired = %" PRId64
        ", fingerprint = '%s', source_hash = '%s', store_hash = '%s' WHERE run = %" PRId64,
        kho_instant_utc(load->published_us, at, sizeof(at)), s->read, s->inserted, s->updated,
        s->deleted, s->unchanged, s->rejected, s->warned, s->stale, s->total, s->repaired,
        kho_hash_hex(load->fingerprint, mapping), kho_hash_hex(s->source_hash, source),
        kho_hash_hex(s->store_hash, store), load->run));
    if (entries != 1)
        return kho_err_set(err, KHO_ERR_VERIFY,
                           "the ledger did not take the run's result; nothing was published");
    return write_scope(load, err);
}

static bool publish_rows(struct kho_load *load, struct kho_err *err)
{
    if (load->direct)
        return kho_load_direct_publish(load, err);
    return load->scope.all ? kho_load_merge_publish(load, err) : kho_load_window_publish(load, err);
}

bool kho_load_publish(struct kho_load *load, struct kho_load_stats *stats, struct kho_err *err)
{
    KHO_TRY(kho_load_finish_copy(load, err));
    KHO_TRY(kho_load_flush_rejects(load, 0, err));
    bool ok = publish_rows(load, err) && kho_load_judge(load, err) && check_proof(load, err) &&
              kho_load_settle_rejects(load, err) && kho_load_count_orphans(load, err) &&
              kho_load_write_columns(load, err) && write_ledger(load, err) &&
              kho_load_publish_task(load, err);
    *stats = load->stats;
    KHO_TRY(ok);
    return kho_load_close_transaction(load, err);
}

static const char *status_of(enum kho_err_class class)
{
    if (class == KHO_ERR_LIMIT || class == KHO_ERR_VERIFY)
        return "stopped";
    return class == KHO_ERR_INTERRUPTED ? "interrupted" : "failed";
}

/* The ledger's usual connection may be in the middle of something or gone: a fresh one. If the
 * store itself is gone, the next run marks this one as dead. */
static void record_failure(struct kho_load *load, const struct kho_err *reason)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_err ignored;
    struct kho_pg *pg;
    const char *params[] = {status_of(reason->class),
                            kho_err_word(reason->class),
                            reason->message,
                            reason->hint[0] != '\0' ? reason->hint : NULL,
                            kho_arena_printf(scratch, "%" PRId64, load->run),
                            kho_arena_printf(scratch, "%" PRId64, load->stats.read),
                            kho_arena_printf(scratch, "%" PRId64, load->stats.rejected)};
    if (kho_store_connect(load->store, scratch, &pg, &ignored) &&
        !kho_pg_query(pg, scratch,
                      "UPDATE kho.run SET status = $1, error_class = $2, error = $3, hint = $4,"
                      " read = $6::bigint, rejected = $7::bigint, finished_at = clock_timestamp()"
                      " WHERE run = $5::integer AND status = 'running'",
                      params, KHO_COUNT(params), NULL, &ignored)) {
        kho_arena_free(scratch);
        return;
    }
    kho_arena_free(scratch);
}

void kho_load_abandon(struct kho_load *load, const struct kho_err *reason,
                      struct kho_load_stats *stats)
{
    struct kho_err ignored;
    kho_interrupt_shield(true);
    /* Closing the connection rolls back, also in the middle of a COPY. */
    kho_pg_close(load->pg);
    if (!kho_load_is_dry(load)) {
        if (!kho_load_flush_rejects(load, 0, &ignored))
            kho_buf_clear(&load->rejects);
        record_failure(load, reason);
    }
    kho_interrupt_shield(false);
    *stats = load->stats;
}
