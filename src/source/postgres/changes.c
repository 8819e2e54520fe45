/*
 * What was written since an earlier pull, by the rows' own xmin. A position is one line:
 *
 *   changes <system identifier> <timeline> <start of the server> <shape> <xmin> <xmax>
 *
 * with the bounds of pg_current_snapshot() as 64-bit numbers and a hash of all that can bring old
 * rows into view without writing them: the tables that the name stands for, and the labels of
 * enumerations.
 */
#include "postgres.h"

#include <kho/core/hash.h>

enum { WORDS = 7 };
struct position {
    struct kho_text words[WORDS];
    uint64_t xmin;
    uint64_t xmax;
    const char *text; /* the whole line */
};

/* How far back ages can be told apart, less what may run on while we look. */
#define FARTHEST_BACK ((UINT64_C(1) << 31) - 10000000)

static bool take_number(struct kho_text text, uint64_t *number)
{
    int64_t value;
    *number = 0;
    if (!kho_text_to_int(text, &value) || value < 0)
        return false;
    *number = (uint64_t)value;
    return true;
}

static bool parse(const char *text, struct position *position)
{
    struct kho_text rest = kho_text_of(text);
    *position = (struct position){.text = text};
    for (size_t i = 0; i < WORDS; i++)
        position->words[i] = kho_text_cut(&rest, ' ');
    return rest.ptr == NULL && kho_text_eq_cstr(position->words[0], "changes") &&
           take_number(position->words[5], &position->xmin) &&
           take_number(position->words[6], &position->xmax);
}

/* What the relation is, and whether the rows in it can be relied on; one row. $1 is its name. */
static const char relation_sql[] =
    "WITH RECURSIVE part(oid) AS (SELECT pg_catalog.to_regclass($1)::oid UNION"
    " SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN part p ON i.inhparent = p.oid),"
    " kind AS (SELECT c.oid, c.relkind FROM part p JOIN pg_catalog.pg_class c ON c.oid = p.oid)"
    " SELECT c.relkind, (SELECT bool_or(relkind = 'f') FROM kind),"
    " c.relkind = 'r' AND (SELECT count(*) > 1 FROM kind),"
    " pg_catalog.row_security_active(c.oid),"
    " (SELECT string_agg(oid::text, ',' ORDER BY oid) FROM kind),"
    " (SELECT string_agg(e.oid::text || '=' || e.enumlabel, ',' ORDER BY e.oid)"
    "  FROM pg_catalog.pg_enum e WHERE e.enumtypid IN (SELECT unnest(ARRAY[t.oid, t.typbasetype,"
    "  t.typelem]) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
    "  WHERE a.attrelid = c.oid AND a.attnum > 0))"
    " FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)";

static bool not_a_table(const struct kho_source *source, const char *is, struct kho_err *err)
{
    const struct kho_pos *pos = &source->job->pull.pos;
    kho_err_set(err, KHO_ERR_CONFIG, "%s:%d:%d: `pull: changes` reads tables, and %s is %s",
                pos->file, pos->line, pos->column, source->label, is);
    return kho_err_hint(err, "use `pull: {cursor: COLUMN}` or `pull: full`");
}

/* A unique index whose columns are all of the key: no two rows can have one key. */
static bool is_unique(struct kho_source *source, bool *unique, struct kho_err *err)
{
    const struct kho_texts *key = &source->job->key;
    struct kho_buf names;
    kho_buf_init(&names, 1 << 20);
    for (size_t i = 0; i < key->count; i++)
        kho_buf_printf(&names, "%s%s", i != 0 ? ", " : "",
                       kho_pg_literal(source->arena, key->items[i]));
    const char *sql = kho_arena_printf(
        source->arena,
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid ="
        " pg_catalog.to_regclass($1) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL"
        " AND NOT EXISTS (SELECT FROM unnest(i.indkey[0:i.indnkeyatts - 1]) n(attnum)"
        " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = n.attnum"
        " WHERE a.attname IS NULL OR a.attname NOT IN (%s)))",
        kho_buf_cstr(&names));
    kho_buf_release(&names);
    const char *params[] = {source->relation};
    struct kho_pg_result result;
    KHO_TRY(kho_pg_query(source->pg, source->arena, sql, params, 1, &result, err));
    *unique = kho_text_eq_cstr(kho_pg_cell(&result, 0, 0), "t");
    return true;
}

