/* Columns by whose value rows can be told before and behind a bound: times, days, whole numbers. */
#ifndef KHO_SOURCE_POSTGRES_ORDERED_H
#define KHO_SOURCE_POSTGRES_ORDERED_H

#include "postgres.h"

enum ordered_kind { ORDERED_NUMBER, ORDERED_DAY, ORDERED_TIME };

struct ordered {
    enum ordered_kind kind;
    const char *column; /* quoted */
    const char *type;   /* for casts */
    const char *now;    /* SQL: the largest value to trust; NULL = any */
    const char *least;  /* NUMBER: the smallest that the type has */
    const char *most;
};

/* How far: of a time in milliseconds, of a number in steps; -1 = not said. */
struct ordered_distance {
    int64_t ms;
    int64_t steps;
};

/* CONFIG if there is no such column, if it is of another type, or if the distance is not of its
 * kind. `what` names the column's part in messages: "cursor". */
KHO_MUST_USE bool ordered_find(const struct kho_source *source, struct kho_text name,
                               const char *what, struct ordered_distance distance,
                               struct ordered *ordered, struct kho_err *err);

/* Returns SQL of a value that lies the distance before (or behind) `value`, a text. */
const char *ordered_before(const struct kho_source *source, const struct ordered *ordered,
                           const char *value, struct ordered_distance distance);
const char *ordered_behind(const struct kho_source *source, const struct ordered *ordered,
                           const char *value, struct ordered_distance distance);

/* Asks for one value as text; NULL if it is SQL's NULL. */
KHO_MUST_USE bool ordered_ask(struct kho_source *source, const char *sql, const char **value,
                              struct kho_err *err);

#endif
