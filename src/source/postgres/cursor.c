/*
 * What lies beyond the last value of a cursor. A position is one line: `cursor <column> <value>`.
 * The value is the largest seen, but never later than the pull's own time: a date in the far future
 * must not hide what comes until then.
 */
#include "postgres.h"

#include <kho/core/clock.h>

enum kind { NUMBER, DAY, TIME };

struct cursor {
    enum kind kind;
    const char *column; /* quoted */
    const char *type;   /* for casts */
    const char *now;    /* SQL: the largest value to trust; NULL = any */
    const char *least;  /* NUMBER: the smallest that the type has */
};

static const struct {
    int64_t oid; /* src/include/catalog/pg_type.dat */
    enum kind kind;
    const char *type;
    const char *now;
    const char *least;
} types[] = {
    {20, NUMBER, "bigint", NULL, "-9223372036854775808"},
    {21, NUMBER, "smallint", NULL, "-32768"},
    {23, NUMBER, "integer", NULL, "-2147483648"},
    {1082, DAY, "date", "(pg_catalog.now() AT TIME ZONE %s)::date", NULL},
    {1114, TIME, "timestamp", "pg_catalog.now() AT TIME ZONE %s", NULL},
    {1184, TIME, "timestamptz", "pg_catalog.now()", NULL},
};

static bool wrong(const struct kho_source *source, const char *what, struct kho_err *err)
{
    const struct kho_pos *pos = &source->job->pull.pos;
    return kho_err_set(err, KHO_ERR_CONFIG, "%s:%d:%d: cursor '%.*s' of %s %s", pos->file,
                       pos->line, pos->column, KHO_TEXT_ARGS(source->job->pull.cursor),
                       source->label, what);
}

static bool describe(const struct kho_source *source, struct cursor *cursor, struct kho_err *err)
{
    const struct kho_pull *pull = &source->job->pull;
    const struct source_column *column = kho_postgres_column(source, pull->cursor);
    *cursor = (struct cursor){.kind = NUMBER, .column = "", .type = ""};
    if (column == NULL)
        return kho_postgres_missing_column(source, pull->cursor, err);
    size_t i = 0;
    while (i < KHO_COUNT(types) && types[i].oid != column->base_oid)
        i++;
    if (i == KHO_COUNT(types))
        return wrong(source, "is no time, date or whole number", err);
    *cursor = (struct cursor){.kind = types[i].kind,
                              .column = kho_pg_ident(source->arena, pull->cursor),
                              .type = types[i].type,
                              .least = types[i].least};
    if (types[i].now != NULL) {
        const char *zone = kho_pg_literal(source->arena, kho_text_of(source->zone));
        struct kho_text now = kho_text_of(types[i].now);
        struct kho_text before = kho_text_cut(&now, '%');
        cursor->now = now.ptr == NULL
                          ? types[i].now
                          : kho_arena_printf(source->arena, "%.*s%s%.*s", KHO_TEXT_ARGS(before),
                                             zone, (int)now.len - 1, now.ptr + 1);
    }
    if (cursor->kind == NUMBER ? pull->overlap_steps < 0 : pull->overlap_ms < 0)
        return wrong(source,
                     cursor->kind == NUMBER ? "is a number: so must its overlap be"
                                            : "is a time: its overlap is a duration",
                     err);
    return true;
}

/* The position after this pull: as before if the source has no value at all. */
static bool find_position(struct kho_source *source, const struct cursor *cursor,
                          const char *position, struct kho_window *window, struct kho_err *err)
{
    const char *largest = kho_arena_printf(source->arena, "pg_catalog.max(%s)", cursor->column);
    if (cursor->now != NULL)
        largest = kho_arena_printf(source->arena, "least(%s, %s)", largest, cursor->now);
    const char *sql = kho_arena_printf(
        source->arena,
        "SELECT CASE WHEN pg_catalog.max(%s) IS NOT NULL THEN (%s)::%s::text END FROM %s",
        cursor->column, largest, cursor->type, source->relation);
    struct kho_pg_result result;
    KHO_TRY(kho_pg_query(source->pg, source->arena, sql, NULL, 0, &result, err));
    struct kho_text value = kho_pg_cell(&result, 0, 0);
    window->position = position;
    if (value.ptr == NULL)
        return true;
    window->to = value.ptr;
    window->position = kho_arena_printf(source->arena, "cursor %.*s %s",
                                        KHO_TEXT_ARGS(source->job->pull.cursor), value.ptr);
    return true;
}

/* The value in an earlier position of this cursor; NULL if it is none. */
static const char *earlier_value(const struct kho_source *source, const char *position)
{
    const char *start =
        kho_arena_printf(source->arena, "cursor %.*s ", KHO_TEXT_ARGS(source->job->pull.cursor));
    if (position == NULL || strncmp(position, start, strlen(start)) != 0)
        return NULL;
    return position + strlen(start);
}

/* The lower bound, as SQL. */
static const char *bound(struct kho_source *source, const struct cursor *cursor, const char *value)
{
    const struct kho_pull *pull = &source->job->pull;
    const char *literal = kho_pg_literal(source->arena, kho_text_of(value));
    int64_t day_ms = INT64_C(86400000);
    if (cursor->kind == NUMBER)
        return kho_arena_printf(source->arena, "greatest(%s::numeric - %" PRId64 ", %s)", literal,
                                pull->overlap_steps, cursor->least);
    if (cursor->kind == DAY)
        return kho_arena_printf(source->arena, "%s::date - %" PRId64, literal,
                                (pull->overlap_ms + day_ms - 1) / day_ms);
    return kho_arena_printf(source->arena, "%s::%s - interval '%" PRId64 " milliseconds'", literal,
                            cursor->type, pull->overlap_ms);
}

/* The bound is worked out once and then a literal: an index on the cursor serves. */
static bool set_condition(struct kho_source *source, const struct cursor *cursor, const char *value,
                          struct kho_window *window, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *sql =
        kho_arena_printf(source->arena, "SELECT (%s)::text", bound(source, cursor, value));
    KHO_TRY(kho_pg_query(source->pg, source->arena, sql, NULL, 0, &result, err));
    window->from = kho_pg_cell(&result, 0, 0).ptr;
    const char *literal = kho_pg_literal(source->arena, kho_pg_cell(&result, 0, 0));
    window->condition = kho_arena_printf(source->arena, "%s >= %s", cursor->column, literal);
    window->all = false;
    return true;
}

bool kho_postgres_cursor(struct kho_source *source, const char *position, const char *all_because,
                         struct kho_window *window, struct kho_err *err)
{
    struct cursor cursor;
    KHO_TRY(describe(source, &cursor, err));
    KHO_TRY(find_position(source, &cursor, position, window, err));
    const char *value = earlier_value(source, position);
    window->because = all_because;
    if (all_because == NULL && value == NULL)
        window->because = "there is no earlier pull to go on from";
    return window->because != NULL || set_condition(source, &cursor, value, window, err);
}
