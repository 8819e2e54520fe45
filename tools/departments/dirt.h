/* The dirt catalogue: how a clean row becomes a dirty one. */
#ifndef DEPARTMENTS_DIRT_H
#define DEPARTMENTS_DIRT_H

#include "department.h"

#define DIRT_CLASSES 30

/* A row about to be made dirty, and what a good reader should do with it. */
struct dirt_site {
    const struct world *world;
    struct row *row;
    struct cell *cell;
    enum department_id department;
    size_t column;
    uint64_t id;
    uint64_t turn;
    const char *outcome;
};

/* One way of dirtying one column of one department. */
struct dirt_hit {
    unsigned char number;
    enum department_id department;
    unsigned char column;
    const char *outcome;
    void (*apply)(struct dirt_site *site);
    /* If set, the name in the row must satisfy it for the dirt to be visible. */
    bool (*fits)(const struct cell *cell);
    /* The row repeats the person of the row one rank before. */
    bool twin;
};

/* A dirty row's class; turn counts the rows of the same hit. */
struct dirt {
    const struct dirt_hit *hit;
    uint64_t turn;
};

/* Tells whether the row is dirty, and how. Rows added after the first load never are. */
bool dirt_find(const struct world *world, enum department_id department, uint64_t id,
               struct dirt *dirt);

/* Dirties a row that is clean; returns the outcome hint. */
const char *dirt_apply(const struct world *world, const struct dirt *dirt, uint64_t id,
                       struct row *row);

/* The name of a class 1..30. */
const char *dirt_class_name(unsigned number);

#endif
