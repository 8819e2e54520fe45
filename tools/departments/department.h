/* What makes a department: its table, and how its rows are made. */
#ifndef DEPARTMENTS_DEPARTMENT_H
#define DEPARTMENTS_DEPARTMENT_H

#include "cell.h"
#include "world.h"

enum department_id { DEPARTMENT_CIVIL, DEPARTMENT_LAND, DEPARTMENT_BUSINESS, DEPARTMENT_COUNT };

struct column {
    const char *name;
    const char *type;
    const char *comment;
};

/*
 * One department's database: its table and how its rows are made. Column 0 need not be the key;
 * `updated` lists the columns that a change writes, ended by the column count.
 */
struct department {
    enum department_id id;
    const char *name;
    const char *table;
    const char *comment;
    const struct column *columns;
    size_t column_count;
    size_t key;
    const unsigned char *updated;
    /* Makes row `id` as it is after round `round` has changed it (0: as first loaded). */
    void (*fill)(const struct world *world, uint64_t id, unsigned round, struct row *row);
    /* Tells whether the row as first loaded is clean and in no way unusual. */
    bool (*plain)(const struct world *world, uint64_t id);
    const struct plan *(*plan)(const struct world *world);
};

/* Finds a department by its command-line name, or returns NULL. */
const struct department *department_find(const char *name);

extern const struct department department_civil;
extern const struct department department_land;
extern const struct department department_business;

#endif
