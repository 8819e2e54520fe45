/* Ranges of an ordered column, one after the other: what a backfill reads. */
#include "ordered.h"

/* The smallest value that is not below `from`; rows without a value, or with an infinite one, are
 * in no range. */
static bool find_start(struct kho_source *source, const struct ordered *ordered, const char *from,
                       const char **start, struct kho_err *err)
{
    const char *finite = "true", *bound = "true";
    if (ordered->kind != ORDERED_NUMBER)
        finite = kho_arena_printf(source->arena, "isfinite(%s)", ordered->column);
    if (from != NULL)
        bound = kho_arena_printf(source->arena, "%s >= %s", ordered->column,
                                 kho_pg_literal(source->arena, kho_text_of(from)));
    const char *sql =
        kho_arena_printf(source->arena, "SELECT pg_catalog.min(%s)::text FROM %s WHERE %s AND %s",
                         ordered->column, source->relation, finite, bound);
    return ordered_ask(source, sql, start, err);
}

static bool find_end(struct kho_source *source, const struct ordered *ordered, const char *start,
                     struct ordered_distance step, const char **end, struct kho_err *err)
{
    const char *sql = kho_arena_printf(source->arena, "SELECT (%s)::%s::text",
                                       ordered_behind(source, ordered, start, step), ordered->type);
    return ordered_ask(source, sql, end, err);
}

bool kho_postgres_range(struct kho_source *source, const struct kho_range *range, const char *from,
                        struct kho_window *window, const char **next, struct kho_err *err)
{
    struct ordered_distance step = {range->step_ms, range->step_count};
    struct ordered ordered;
    const char *start, *end;
    *window = (struct kho_window){.all = false};
    *next = NULL;
    KHO_TRY(ordered_find(source, kho_text_of(range->column), "column", step, &ordered, err));
    KHO_TRY(find_start(source, &ordered, from, &start, err));
    if (start == NULL)
        return true;
    KHO_TRY(find_end(source, &ordered, start, step, &end, err));
    bool last = strcmp(start, end) == 0; /* the type ends here */
    window->from = start;
    window->to = end;
    window->condition =
        kho_arena_printf(source->arena, "%s >= %s AND %s %s %s", ordered.column,
                         kho_pg_literal(source->arena, kho_text_of(start)), ordered.column,
                         last ? "<=" : "<", kho_pg_literal(source->arena, kho_text_of(end)));
    return last || find_start(source, &ordered, end, next, err);
}
