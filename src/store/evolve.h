/* From the columns that stand in the store to those of a schema: what cannot be done by adding. */
#ifndef KHO_STORE_EVOLVE_H
#define KHO_STORE_EVOLVE_H

#include "store_internal.h"

struct store_evolution {
    const struct kho_schema *schema;
    bool allow_drop;
    /* Name, type and comment of each column of the current table, as kho_tables_plan() reads them;
     * made to look as they will afterwards: a removed column's name is NULL. */
    struct kho_pg_result *standing;
    /* What it came to: whether the views were dropped and have to be made again, and the GRANTs
     * that then give back what was granted on them. */
    bool rebuild;
    const char *grants;
};

/* Appends the DDL for renamed (`was:`), widened and removed columns. CONFIG if a type would be
 * narrowed, a column would be lost without `allow_drop`, both the old and the new name of a column
 * stand, or a view of somebody's is in the way. */
KHO_MUST_USE bool store_evolve(struct kho_pg *pg, struct kho_arena *arena,
                               struct store_evolution *evolution, struct kho_buf *ddl,
                               struct kho_err *err);

/* SQL type of a schema's column: `numeric(12,2)`. */
const char *store_sql_type(struct kho_arena *arena, const struct kho_schema_column *column);

/* Whether a column is one of the engine's. */
bool store_is_engine_column(struct kho_text name);

#endif
