/* Opens a job's source, compiles its mapping against it, and starts reading. */
#include "pull.h"

#include <kho/core/clock.h>

#include <kho/schedule/hours.h>

static bool source_zone(const struct kho_project *project, struct kho_arena *arena,
                        const struct kho_source_config *config, const struct kho_zone **zone,
                        struct kho_err *err)
{
    *zone = project->zone;
    if (config->timezone.ptr == NULL)
        return true;
    struct kho_zone *own;
    KHO_TRY(kho_zone_load(arena, config->timezone, &own, err));
    *zone = own;
    return true;
}

/* A source may only be read in its hours, also when a person asks. */
bool pull_check_hours(const struct pull *pull, struct kho_err *err)
{
    struct kho_hours hours;
    struct kho_text text = pull->config->limits.hours;
    if (text.ptr == NULL || !kho_hours_parse(text, &hours))
        return true;
    int64_t now = kho_clock_now_us();
    if (kho_hours_contain(&hours, pull->zone, now))
        return true;
    char at[KHO_INSTANT_MAX];
    return kho_err_set(err, KHO_ERR_FAILED,
                       "source %.*s may be read only in the hours %.*s, and it is %s",
                       KHO_TEXT_ARGS(pull->config->name), KHO_TEXT_ARGS(text),
                       kho_instant_show(now, pull->zone, at, sizeof(at)));
}

static bool first_problem(const struct kho_diags *diags, size_t known, struct kho_err *err)
{
    for (size_t i = known; i < diags->count; i++) {
        const struct kho_diag *diag = &diags->items[i];
        if (diag->warning)
            continue;
        kho_err_set(err, KHO_ERR_CONFIG, "%s:%d:%d: %s", diag->pos.file, diag->pos.line,
                    diag->pos.column, diag->message);
        return kho_err_hint(err, "`kho check --online` shows all such problems");
    }
    return kho_err_set(err, KHO_ERR_CONFIG, "the mapping does not fit the source");
}

static bool compile(struct kho_arena *arena, const struct kho_zone *zone, struct kho_diags *diags,
                    struct pull *pull, struct kho_err *err)
{
    struct kho_program_options options = {
        .job = pull->job, .schema = pull->schema, .zone = zone, .encoding = pull->config->encoding};
    options.available = kho_source_columns(pull->source, &options.n_available);
    size_t known = diags->count;
    pull->program = kho_program_new(arena, &options, diags);
    return pull->program != NULL || first_problem(diags, known, err);
}

bool pull_open(const struct kho_project *project, struct kho_arena *arena,
               const struct kho_job *job, struct kho_diags *diags, struct pull *pull,
               struct kho_err *err)
{
    const struct kho_source_config *config = kho_config_source(&project->config, job->source);
    *pull = (struct pull){
        .job = job, .schema = kho_schemas_find(&project->schemas, job->to), .config = config};
    KHO_BUG_IF(config == NULL || pull->schema == NULL);
    KHO_TRY(source_zone(project, arena, config, &pull->zone, err));
    KHO_TRY(pull_check_hours(pull, err));
    struct kho_source_options options = {
        .config = config, .job = job, .dir = project->dir, .zone = kho_zone_name(pull->zone)};
    KHO_TRY(kho_source_open(arena, &options, &pull->source, err));
    KHO_TRY(compile(arena, pull->zone, diags, pull, err));
    pull->fingerprint = kho_program_fingerprint(pull->program);
    return true;
}

static bool start(struct pull *pull, struct kho_arena *arena, enum kho_wire **wires,
                  int64_t max_rows, const struct kho_window *window, struct kho_err *err)
{
    struct kho_source_request request = {
        .seed = pull->fingerprint.high ^ (pull->fingerprint.low << 1),
        .max_rows = max_rows,
        .window = window,
    };
    request.columns = kho_program_inputs(pull->program, &request.n_columns);
    *wires = kho_arena_array(arena, request.n_columns, sizeof(**wires));
    return kho_source_start(pull->source, &request, *wires, err);
}

bool pull_start(struct pull *pull, struct kho_arena *arena, int64_t max_rows,
                const struct kho_window *window, struct kho_err *err)
{
    enum kho_wire *wires;
    KHO_TRY(start(pull, arena, &wires, max_rows, window, err));
    KHO_TRY(kho_program_bind(pull->program, wires, err));
    pull->raw = kho_source_batch(pull->source, arena);
    pull->mapped = kho_program_output(pull->program, arena);
    pull->rows = kho_arena_array(arena, KHO_BATCH_ROWS, sizeof(*pull->rows));
    return true;
}

bool pull_start_again(struct pull *pull, struct kho_arena *arena, struct kho_err *err)
{
    enum kho_wire *wires;
    return start(pull, arena, &wires, 0, NULL, err);
}
