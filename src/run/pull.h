/* A job's source and program, opened and compiled together: what running and sampling share. */
#ifndef KHO_RUN_PULL_H
#define KHO_RUN_PULL_H

#include <kho/normalise/program.h>
#include <kho/run/project.h>
#include <kho/source/source.h>

struct pull {
    const struct kho_job *job;
    const struct kho_schema *schema;
    struct kho_source *source;
    struct kho_program *program;
    struct kho_hash128 fingerprint;
    struct kho_batch *raw;
    struct kho_batch *mapped;
    uint32_t *rows; /* room for the numbers of the chosen rows of a batch */
    const struct kho_source_config *config;
    const struct kho_zone *zone; /* the source's */
};

/* Connects and compiles the mapping against the source's columns. Problems of the mapping go to
 * `diags`, and the error is then the first of them. */
KHO_MUST_USE bool pull_open(const struct kho_project *project, struct kho_arena *arena,
                            const struct kho_job *job, struct kho_diags *diags, struct pull *pull,
                            struct kho_err *err);

/* Starts reading; `max_rows` 0 = all, `window` NULL = all rows. */
KHO_MUST_USE bool pull_start(struct pull *pull, struct kho_arena *arena, int64_t max_rows,
                             const struct kho_window *window, struct kho_err *err);

/* Reads all rows of the same instant, after a window of them. */
KHO_MUST_USE bool pull_start_again(struct pull *pull, struct kho_arena *arena, struct kho_err *err);

/* FAILED once the hours in which the source may be read are over. */
KHO_MUST_USE bool pull_check_hours(const struct pull *pull, struct kho_err *err);

#endif
