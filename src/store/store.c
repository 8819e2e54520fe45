/* Opening the store: where it is, the connection, its own tables. */
#include "store_internal.h"

#include <poll.h>

#include <kho/core/clock.h>
#include <kho/core/hash.h>
#include <kho/core/interrupt.h>

#include "embedded.h"

/* Two that find no database may make it at once: the second one's failure is none. */
static bool create_database(struct kho_pg *pg, struct kho_err *err)
{
    if (!kho_pg_exec(pg, "CREATE DATABASE kho", err))
        return strcmp(err->sqlstate, "42P04") == 0 || strcmp(err->sqlstate, "23505") == 0;
    /* Else "$user", the schema kho, is where an analyst's own tables would land. */
    return kho_pg_exec(pg, "ALTER DATABASE kho SET search_path = public", err);
}

/* The database `kho` of a fresh embedded cluster does not exist yet. */
static bool make_database(struct kho_store *store, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_pg_options options = store->options;
    struct kho_pg *pg;
    options.conninfo = kho_arena_printf(scratch, "%s dbname=postgres", store->options.conninfo);
    bool ok = kho_pg_open(scratch, &options, &pg, err) && create_database(pg, err);
    kho_arena_free(scratch);
    return ok;
}

bool kho_store_connect(struct kho_store *store, struct kho_arena *arena, struct kho_pg **pg,
                       struct kho_err *err)
{
    KHO_TRY(kho_pg_open(arena, &store->options, pg, err));
    /* So that the server notices a killed kho while it works for it (PostgreSQL 14 and later). */
    if (kho_pg_server_version(*pg) >= 140000)
        return kho_pg_exec(*pg, "SET client_connection_check_interval = '1s'", err);
    return true;
}

static bool find_store(struct kho_store *store, const struct kho_store_options *options,
                       struct kho_err *err)
{
    const struct kho_warehouse *warehouse = options->warehouse;
    const char *zone =
        warehouse->timezone.ptr != NULL ? kho_arena_cstr(store->arena, warehouse->timezone) : "UTC";
    store->options = (struct kho_pg_options){
        .dir = options->dir,
        .application = options->application != NULL ? options->application : "kho",
        .connect_timeout_ms = 10000,
        .timezone = zone,
        .what = "the store"};
    if (kho_text_eq_cstr(warehouse->store, "embedded"))
        return kho_embedded_conninfo(store->arena, options->dir, &store->options.conninfo, err);
    store->options.conninfo = kho_arena_cstr(store->arena, warehouse->store);
    return kho_secret_resolve(&warehouse->password, options->dir, store->arena,
                              &store->options.password, err);
}

#define START_WITHIN_US (60 * KHO_US_PER_SECOND)

/* Starts the cluster and connects; again while one that is just going down or coming up refuses. */
static bool start_and_connect(struct kho_store *store, const char *dir, struct kho_err *err)
{
    int64_t deadline = kho_clock_monotonic_us() + START_WITHIN_US;
    for (;;) {
        KHO_TRY(kho_embedded_start(store->arena, dir, err));
        if (kho_store_connect(store, store->arena, &store->pg, err))
            return true;
        if (err->class != KHO_ERR_UNREACHABLE || kho_clock_monotonic_us() > deadline)
            return false;
        KHO_TRY(kho_interrupt_check(err));
        poll(NULL, 0, 200);
    }
}

/* An embedded store that does not run is started, one that has no database yet gets it. */
static bool connect_embedded(struct kho_store *store, const char *dir, struct kho_err *err)
{
    bool ok = kho_store_connect(store, store->arena, &store->pg, err);
    if (!ok && err->class == KHO_ERR_UNREACHABLE)
        ok = start_and_connect(store, dir, err);
    if (!ok && strcmp(err->sqlstate, "3D000") == 0)
        ok = make_database(store, err) && kho_store_connect(store, store->arena, &store->pg, err);
    return ok;
}

static bool connect_store(struct kho_store *store, struct kho_err *err)
{
    if (store->embedded)
        return connect_embedded(store, store->options.dir, err);
    return kho_store_connect(store, store->arena, &store->pg, err);
}

