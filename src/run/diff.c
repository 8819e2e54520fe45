/* Reads a job's source once more and compares it with the store. */
#include <kho/run/diff.h>

#include <kho/core/progress.h>

#include "pull.h"

static bool move_rows(struct pull *pull, struct kho_diff *diff, struct kho_progress *progress,
                      struct kho_err *err)
{
    bool eof = false;
    int64_t read = 0;
    while (!eof) {
        KHO_TRY(pull_check_hours(pull, err));
        KHO_TRY(kho_source_next(pull->source, pull->raw, &eof, err));
        size_t n = kho_diff_choose(diff, pull->raw, pull->rows);
        kho_program_run(pull->program, pull->raw, pull->rows, n, pull->mapped);
        KHO_TRY(kho_diff_rows(diff, pull->raw, pull->rows, pull->mapped, err));
        read += (int64_t)pull->raw->n_rows;
        kho_progress_update(progress, read, 0);
    }
    return true;
}

static bool read_rows(struct pull *pull, struct kho_arena *scratch, struct kho_diff *diff,
                      struct kho_err *err)
{
    struct kho_progress progress;
    kho_progress_start(&progress, kho_arena_cstr(scratch, pull->schema->table),
                       kho_source_expected_rows(pull->source));
    bool ok = move_rows(pull, diff, &progress, err);
    kho_progress_end(&progress);
    return ok;
}

/* The store's instant comes first: what the source then has more is what the next run would load.
 */
static bool compare(const struct kho_project *project, struct kho_arena *scratch,
                    const struct kho_job *job, struct kho_diff *diff,
                    struct kho_diff_result *result, struct kho_err *err)
{
    struct kho_diags diags;
    struct pull pull;
    kho_diags_init(&diags, scratch);
    KHO_TRY(pull_open(project, scratch, job, &diags, &pull, err));
    KHO_TRY(pull_start(&pull, scratch, 0, NULL, err));
    KHO_TRY(kho_diff_start(diff, pull.fingerprint, err));
    KHO_TRY(read_rows(&pull, scratch, diff, err));
    KHO_TRY(kho_source_finish(pull.source, err));
    return kho_diff_finish(diff, result, err);
}

bool kho_job_diff(const struct kho_project *project, struct kho_store *store,
                  struct kho_arena *arena, const struct kho_job *job,
                  const struct kho_job_diff_options *options, struct kho_diff_result *result,
                  struct kho_err *err)
{
    struct kho_diff_options asked = {.schema = kho_schemas_find(&project->schemas, job->to),
                                     .feed = job->feed,
                                     .limit = options->limit,
                                     .hashes = options->hashes};
    struct kho_diff *diff;
    struct kho_arena *scratch = kho_arena_new(NULL);
    bool ok = kho_diff_open(store, arena, &asked, &diff, err) &&
              compare(project, scratch, job, diff, result, err);
    kho_arena_free(scratch);
    return ok || kho_err_context(err, "in job %.*s", KHO_TEXT_ARGS(job->name));
}
