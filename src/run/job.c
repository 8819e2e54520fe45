/* A job's run: extract, normalise, load, publish; again after a wait if the source is away. */
#include <kho/run/job.h>

#include <poll.h>

#include <kho/core/clock.h>
#include <kho/core/interrupt.h>
#include <kho/core/log.h>
#include <kho/core/progress.h>

#include <kho/schedule/backoff.h>
#include <kho/store/limits.h>

#include "drift.h"
#include "scope.h"

/* One attempt at a job. */
struct attempt {
    const struct kho_project *project;
    const struct kho_job *job;
    const struct kho_run_options *options;
    struct kho_arena *arena;
    struct kho_load *load;
    struct pull pull;
    struct kho_window window;
    bool keys; /* are compared behind the window */
    const struct kho_drift_change *drift;
    size_t n_drift;
    const char *next; /* of a backfill: where the next range begins */
};

static bool move_rows(struct attempt *attempt, struct kho_progress *progress, struct kho_err *err)
{
    struct pull *pull = &attempt->pull;
    struct kho_load *load = attempt->load;
    bool eof = false;
    while (!eof) {
        KHO_TRY(pull_check_hours(pull, err));
        KHO_TRY(kho_source_next(pull->source, pull->raw, &eof, err));
        size_t n = kho_load_choose(load, pull->raw, pull->rows);
        kho_program_run(pull->program, pull->raw, pull->rows, n, pull->mapped);
        KHO_TRY(kho_load_rows(load, pull->raw, pull->rows, pull->mapped, err));
        const struct kho_load_stats *stats = kho_load_stats(load);
        kho_progress_update(progress, stats->read, stats->rejected);
    }
    return true;
}

static bool read_rows(struct attempt *attempt, struct kho_err *err)
{
    struct kho_progress progress;
    kho_progress_start(&progress, kho_arena_cstr(attempt->arena, attempt->pull.schema->table),
                       attempt->window.all ? kho_source_expected_rows(attempt->pull.source) : 0);
    bool ok = move_rows(attempt, &progress, err);
    kho_progress_end(&progress);
    return ok;
}

static const char *asked_word(const struct kho_job *job)
{
    static const char *const words[] = {"full", "changes", "cursor"};
    return words[job->pull.mode];
}

static const char *made_word(const struct attempt *attempt)
{
    if (attempt->options->range != NULL)
        return "backfill";
    return attempt->window.all ? "full" : asked_word(attempt->job);
}

static bool start_load(struct attempt *attempt, struct kho_err *err)
{
    const struct kho_window *window = &attempt->window;
    attempt->keys = !window->all && attempt->options->range == NULL &&
                    scope_keys_due(attempt->job, kho_load_last(attempt->load),
                                   attempt->project->zone, kho_clock_now_us());
    struct kho_load_scope scope = {.all = window->all,
                                   .keys = attempt->keys,
                                   .asked = asked_word(attempt->job),
                                   .made = made_word(attempt),
                                   .because = window->because,
                                   .from = window->from,
                                   .to = window->to,
                                   .position = window->position};
    if (window->because != NULL)
        kho_log_info("%s: comparing all rows: %s",
                     kho_arena_cstr(attempt->arena, attempt->job->name), window->because);
    return kho_load_start(attempt->load, attempt->pull.fingerprint, &scope, err);
}

/* A range says nothing of the rest: the next run goes on where the last one was, unless the mapping
 * has changed since. */
static bool choose_range(struct attempt *attempt, struct kho_err *err)
{
    const struct kho_run_options *options = attempt->options;
    const struct kho_load_last *last = kho_load_last(attempt->load);
    KHO_TRY(kho_source_range(attempt->pull.source, options->range, options->range_from,
                             &attempt->window, &attempt->next, err));
    if (attempt->window.from == NULL)
        attempt->window.condition = "false";
    if (kho_hash_eq(last->fingerprint, attempt->pull.fingerprint))
        attempt->window.position = last->position;
    return true;
}

static bool choose_window(struct attempt *attempt, struct kho_err *err)
{
    if (attempt->options->range != NULL)
        return choose_range(attempt, err);
    const struct kho_load_last *last = kho_load_last(attempt->load);
    const char *because =
        attempt->options->full
            ? "--full asks for it"
            : scope_all_because(&attempt->pull, last, attempt->project->zone, kho_clock_now_us());
    return kho_source_window(attempt->pull.source, last->position, because, &attempt->window, err);
}

/* A window that does not account for all keys of the source gives way to the whole. */
static bool compare_keys(struct attempt *attempt, struct kho_err *err)
{
    size_t strange;
    if (!attempt->keys)
        return true;
    KHO_TRY(scope_compare_keys(&attempt->pull, attempt->arena, attempt->load, &strange, err));
    if (strange == 0)
        return true;
    struct kho_window *window = &attempt->window;
    window->because = "the source has keys that its changes do not account for";
    window->all = true;
    window->condition = NULL;
    window->from = NULL;
    return start_load(attempt, err) && pull_start_again(&attempt->pull, attempt->arena, err) &&
           read_rows(attempt, err);
}