bool kho_store_revive(struct kho_store *store, struct kho_err *err)
{
    struct kho_err lost;
    if (kho_pg_exec(store->pg, "SELECT 1", &lost))
        return true;
    if (lost.class != KHO_ERR_UNREACHABLE) {
        *err = lost;
        return false;
    }
    kho_pg_close(store->pg);
    return connect_store(store, err);
}

bool kho_store_open(struct kho_arena *arena, const struct kho_store_options *options,
                    struct kho_store **store, struct kho_err *err)
{
    struct kho_store *made = kho_arena_alloc(arena, sizeof(*made));
    made->arena = arena;
    KHO_TRY(find_store(made, options, err));
    made->embedded = kho_text_eq_cstr(options->warehouse->store, "embedded");
    KHO_TRY(connect_store(made, err));
    if (kho_pg_server_version(made->pg) < 130000)
        return kho_err_set(err, KHO_ERR_CONFIG, "the store's PostgreSQL is older than 13");
    KHO_TRY(kho_migrate(made->pg, arena, err));
    *store = made;
    return true;
}

bool kho_store_look(struct kho_arena *arena, const struct kho_store_options *options,
                    struct kho_store **store, struct kho_err *err)
{
    struct kho_store *made = kho_arena_alloc(arena, sizeof(*made));
    made->arena = arena;
    KHO_TRY(find_store(made, options, err));
    KHO_TRY(kho_store_connect(made, arena, &made->pg, err));
    *store = made;
    return true;
}

bool kho_store_plan(struct kho_store *store, const struct kho_schema *schema,
                    struct kho_arena *arena, bool allow_drop, const char **ddl, struct kho_err *err)
{
    struct kho_buf text;
    kho_buf_init(&text, KHO_SQL_MAX);
    bool ok = kho_tables_plan(store->pg, arena, schema, allow_drop, &text, err);
    *ddl = kho_arena_cstr(arena, kho_buf_as_text(&text));
    kho_buf_release(&text);
    return ok;
}

bool kho_store_stop(const char *dir, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    bool ok = kho_embedded_stop(arena, dir, err);
    kho_arena_free(arena);
    return ok;
}

const char *kho_store_conninfo(const struct kho_store *store)
{
    return store->options.conninfo;
}

bool kho_store_make_tables(struct kho_pg *pg, const struct kho_schemas *schemas, bool allow_drop,
                           struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_buf ddl;
    kho_buf_init(&ddl, KHO_SQL_MAX);
    bool ok = true;
    for (size_t i = 0; ok && i < schemas->count; i++)
        ok = kho_tables_plan(pg, scratch, &schemas->items[i], allow_drop, &ddl, err);
    ok = ok && kho_buf_check(&ddl, "the tables' DDL", err);
    if (ok && ddl.len != 0)
        ok = kho_pg_exec(pg, kho_buf_cstr(&ddl), err);
    kho_buf_release(&ddl);
    for (size_t i = 0; ok && i < schemas->n_codes; i++)
        ok = kho_refs_load(pg, scratch, schemas->codes[i], err);
    kho_arena_free(scratch);
    return ok;
}

bool kho_store_ensure(struct kho_store *store, const struct kho_schemas *schemas, bool allow_drop,
                      struct kho_err *err)
{
    bool ok = kho_pg_execf(store->pg, err, "BEGIN; SELECT pg_advisory_xact_lock(%" PRId64 ")",
                           kho_lock_key("tables", KHO_TEXT(""), KHO_TEXT(""))) &&
              kho_store_make_tables(store->pg, schemas, allow_drop, err) &&
              kho_pg_exec(store->pg, "COMMIT", err);
    if (!ok)
        kho_pg_rollback(store->pg);
    return ok;
}

int64_t kho_lock_key(const char *what, struct kho_text a, struct kho_text b)
{
    struct kho_hash128 key = kho_hash_bytes(what, strlen(what), 0x6b686f /* "kho" */);
    key = kho_hash_bytes(a.ptr, a.len, key.low);
    key = kho_hash_bytes(b.ptr, b.len, key.low);
    return (int64_t)key.low;
}