/* Refuses what is no table; finds the shape, and in `*because` why rows cannot be relied on. */
static bool look_at_relation(struct kho_source *source, const char **because,
                             char shape[KHO_HASH_HEX_SIZE], struct kho_err *err)
{
    const char *params[] = {source->relation};
    struct kho_pg_result found;
    if (source->job->from.ptr == NULL)
        return not_a_table(source, "a query", err);
    KHO_TRY(kho_pg_query(source->pg, source->arena, relation_sql, params, 1, &found, err));
    if (found.n_rows != 1)
        return not_a_table(source, "not found", err);
    struct kho_text kind = kho_pg_cell(&found, 0, 0);
    if (!kho_text_eq_cstr(kind, "r") && !kho_text_eq_cstr(kind, "p"))
        return not_a_table(source, kho_text_eq_cstr(kind, "f") ? "a foreign table" : "a view", err);
    if (kho_text_eq_cstr(kho_pg_cell(&found, 0, 1), "t"))
        return not_a_table(source, "partly a foreign table", err);
    struct kho_text oids = kho_pg_cell(&found, 0, 4), labels = kho_pg_cell(&found, 0, 5);
    struct kho_hash128 hash = kho_hash_bytes(oids.ptr, oids.len, 0);
    kho_hash_hex(kho_hash_bytes(labels.ptr, labels.len, hash.low), shape);
    bool unique;
    KHO_TRY(is_unique(source, &unique, err));
    if (kho_text_eq_cstr(kho_pg_cell(&found, 0, 3), "t"))
        *because = "row security decides which rows are seen";
    else if (!unique || kho_text_eq_cstr(kho_pg_cell(&found, 0, 2), "t"))
        *because = "no unique index covers the key";
    return true;
}

/* Where the server is now; false in `*known` if it does not say. */
static bool look_at_server(struct kho_source *source, const char *shape, bool *known,
                           struct position *now, struct kho_err *err)
{
    struct kho_pg_result result;
    KHO_TRY(kho_pg_query(source->pg, source->arena,
                         "SELECT has_function_privilege('pg_catalog.pg_control_system()',"
                         " 'EXECUTE') AND has_function_privilege("
                         "'pg_catalog.pg_control_checkpoint()', 'EXECUTE')",
                         NULL, 0, &result, err));
    *known = kho_text_eq_cstr(kho_pg_cell(&result, 0, 0), "t");
    if (!*known)
        return true;
    const char *params[] = {shape};
    KHO_TRY(kho_pg_query(
        source->pg, source->arena,
        "SELECT 'changes ' || s.system_identifier || ' ' || c.timeline_id || ' '"
        " || extract(epoch FROM pg_catalog.pg_postmaster_start_time()) || ' ' || $1::text"
        " || ' ' || pg_catalog.pg_snapshot_xmin(n) || ' ' || pg_catalog.pg_snapshot_xmax(n)"
        " FROM pg_catalog.pg_control_system() s, pg_catalog.pg_control_checkpoint() c,"
        " pg_catalog.pg_current_snapshot() n",
        params, 1, &result, err));
    if (!parse(kho_pg_cell(&result, 0, 0).ptr, now))
        return kho_err_set(err, KHO_ERR_FAILED, "the server's snapshot cannot be read");
    return true;
}

/* Why the earlier position is no ground to stand on; NULL if it is. */
static const char *unfit(const struct position *then, const struct position *now)
{
    static const char *const reasons[WORDS] = {
        NULL,
        "the source is another database cluster",
        "the source's timeline has changed: it was restored, or another server took over",
        "the source's server was started anew",
        "the source's table, its partitions or the labels of an enumeration have changed",
    };
    for (size_t i = 1; i < 5; i++)
        if (!kho_text_eq(then->words[i], now->words[i]))
            return reasons[i];
    if (now->xmin < then->xmin || now->xmax < then->xmax)
        return "the source's transactions have gone back";
    if (now->xmax - then->xmin > FARTHEST_BACK)
        return "too many transactions have passed since the last pull";
    return NULL;
}

/* Both ages are counted from the same transaction, the newest when the first of them was asked. */
static bool set_condition(struct kho_source *source, const struct position *then,
                          struct kho_window *window, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *params[] = {kho_arena_printf(source->arena, "%" PRIu32, (uint32_t)then->xmin)};
    KHO_TRY(kho_pg_query(source->pg, source->arena, "SELECT pg_catalog.age($1::xid)", params, 1,
                         &result, err));
    window->condition = kho_arena_printf(source->arena, "pg_catalog.age(xmin) <= %" PRId64,
                                         kho_pg_cell_int(&result, 0, 0));
    window->all = false;
    window->from = kho_arena_printf(source->arena, "transaction %" PRIu64, then->xmin);
    return true;
}

bool kho_postgres_changes(struct kho_source *source, const char *position, const char *all_because,
                          struct kho_window *window, struct kho_err *err)
{
    char shape[KHO_HASH_HEX_SIZE];
    const char *because = NULL;
    bool known;
    struct position now, then;
    KHO_TRY(look_at_relation(source, &because, shape, err));
    if (kho_pg_server_version(source->pg) < 130000) {
        window->because = "the source's server is older than PostgreSQL 13";
        return true;
    }
    KHO_TRY(look_at_server(source, shape, &known, &now, err));
    if (!known) {
        window->because = "the role may not call pg_control_system()";
        return true;
    }
    window->position = now.text;
    window->to = kho_arena_printf(source->arena, "transaction %" PRIu64, now.xmax);
    if (because == NULL)
        because = all_because;
    if (because == NULL && position == NULL)
        because = "there is no earlier pull to go on from";
    if (because == NULL && !parse(position, &then))
        because = "the last pull left no position of this kind";
    if (because == NULL)
        because = unfit(&then, &now);
    window->because = because;
    return because != NULL || set_condition(source, &then, window, err);
}
