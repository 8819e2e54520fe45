/*
 * Rounds of changes to a loaded database. Only rows that were loaded clean are touched: deletes
 * eat the order of clean rows from its end, updates walk what is left from its beginning.
 */
#include "change.h"

#include "emit.h"

#include <stdlib.h>

static uint64_t share(uint64_t count, unsigned permille)
{
    uint64_t rows = count * permille / 1000;
    return rows > 0 ? rows : 1;
}

/* Puts the ids of all plain rows, in the plan's order, into a list that the caller frees. */
static uint64_t *list_plain(const struct world *world, const struct department *department,
                            uint64_t *count)
{
    const struct plan *plan = department->plan(world);
    uint64_t *ids = malloc((size_t)plan->count * sizeof(*ids));
    if (ids == NULL)
        return NULL;
    *count = 0;
    for (uint64_t rank = plan->dirty; rank < plan->count; rank++) {
        uint64_t id = plan_id(plan, rank);
        if (department->plain(world, id))
            ids[(*count)++] = id;
    }
    return ids;
}

static bool enough(uint64_t plain, const struct change *change, const struct change_counts *counts)
{
    return plain >= counts->deleted * change->round + counts->updated;
}

static void count_shares(const struct plan *plan, const struct change *change,
                         struct change_counts *counts)
{
    counts->updated = share(plan->count, change->update_permille);
    counts->inserted = share(plan->count, change->insert_permille);
    counts->deleted = share(plan->count, change->delete_permille);
}

bool change_count(const struct world *world, const struct department *department,
                  const struct change *change, struct change_counts *counts)
{
    uint64_t plain = 0;
    uint64_t *ids = list_plain(world, department, &plain);
    if (ids == NULL)
        return false;
    free(ids);
    count_shares(department->plan(world), change, counts);
    return enough(plain, change, counts);
}

/* One list of rows to write: ids[(start + 0 .. count - 1) % live]. */
struct list {
    const uint64_t *ids;
    uint64_t live;
    uint64_t start;
    uint64_t count;
};

static void key_and_updated(const struct department *department, unsigned char *columns)
{
    size_t at = 0;
    columns[at++] = (unsigned char)department->key;
    for (size_t i = 0; department->updated[i] != department->column_count; i++)
        columns[at++] = department->updated[i];
    columns[at] = (unsigned char)department->column_count;
}

static void emit_list(const struct world *world, const struct department *department,
                      const struct list *list, unsigned round, const unsigned char *columns,
                      FILE *out)
{
    static struct row row;
    emit_names(department, columns, out);
    fputs(") FROM stdin;\n", out);
    for (uint64_t i = 0; i < list->count; i++) {
        uint64_t place = list->start + i;
        uint64_t id = list->ids != NULL ? list->ids[place % list->live] : place;
        department->fill(world, id, round, &row);
        emit_row(&row, columns, department->column_count, out);
    }
    fputs("\\.\n", out);
}

/* Ends a statement in a block that fails unless it touched exactly `count` rows. */
static void emit_checked(const char *what, uint64_t count, FILE *out)
{
    fprintf(out,
            ";\n    GET DIAGNOSTICS dong = ROW_COUNT;\n"
            "    IF dong <> %llu THEN\n"
            "        RAISE EXCEPTION '%s: %% rows instead of %llu', dong\n"
            "            USING HINT = 'sizes, seed and dirt must be those of the first load';\n"
            "    END IF;\nEND $$;\n",
            (unsigned long long)count, what, (unsigned long long)count);
}

static void emit_staging(const struct department *department, const char *stage,
                         const unsigned char *columns, FILE *out)
{
    fprintf(out, "CREATE TEMP TABLE %s ON COMMIT DROP AS SELECT ", stage);
    emit_names(department, columns, out);
    fprintf(out, " FROM public.%s WITH NO DATA;\nCOPY %s (", department->table, stage);
}

static void emit_updates(const struct world *world, const struct department *department,
                         const struct list *list, unsigned round, FILE *out)
{
    unsigned char columns[ROW_CELLS + 2];
    key_and_updated(department, columns);
    const char *key = department->columns[department->key].name;
    emit_staging(department, "kho_doi", columns, out);
    emit_list(world, department, list, round, columns, out);
    fprintf(out, "ANALYZE kho_doi;\nDO $$ DECLARE dong bigint; BEGIN\n    UPDATE public.%s t SET ",
            department->table);
    for (size_t i = 1; columns[i] != department->column_count; i++) {
        const char *name = department->columns[columns[i]].name;
        fprintf(out, "%s%s = d.%s", i > 1 ? ", " : "", name, name);
    }
    fprintf(out, "\n        FROM kho_doi d WHERE t.%s = d.%s", key, key);
    emit_checked("update", list->count, out);
}

static void emit_deletes(const struct world *world, const struct department *department,
                         const struct list *list, FILE *out)
{
    const unsigned char columns[] = {(unsigned char)department->key,
                                     (unsigned char)department->column_count};
    const char *key = department->columns[department->key].name;
    emit_staging(department, "kho_bo", columns, out);
    emit_list(world, department, list, 0, columns, out);
    fprintf(out,
            "ANALYZE kho_bo;\nDO $$ DECLARE dong bigint; BEGIN\n"
            "    DELETE FROM public.%s t USING kho_bo d WHERE t.%s = d.%s",
            department->table, key, key);
    emit_checked("delete", list->count, out);
}

static void emit_inserts(const struct world *world, const struct department *department,
                         const struct list *list, unsigned round, FILE *out)
{
    unsigned char columns[ROW_CELLS + 1];
    for (size_t i = 0; i <= department->column_count; i++)
        columns[i] = (unsigned char)i;
    fprintf(out, "COPY public.%s (", department->table);
    emit_list(world, department, list, round, columns, out);
}

static void emit_round(const struct world *world, const struct department *department,
                       const struct change *change, const struct change_counts *counts,
                       const struct list *clean, FILE *out)
{
    uint64_t before = change->round - 1;
    uint64_t live = clean->count - counts->deleted * change->round;
    struct list updates = {clean->ids, live, before * counts->updated % live, counts->updated};
    struct list deletes = {clean->ids, clean->count, live, counts->deleted};
    uint64_t next = department->plan(world)->count + before * counts->inserted + 1;
    struct list inserts = {NULL, 0, next, counts->inserted};
    emit_settings(out);
    emit_updates(world, department, &updates, change->round, out);
    emit_deletes(world, department, &deletes, out);
    emit_inserts(world, department, &inserts, change->round, out);
    fprintf(out, "COMMIT;\n-- changed: updated=%llu inserted=%llu deleted=%llu\n",
            (unsigned long long)counts->updated, (unsigned long long)counts->inserted,
            (unsigned long long)counts->deleted);
}

bool change_emit(const struct world *world, const struct department *department,
                 const struct change *change, FILE *out)
{
    struct change_counts counts;
    uint64_t plain = 0;
    uint64_t *ids = list_plain(world, department, &plain);
    if (ids == NULL)
        return false;
    count_shares(department->plan(world), change, &counts);
    bool possible = enough(plain, change, &counts);
    struct list clean = {ids, plain, 0, plain};
    if (possible)
        emit_round(world, department, change, &counts, &clean, out);
    free(ids);
    return possible;
}
