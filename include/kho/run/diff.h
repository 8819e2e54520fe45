/* Comparing a job's source, as it is now, with what the store holds of it. */
#ifndef KHO_RUN_DIFF_H
#define KHO_RUN_DIFF_H

#include <kho/run/project.h>
#include <kho/store/diff.h>

struct kho_job_diff_options {
    size_t limit; /* so many differences are kept */
    bool hashes;  /* see store/diff.h */
};

/* Reads both sides once, each as of one instant, and writes to neither. The result lives in the
 * arena. Differences are no error. */
KHO_MUST_USE bool kho_job_diff(const struct kho_project *project, struct kho_store *store,
                               struct kho_arena *arena, const struct kho_job *job,
                               const struct kho_job_diff_options *options,
                               struct kho_diff_result *result, struct kho_err *err);

#endif
