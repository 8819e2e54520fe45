/* Reads when the jobs run: schedules, hours of their sources, and which waits for which. */
#include <kho/core/file.h>

#include "plans.h"

static void read_schedules(struct kho_project *project, const struct kho_job *job,
                           struct kho_plan *plan)
{
    const struct kho_texts *texts = &job->schedule;
    bool follows = texts->count == 0 && job->after.count != 0;
    struct kho_cron *crons =
        kho_arena_array(project->arena, texts->count + (follows ? 1 : 0), sizeof(*crons));
    struct kho_err reason = {0};
    plan->crons = crons;
    if (follows && kho_cron_parse(KHO_TEXT("@daily"), &crons[0], &reason))
        plan->n_crons = 1;
    for (size_t i = 0; i < texts->count; i++) {
        if (kho_cron_parse(texts->items[i], &crons[plan->n_crons], &reason))
            plan->n_crons++;
        else
            kho_diag_error(&project->diags, texts->pos[i], "schedule '%.*s': %s",
                           KHO_TEXT_ARGS(texts->items[i]), reason.message);
    }
}

/* Hours and zone that cannot be read were told of with the source. */
static void read_hours(struct kho_project *project, const struct kho_job *job,
                       struct kho_plan *plan)
{
    const struct kho_source_config *source = kho_config_source(&project->config, job->source);
    struct kho_hours *hours = kho_arena_alloc(project->arena, sizeof(*hours));
    struct kho_zone *zone = project->zone;
    struct kho_err reason;
    plan->zone = project->zone;
    if (source == NULL || source->limits.hours.ptr == NULL ||
        !kho_hours_parse(source->limits.hours, hours))
        return;
    if (source->timezone.ptr != NULL &&
        !kho_zone_load(project->arena, source->timezone, &zone, &reason))
        return;
    plan->hours = hours;
    plan->hours_zone = zone;
}

/* A job whose file is there but could not be read was told of. */
static bool is_known(struct kho_project *project, struct kho_text name)
{
    const char *path = kho_arena_printf(project->arena, "etl/jobs/%.*s.yaml", KHO_TEXT_ARGS(name));
    return kho_config_job(&project->config, name) != NULL ||
           kho_file_exists(kho_path_join(project->arena, project->dir, path));
}

static void check_names(struct kho_project *project, const struct kho_job *job)
{
    const struct kho_config *config = &project->config;
    const char **names = kho_arena_array(project->arena, config->n_jobs, sizeof(*names));
    for (size_t i = 0; i < config->n_jobs; i++)
        names[i] = kho_arena_cstr(project->arena, config->jobs[i].name);
    for (size_t i = 0; i < job->after.count; i++) {
        struct kho_text name = job->after.items[i];
        if (!is_known(project, name))
            kho_diag_error(&project->diags, job->after.pos[i], "there is no job '%.*s'%s",
                           KHO_TEXT_ARGS(name),
                           kho_diag_suggest(&project->diags, name, names, config->n_jobs));
    }
}

/* A walk along `after`: the jobs on the way, to tell of a circle. */
struct walk {
    struct kho_project *project;
    bool *done; /* one a job */
    const struct kho_job *way[64];
    size_t length;
};

static void tell_circle(struct walk *walk, size_t begin, struct kho_pos pos)
{
    struct kho_buf names;
    kho_buf_init(&names, 4096);
    for (size_t i = begin; i < walk->length; i++)
        kho_buf_printf(&names, "%.*s after ", KHO_TEXT_ARGS(walk->way[i]->name));
    kho_diag_error(&walk->project->diags, pos, "jobs wait for each other: %s%.*s",
                   kho_buf_cstr(&names), KHO_TEXT_ARGS(walk->way[begin]->name));
    kho_buf_release(&names);
}

/* Returns where on the way the job stands, or the way's length. */
static size_t find_on_way(const struct walk *walk, const struct kho_job *job)
{
    size_t i = 0;
    while (i < walk->length && walk->way[i] != job)
        i++;
    return i;
}

static void follow(struct walk *walk, const struct kho_job *job)
{
    const struct kho_config *config = &walk->project->config;
    if (walk->done[job - config->jobs])
        return;
    if (walk->length == KHO_COUNT(walk->way)) {
        kho_diag_error(&walk->project->diags, job->pos, "more than %zu jobs wait in a row",
                       walk->length);
        return;
    }
    walk->way[walk->length++] = job;
    for (size_t i = 0; i < job->after.count; i++) {
        const struct kho_job *next = kho_config_job(config, job->after.items[i]);
        size_t at = next != NULL ? find_on_way(walk, next) : 0;
        if (next != NULL && at < walk->length)
            tell_circle(walk, at, job->after.pos[i]);
        else if (next != NULL)
            follow(walk, next);
    }
    walk->length--;
    walk->done[job - config->jobs] = true;
}

void plans_read(struct kho_project *project)
{
    const struct kho_config *config = &project->config;
    struct walk walk = {.project = project};
    walk.done = kho_arena_array(project->arena, config->n_jobs, sizeof(*walk.done));
    project->plans = kho_arena_array(project->arena, config->n_jobs, sizeof(*project->plans));
    for (size_t i = 0; i < config->n_jobs; i++) {
        const struct kho_job *job = &config->jobs[i];
        read_schedules(project, job, &project->plans[i]);
        read_hours(project, job, &project->plans[i]);
        check_names(project, job);
        follow(&walk, job);
    }
}
