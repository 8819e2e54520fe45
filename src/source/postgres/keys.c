/* All keys of the source at once: summed by the server. */
#include "postgres.h"

/* SQL of a key column as the text that kho makes of it; NULL where the server writes it in another
 * way. */
static const char *part_sql(struct kho_source *source, const struct source_column *column)
{
    switch (column->wire) {
    case KHO_WIRE_BOOL:
    case KHO_WIRE_INT2:
    case KHO_WIRE_INT4:
    case KHO_WIRE_INT8:
    case KHO_WIRE_NUMERIC:
    case KHO_WIRE_TEXT:
    case KHO_WIRE_BPCHAR:
    case KHO_WIRE_DATE:
    case KHO_WIRE_UUID:
        return kho_arena_printf(source->arena, "%s::text",
                                kho_pg_ident(source->arena, kho_text_of(column->name)));
    default:
        return NULL;
    }
}

static bool is_short(enum kho_wire wire)
{
    return wire == KHO_WIRE_INT2 || wire == KHO_WIRE_INT4 || wire == KHO_WIRE_INT8 ||
           wire == KHO_WIRE_DATE || wire == KHO_WIRE_UUID || wire == KHO_WIRE_BOOL;
}

/* The whole key, its parts joined by `|`, with `|` and `\` inside them escaped. `*bounded` tells
 * that no key can be too long. */
static const char *key_sql(struct kho_source *source, bool *bounded)
{
    const struct kho_texts *key = &source->job->key;
    struct kho_buf sql;
    kho_buf_init(&sql, 1 << 20);
    *bounded = true;
    const char *whole = NULL;
    for (size_t i = 0; i < key->count; i++) {
        const struct source_column *column = kho_source_find_column(source, key->items[i]);
        const char *part = column != NULL ? part_sql(source, column) : NULL;
        if (part == NULL)
            break;
        *bounded = *bounded && is_short(column->wire);
        if (key->count == 1)
            kho_buf_puts(&sql, part);
        else
            kho_buf_printf(&sql, "%sreplace(replace(%s, '\\', '\\\\'), '|', '\\|')",
                           i != 0 ? " || '|' || " : "", part);
        if (i + 1 == key->count)
            whole = kho_arena_cstr(source->arena, kho_buf_as_text(&sql));
    }
    kho_buf_release(&sql);
    return whole;
}

bool kho_postgres_key_sum(struct kho_source *source, bool *comparable, struct kho_key_sum *sum,
                          struct kho_err *err)
{
    bool bounded;
    const char *key = key_sql(source, &bounded);
    *comparable = key != NULL && kho_pg_server_version(source->pg) >= 110000;
    if (!*comparable)
        return true;
    const char *hash = kho_arena_printf(source->arena, KHO_KEY_HASH_SQL, key);
    const char *counted =
        source->job->key.count == 1 ? kho_pg_ident(source->arena, source->job->key.items[0]) : key;
    const char *sql =
        kho_arena_printf(source->arena, "SELECT count(%s), nullif(sum(%s), 0) FROM %s", counted,
                         hash, source->relation);
    if (!bounded)
        sql = kho_arena_printf(source->arena, "%s WHERE octet_length(%s) <= %d", sql, key,
                               KHO_KEY_MAX_BYTES);
    struct kho_pg_result result;
    if (!kho_pg_query(source->pg, source->arena, sql, NULL, 0, &result, err))
        return kho_err_context(err, "comparing the keys of %s", source->label);
    sum->count = kho_pg_cell_int(&result, 0, 0);
    sum->sum = kho_pg_cell(&result, 0, 1);
    return true;
}
