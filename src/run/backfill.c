/* A job by ranges of its source, oldest first. */
#include <kho/core/interrupt.h>
#include <kho/core/log.h>
#include <kho/run/job.h>
#include <kho/store/backfill.h>

static bool begin(const struct kho_job *job, struct kho_store *store, struct kho_arena *arena,
                  const struct kho_backfill_options *options, const struct kho_backfill_key *key,
                  const char **from, struct kho_err *err)
{
    bool resumed;
    bool anew = options->restart || options->from != NULL;
    KHO_TRY(kho_backfill_begin(store, arena, key, anew, from, &resumed, err));
    if (options->from != NULL)
        *from = options->from;
    if (resumed && *from != NULL)
        kho_log_info("%.*s: going on from %s", KHO_TEXT_ARGS(job->name), *from);
    return true;
}

bool kho_job_backfill(const struct kho_project *project, struct kho_store *store,
                      const struct kho_job *job, const struct kho_backfill_options *options,
                      struct kho_err *err)
{
    struct kho_backfill_key key = {
        .dataset = job->to, .feed = job->feed, .column = options->range.column};
    struct kho_run_options run = {.range = &options->range};
    KHO_TRY(begin(job, store, project->arena, options, &key, &run.range_from, err));
    do {
        struct kho_receipt receipt;
        bool ok = kho_job_run(project, store, job, &run, &receipt, err);
        options->each(options->context, &receipt, ok ? NULL : err);
        KHO_TRY(ok);
        KHO_TRY(kho_backfill_advance(store, &key, receipt.next, err));
        run.range_from = receipt.next;
        KHO_TRY(kho_interrupt_check(err));
    } while (run.range_from != NULL);
    return true;
}
