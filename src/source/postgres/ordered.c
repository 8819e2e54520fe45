/* Which columns are ordered, and how a distance on them is written. */
#include "ordered.h"

static const struct {
    int64_t oid; /* src/include/catalog/pg_type.dat */
    enum ordered_kind kind;
    const char *type;
    const char *now;
    const char *least;
    const char *most;
} types[] = {
    {20, ORDERED_NUMBER, "bigint", NULL, "-9223372036854775808", "9223372036854775807"},
    {21, ORDERED_NUMBER, "smallint", NULL, "-32768", "32767"},
    {23, ORDERED_NUMBER, "integer", NULL, "-2147483648", "2147483647"},
    {1082, ORDERED_DAY, "date", "(pg_catalog.now() AT TIME ZONE ", NULL, NULL},
    {1114, ORDERED_TIME, "timestamp", "(pg_catalog.now() AT TIME ZONE ", NULL, NULL},
    {1184, ORDERED_TIME, "timestamptz", NULL, NULL, NULL},
};

static bool wrong(const struct kho_source *source, struct kho_text name, const char *what,
                  const char *is, struct kho_err *err)
{
    const struct kho_pos *pos = &source->job->pull.pos;
    if (source->job->pull.mode != KHO_PULL_CURSOR)
        return kho_err_set(err, KHO_ERR_CONFIG, "%s '%.*s' of %s %s", what, KHO_TEXT_ARGS(name),
                           source->label, is);
    return kho_err_set(err, KHO_ERR_CONFIG, "%s:%d:%d: %s '%.*s' of %s %s", pos->file, pos->line,
                       pos->column, what, KHO_TEXT_ARGS(name), source->label, is);
}

/* Of columns without a zone the source's own clock is asked. */
static const char *now_sql(const struct kho_source *source, const char *now, const char *type)
{
    if (strcmp(type, "timestamptz") == 0)
        return "pg_catalog.now()";
    if (now == NULL)
        return NULL;
    return kho_arena_printf(source->arena, "%s%s)::%s", now,
                            kho_pg_literal(source->arena, kho_text_of(source->zone)), type);
}

bool ordered_find(const struct kho_source *source, struct kho_text name, const char *what,
                  struct ordered_distance distance, struct ordered *ordered, struct kho_err *err)
{
    const struct source_column *column = kho_source_find_column(source, name);
    *ordered = (struct ordered){.column = "", .type = ""};
    if (column == NULL)
        return kho_source_missing_column(source, name, err);
    size_t i = 0;
    while (i < KHO_COUNT(types) && types[i].oid != column->base_oid)
        i++;
    if (i == KHO_COUNT(types))
        return wrong(source, name, what, "is no time, date or whole number", err);
    *ordered = (struct ordered){.kind = types[i].kind,
                                .column = kho_pg_ident(source->arena, name),
                                .type = types[i].type,
                                .now = now_sql(source, types[i].now, types[i].type),
                                .least = types[i].least,
                                .most = types[i].most};
    if (ordered->kind == ORDERED_NUMBER && distance.steps < 0)
        return wrong(source, name, what, "is a number: so must its distance be", err);
    if (ordered->kind != ORDERED_NUMBER && distance.ms < 0)
        return wrong(source, name, what, "is a time: its distance is a duration", err);
    return true;
}

/* The value's type does not overflow: a number is worked out as numeric and kept in bounds. */
static const char *moved(const struct kho_source *source, const struct ordered *ordered,
                         const char *value, char sign, struct ordered_distance distance)
{
    const char *literal = kho_pg_literal(source->arena, kho_text_of(value));
    const int64_t day_ms = INT64_C(86400000);
    if (ordered->kind == ORDERED_NUMBER)
        return kho_arena_printf(source->arena, "%s(%s::numeric %c %" PRId64 ", %s)",
                                sign == '-' ? "greatest" : "least", literal, sign, distance.steps,
                                sign == '-' ? ordered->least : ordered->most);
    if (ordered->kind == ORDERED_DAY)
        return kho_arena_printf(source->arena, "%s::date %c %" PRId64, literal, sign,
                                (distance.ms + day_ms - 1) / day_ms);
    return kho_arena_printf(source->arena, "%s::%s %c interval '%" PRId64 " milliseconds'", literal,
                            ordered->type, sign, distance.ms);
}

const char *ordered_before(const struct kho_source *source, const struct ordered *ordered,
                           const char *value, struct ordered_distance distance)
{
    return moved(source, ordered, value, '-', distance);
}

const char *ordered_behind(const struct kho_source *source, const struct ordered *ordered,
                           const char *value, struct ordered_distance distance)
{
    return moved(source, ordered, value, '+', distance);
}

bool ordered_ask(struct kho_source *source, const char *sql, const char **value,
                 struct kho_err *err)
{
    struct kho_pg_result result;
    if (!kho_pg_query(source->pg, source->arena, sql, NULL, 0, &result, err))
        return kho_err_context(err, "reading %s", source->label);
    *value = result.n_rows != 0 ? kho_pg_cell(&result, 0, 0).ptr : NULL;
    return true;
}