static bool load_rows(struct attempt *attempt, struct kho_load_stats *stats, struct kho_err *err)
{
    struct kho_diags diags;
    struct pull *pull = &attempt->pull;
    kho_diags_init(&diags, attempt->arena);
    KHO_TRY(pull_open(attempt->project, attempt->arena, attempt->job, &diags, pull, err));
    KHO_TRY(drift_check(pull, attempt->arena, attempt->load,
                        (attempt->options->accepted & KHO_ACCEPT_DRIFT) != 0, &attempt->drift,
                        &attempt->n_drift, err));
    KHO_TRY(choose_window(attempt, err));
    KHO_TRY(start_load(attempt, err));
    KHO_TRY(pull_start(pull, attempt->arena, 0, &attempt->window, err));
    KHO_TRY(read_rows(attempt, err));
    KHO_TRY(compare_keys(attempt, err));
    KHO_TRY(kho_source_finish(pull->source, err));
    return kho_load_publish(attempt->load, stats, err);
}

static const char *status_of(const struct kho_err *err)
{
    if (err->class == KHO_ERR_BUSY)
        return "busy";
    if (err->class == KHO_ERR_LIMIT || err->class == KHO_ERR_VERIFY)
        return "stopped";
    return err->class == KHO_ERR_INTERRUPTED ? "interrupted" : "failed";
}

static void note_scope(const struct attempt *attempt, struct kho_receipt *receipt)
{
    struct kho_arena *names = attempt->project->arena;
    const struct kho_window *window = &attempt->window;
    receipt->asked = asked_word(attempt->job);
    receipt->pull = made_word(attempt);
    struct kho_drift_change *drift =
        kho_arena_array(names, attempt->n_drift, sizeof(*receipt->drift));
    for (size_t i = 0; i < attempt->n_drift; i++) {
        const struct kho_drift_change *change = &attempt->drift[i];
        drift[i] = (struct kho_drift_change){
            .column = kho_arena_strdup(names, change->column),
            .change = change->change,
            .was = change->was != NULL ? kho_arena_strdup(names, change->was) : NULL,
            .is = change->is != NULL ? kho_arena_strdup(names, change->is) : NULL};
    }
    receipt->drift = drift;
    receipt->n_drift = attempt->n_drift;
    receipt->next = attempt->next != NULL ? kho_arena_strdup(names, attempt->next) : NULL;
    receipt->because = window->because;
    receipt->from = window->from != NULL ? kho_arena_strdup(names, window->from) : NULL;
    receipt->to = window->to != NULL ? kho_arena_strdup(names, window->to) : NULL;
}

static bool run_once(const struct kho_project *project, struct kho_store *store,
                     const struct kho_job *job, const struct kho_run_options *options,
                     struct kho_receipt *receipt, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct attempt attempt = {.project = project,
                              .job = job,
                              .options = options,
                              .arena = arena,
                              .window = {.all = true}};
    struct kho_load_options load = {.job = job->name,
                                    .source = job->source,
                                    .feed = job->feed,
                                    .schema = kho_schemas_find(&project->schemas, job->to),
                                    .stop_if = job->stop_if,
                                    .dry_run = options->dry_run ? &project->schemas : NULL,
                                    .accepted = options->accepted,
                                    .task = options->task,
                                    .claim = options->claim};
    /* The try before, or the job before, may have lost the store. */
    bool ok =
        kho_store_revive(store, err) && kho_load_begin(store, arena, &load, &attempt.load, err);
    if (ok) {
        ok = load_rows(&attempt, &receipt->stats, err);
        note_scope(&attempt, receipt);
        if (!ok)
            kho_load_abandon(attempt.load, err, &receipt->stats);
    }
    receipt->status = !ok ? status_of(err) : options->dry_run ? "dry run" : "published";
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
                 const struct kho_job *job, const struct kho_run_options *options,
                 struct kho_receipt *receipt, struct kho_err *err)
{
    int64_t started = kho_clock_monotonic_us();
    struct kho_arena *names = project->arena;
    *receipt = (struct kho_receipt){.job = kho_arena_cstr(names, job->name),
                                    .source = kho_arena_cstr(names, job->source),
                                    .schema = kho_arena_cstr(names, job->to),
                                    .feed = kho_arena_cstr(names, job->feed),
                                    .accepted = options->accepted};
    int64_t times = options->task == 0 ? job->retry.times : 0;
    bool ok = run_once(project, store, job, options, receipt, err);
    for (int64_t tries = 0; !ok && kho_err_is_retryable(err->class) && tries < times; tries++) {
        int64_t wait = kho_backoff_ms(job->retry.wait_ms, job->retry.max_wait_ms, tries + 1,
                                      (uint64_t)started);
        kho_log_warning("%s; trying again in %" PRId64 " s (%" PRId64 " of %" PRId64 ")",
                        err->message, wait / 1000, tries + 1, times);
        if (!wait_ms(wait, err))
            break;
        ok = run_once(project, store, job, options, receipt, err);
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
    struct kho_window window;
    bool ok = pull_open(project, arena, job, diags, &pull, err) &&
              kho_source_window(pull.source, NULL, NULL, &window, err) &&
              pull_start(&pull, arena, 1, NULL, err);
    kho_arena_free(arena);
    if (ok || diags->errors > errors)
        return true;
    if (err->class != KHO_ERR_INTERRUPTED)
        kho_diag_error(diags, job->from_pos, "%s%s%s", err->message,
                       err->hint[0] != '\0' ? "; " : "", err->hint);
    return err->class == KHO_ERR_CONFIG;
}
