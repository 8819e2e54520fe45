/* Maps rejected rows again and loads what is good now, as a run of its own. */
#include <kho/run/replay.h>

#include <kho/core/clock.h>
#include <kho/core/log.h>
#include <kho/normalise/program.h>
#include <kho/store/replay.h>

#include "pull.h"

struct replaying {
    const struct kho_project *project;
    struct kho_store *store;
    const struct kho_job *job;
    const struct kho_schema *schema;
    const struct kho_zone *zone;
    struct kho_text encoding;
    struct kho_arena *arena;
    struct kho_load *load;
    struct kho_replay_plan plan;
};

/* The mapping against the columns that the rows of a group have; NULL with a warning if it reads
 * others. */
static struct kho_program *compile(const struct replaying *replaying,
                                   const struct kho_replay_group *group)
{
    struct kho_diags diags;
    struct kho_program_options options = {.job = replaying->job,
                                          .schema = replaying->schema,
                                          .available = group->columns,
                                          .n_available = group->n_columns,
                                          .zone = replaying->zone,
                                          .encoding = replaying->encoding};
    kho_diags_init(&diags, replaying->arena);
    struct kho_program *program = kho_program_new(replaying->arena, &options, &diags);
    for (size_t i = 0; program == NULL && i < diags.count; i++)
        if (!diags.items[i].warning) {
            kho_log_warning("%s: %" PRId64 " rejected rows do not have what the mapping reads: %s",
                            kho_arena_cstr(replaying->arena, replaying->job->name), group->rows,
                            diags.items[i].message);
            break;
        }
    return program;
}

static bool move_rows(struct replaying *replaying, struct kho_program *program,
                      struct kho_replay *replay, struct kho_err *err)
{
    struct kho_batch *raw = kho_replay_batch(replay);
    struct kho_batch *mapped = kho_program_output(program, replaying->arena);
    uint32_t *rows = kho_arena_array(replaying->arena, KHO_BATCH_ROWS, sizeof(*rows));
    bool eof = false;
    while (!eof) {
        KHO_TRY(kho_replay_next(replay, &eof, err));
        size_t n = kho_load_choose(replaying->load, raw, rows);
        kho_program_run(program, raw, rows, n, mapped);
        KHO_TRY(kho_load_rows(replaying->load, raw, rows, mapped, err));
    }
    return true;
}

static bool replay_group(struct replaying *replaying, const struct kho_replay_group *group,
                         struct kho_err *err)
{
    struct kho_program *program = compile(replaying, group);
    if (program == NULL)
        return true;
    struct kho_hash128 fingerprint = kho_program_fingerprint(program);
    struct kho_replay_options options = {.dataset = replaying->schema->name,
                                         .feed = replaying->job->feed,
                                         .group = group,
                                         .seed = fingerprint.high ^ (fingerprint.low << 1)};
    options.inputs = kho_program_inputs(program, &options.n_inputs);
    size_t count = options.n_inputs;
    enum kho_wire *wires = kho_arena_array(replaying->arena, count, sizeof(*wires));
    struct kho_replay *replay;
    KHO_TRY(kho_replay_open(replaying->store, replaying->arena, &options, &replay, err));
    for (size_t i = 0; i < count; i++)
        wires[i] = kho_replay_batch(replay)->columns[i].wire;
    KHO_TRY(kho_program_bind(program, wires, err));
    return move_rows(replaying, program, replay, err);
}

/* The last run's mapping and position stay those of the feed: its other rows were not mapped. */
static bool load_rows(struct replaying *replaying, struct kho_load_stats *stats,
                      struct kho_err *err)
{
    static const char *const words[] = {"full", "changes", "cursor"};
    const struct kho_load_last *last = kho_load_last(replaying->load);
    struct kho_load_scope scope = {
        .replay = true, .asked = words[replaying->job->pull.mode], .position = last->position};
    KHO_TRY(kho_load_start(replaying->load, last->fingerprint, &scope, err));
    for (size_t i = 0; i < replaying->plan.n_groups; i++)
        KHO_TRY(replay_group(replaying, &replaying->plan.groups[i], err));
    return kho_load_publish(replaying->load, stats, err);
}

static bool run(struct replaying *replaying, struct kho_receipt *receipt, struct kho_err *err)
{
    const struct kho_job *job = replaying->job;
    struct kho_load_options options = {
        .job = job->name,
        .source = job->source,
        .feed = job->feed,
        .schema = replaying->schema,
        .stop_if = {.rejected = -1, .shrink = -1, .deleted = -1, .changed = -1, .nulls = -1}};
    KHO_TRY(kho_load_begin(replaying->store, replaying->arena, &options, &replaying->load, err));
    bool ok = load_rows(replaying, &receipt->stats, err);
    if (!ok)
        kho_load_abandon(replaying->load, err, &receipt->stats);
    receipt->status = ok ? "published" : "failed";
    receipt->asked = "replay";
    receipt->pull = "replay";
    return ok;
}

static bool find_source(struct replaying *replaying, struct kho_err *err)
{
    const struct kho_source_config *config =
        kho_config_source(&replaying->project->config, replaying->job->source);
    replaying->zone = replaying->project->zone;
    if (config != NULL)
        replaying->encoding = config->encoding;
    if (config == NULL || config->timezone.ptr == NULL)
        return true;
    struct kho_zone *own;
    KHO_TRY(kho_zone_load(replaying->arena, config->timezone, &own, err));
    replaying->zone = own;
    return true;
}

static bool replay(struct replaying *replaying, struct kho_receipt *receipt, struct kho_err *err)
{
    struct kho_replay_plan *plan = &replaying->plan;
    KHO_TRY(find_source(replaying, err));
    KHO_TRY(kho_replay_plan(replaying->store, replaying->arena, replaying->schema->name,
                            replaying->job->feed, plan, err));
    if (plan->unfit != 0)
        kho_log_warning("%s: %" PRId64 " rejected rows cannot be mapped again: they have no key, a "
                        "duplicate one, or were read in types that are not known or no longer hold",
                        receipt->job, plan->unfit);
    receipt->status = "nothing to replay";
    return plan->n_groups == 0 || run(replaying, receipt, err);
}

bool kho_job_replay(const struct kho_project *project, struct kho_store *store,
                    const struct kho_job *job, struct kho_receipt *receipt, struct kho_err *err)
{
    int64_t started = kho_clock_monotonic_us();
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_arena *names = project->arena;
    struct replaying replaying = {.project = project,
                                  .store = store,
                                  .job = job,
                                  .schema = kho_schemas_find(&project->schemas, job->to),
                                  .arena = arena};
    *receipt = (struct kho_receipt){.job = kho_arena_cstr(names, job->name),
                                    .source = kho_arena_cstr(names, job->source),
                                    .schema = kho_arena_cstr(names, job->to),
                                    .feed = kho_arena_cstr(names, job->feed),
                                    .status = "failed"};
    bool ok = replay(&replaying, receipt, err);
    if (!ok)
        receipt->status = err->class == KHO_ERR_BUSY ? "busy" : "failed";
    receipt->elapsed_us = kho_clock_monotonic_us() - started;
    kho_arena_free(arena);
    return ok || kho_err_context(err, "replaying job %s", receipt->job);
}
