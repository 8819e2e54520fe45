/*
 * What lies beyond the last value of a cursor. A position is one line: `cursor <column> <value>`.
 * The value is the largest seen, but never later than the pull's own time: a date in the far future
 * must not hide what comes until then.
 */
#include "ordered.h"

/* The position after this pull: as before if the source has no value at all. */
static bool find_position(struct kho_source *source, const struct ordered *cursor,
                          const char *position, struct kho_window *window, struct kho_err *err)
{
    const char *largest = kho_arena_printf(source->arena, "pg_catalog.max(%s)", cursor->column);
    if (cursor->now != NULL)
        largest = kho_arena_printf(source->arena, "least(%s, %s)", largest, cursor->now);
    const char *sql = kho_arena_printf(
        source->arena,
        "SELECT CASE WHEN pg_catalog.max(%s) IS NOT NULL THEN (%s)::%s::text END FROM %s",
        cursor->column, largest, cursor->type, source->relation);
    KHO_TRY(ordered_ask(source, sql, &window->to, err));
    window->position = position;
    if (window->to != NULL)
        window->position = kho_arena_printf(source->arena, "cursor %.*s %s",
                                            KHO_TEXT_ARGS(source->job->pull.cursor), window->to);
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

/* The bound is worked out once and then a literal: an index on the cursor serves. */
static bool set_condition(struct kho_source *source, const struct ordered *cursor,
                          const char *value, struct ordered_distance overlap,
                          struct kho_window *window, struct kho_err *err)
{
    const char *sql = kho_arena_printf(source->arena, "SELECT (%s)::text",
                                       ordered_before(source, cursor, value, overlap));
    KHO_TRY(ordered_ask(source, sql, &window->from, err));
    const char *literal = kho_pg_literal(source->arena, kho_text_of(window->from));
    window->condition = kho_arena_printf(source->arena, "%s >= %s", cursor->column, literal);
    window->all = false;
    return true;
}

bool kho_postgres_cursor(struct kho_source *source, const char *position, const char *all_because,
                         struct kho_window *window, struct kho_err *err)
{
    const struct kho_pull *pull = &source->job->pull;
    struct ordered_distance overlap = {pull->overlap_ms, pull->overlap_steps};
    struct ordered cursor;
    KHO_TRY(ordered_find(source, pull->cursor, "cursor", overlap, &cursor, err));
    KHO_TRY(find_position(source, &cursor, position, window, err));
    const char *value = earlier_value(source, position);
    window->because = all_because;
    if (all_because == NULL && value == NULL)
        window->because = "there is no earlier pull to go on from";
    return window->because != NULL || set_condition(source, &cursor, value, overlap, window, err);
}
