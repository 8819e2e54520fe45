/* A snapshot's definition made to fit the shared schemas: what is read, and what becomes of it. */
#ifndef RUN_SNAPSHOT_H
#define RUN_SNAPSHOT_H

#include <kho/lake/snapshot.h>
#include <kho/run/project.h>

struct snapshot_part {
    struct kho_schema schema; /* of what leaves: a part of the shared one's columns */
    struct kho_text where;
    enum kho_hide *hide;
    enum kho_hide hide_key;
};

struct snapshot_plan {
    struct snapshot_part *parts;
    size_t n_parts;
    bool has_pseudonyms;
};

/* Makes the plan of a definition. What does not fit goes to `diags`: unknown datasets and columns,
 * words that there are not or that do not fit a type, and each personal column (and the `_key`
 * beside such) about which nothing is decided; purpose and legal basis missing where personal
 * columns leave. */
void snapshot_plan(const struct kho_project *project, const struct kho_snapshot_config *config,
                   struct kho_arena *arena, struct snapshot_plan *plan, struct kho_diags *diags);

/* The plan without a definition: all datasets, all columns as they are. */
void snapshot_plan_all(const struct kho_project *project, struct kho_arena *arena,
                       struct snapshot_plan *plan);

#endif
