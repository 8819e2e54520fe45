/*
 * A project loaded whole: its configuration, its shared schemas, and the check that they fit each
 * other. Offline: no connection is opened.
 */
#ifndef KHO_RUN_PROJECT_H
#define KHO_RUN_PROJECT_H

#include <kho/config/warehouse.h>
#include <kho/core/zone.h>
#include <kho/record/schema.h>
#include <kho/schedule/plan.h>
#include <kho/store/store.h>

struct kho_project {
    struct kho_arena *arena;
    const char *dir;
    struct kho_config config;
    struct kho_schemas schemas;
    struct kho_zone *zone;  /* the warehouse's */
    struct kho_plan *plans; /* one a job of config.jobs: when it runs */
    struct kho_diags diags;
};

/* Reads etl/ and schemas/ under `dir` and checks each job against sources, schemas, columns and
 * functions, and each snapshot against schemas and columns. All problems go to `project->diags`;
 * fails only if something cannot be read at all. */
KHO_MUST_USE bool kho_project_load(struct kho_arena *arena, const char *dir,
                                   struct kho_project *project, struct kho_err *err);

/* Finds a job by name. USAGE, with the nearest name as hint, if there is none. */
KHO_MUST_USE bool kho_project_job(const struct kho_project *project, const char *name,
                                  const struct kho_job **job, struct kho_err *err);

/* Finds a snapshot's definition by name. USAGE, with the nearest name as hint, if there is none. */
KHO_MUST_USE bool kho_project_snapshot(const struct kho_project *project, const char *name,
                                       const struct kho_snapshot_config **snapshot,
                                       struct kho_err *err);

/* Opens the project's store. */
KHO_MUST_USE bool kho_project_store(const struct kho_project *project, struct kho_arena *arena,
                                    struct kho_store **store, struct kho_err *err);

#endif
