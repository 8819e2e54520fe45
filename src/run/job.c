/* A job's run: extract, normalise, load, publish; again after a wait if the source is away. */
#include <kho/run/job.h>

#include <poll.h>

#include <kho/core/clock.h>
#include <kho/core/interrupt.h>
#include <kho/core/log.h>
#include <kho/core/progress.h>

#include "pull.h"

static bool move_rows(struct pull *pull, struct kho_load *load, struct kho_progress *progress,
                      struct kho_err *err)
{
    bool eof = false;
    while (!eof) {
        KHO_TRY(kho_source_next(pull->source, pull->raw, &eof, err));
        size_t n = kho_load_choose(load, pull->raw, pull->rows);
        kho_program_run(pull->program, pull->raw, pull->rows, n, pull->mapped);
        KHO_TRY(kho_load_rows(load, pull->raw, pull->rows, pull->mapped, err));
        const struct kho_load_stats *stats = kho_load_stats(load);
        kho_progress_update(progress, stats->read, stats->rejected);
    }
    return true;
}

static bool load_rows(const struct kho_project *project, struct kho_arena *arena,
                      const struct kho_job *job, struct kho_load *load,
                      struct kho_load_stats *stats, struct kho_err *err)
{
    struct pull pull;
    struct kho_diags diags;
    struct kho_progress progress;
    kho_diags_init(&diags, arena);
    KHO_TRY(pull_open(project, arena, job, &diags, &pull, err));
    KHO_TRY(kho_load_start(load, pull.fingerprint, err));
    KHO_TRY(pull_start(&pull, arena, 0, err));
    kho_progress_start(&progress, kho_arena_cstr(arena, pull.schema->table),
                       kho_source_expected_rows(pull.source));
    bool ok = move_rows(&pull, load, &progress, err);
    kho_progress_end(&progress);
    return ok && kho_load_publish(load, stats, err);
}

static const char *status_of(const struct kho_err *err)
{
    if (err->class == KHO_ERR_BUSY)
        return "busy";
    if (err->class == KHO_ERR_LIMIT || err->class == KHO_ERR_VERIFY)
        return "stopped";
    return err->class == KHO_ERR_INTERRUPTED ? "interrupted" : "failed";
}

static bool run_once(const struct kho_project *project, struct kho_store *store,
                     const struct kho_job *job, struct kho_receipt *receipt, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_load *load;
    struct kho_load_options options = {.job = job->name,
                                       .source = job->source,
                                       .feed = job->feed,
                                       .schema = kho_schemas_find(&project->schemas, job->to),
                                       .stop_if = job->stop_if};
    bool ok = kho_load_begin(store, arena, &options, &load, err);
    if (ok) {
        ok = load_rows(project, arena, job, load, &receipt->stats, err);
        if (!ok)
            kho_load_abandon(load, err, &receipt->stats);
    }
    receipt->status = ok ? "published" : status_of(err);
    kho_arena_free(arena);
    return ok;
}

static bool wait_ms(int64_t ms, struct kho_err *err)
{
    int64_t until = kho_clock_monotonic_us() + ms * 1000;
    int64_t left;
    while ((left = until - kho_clock_monotonic_us()) > 0) {
        KHO_TRY(kho_interrupt_check(err));
        poll(NULL, 0, (int)KHO_MIN(left / 1000 + 1, 250));
    }
    return true;
}

bool kho_job_run(const struct kho_project *project, struct kho_store *store,
                 const struct kho_job *job, struct kho_receipt *receipt, struct kho_err *err)
{
    int64_t started = kho_clock_monotonic_us();
    struct kho_arena *names = project->arena;
    *receipt = (struct kho_receipt){.job = kho_arena_cstr(names, job->name),
                                    .source = kho_arena_cstr(names, job->source),
                                    .schema = kho_arena_cstr(names, job->to),
                                    .feed = kho_arena_cstr(names, job->feed)};
    bool ok = run_once(project, store, job, receipt, err);
    for (int64_t tries = 0; !ok && kho_err_is_retryable(err->class) && tries < job->retry.times;
         tries++) {
        kho_log_warning("%s; trying again in %" PRId64 " s (%" PRId64 " of %" PRId64 ")",
                        err->message, job->retry.wait_ms / 1000, tries + 1, job->retry.times);
        if (!wait_ms(job->retry.wait_ms, err))
            break;
        ok = run_once(project, store, job, receipt, err);
    }
    receipt->elapsed_us = kho_clock_monotonic_us() - started;
    if (!ok)
        return kho_err_context(err, "in job %s", receipt->job);
    return true;
}

bool kho_job_check_online(const struct kho_project *project, const struct kho_job *job,
                          struct kho_diags *diags, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct pull pull;
    size_t errors = diags->errors;
    bool ok = pull_open(project, arena, job, diags, &pull, err) && pull_start(&pull, arena, 1, err);
    kho_arena_free(arena);
    if (!ok && diags->errors > errors)
        return true;
    return ok || kho_err_context(err, "in job %.*s", KHO_TEXT_ARGS(job->name));
}
