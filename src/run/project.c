/* Loads a project and checks that its parts fit each other. */
#include <kho/core/file.h>
#include <kho/normalise/program.h>
#include <kho/run/project.h>

#include "plans.h"
#include "snapshot.h"

/* Names as C strings, for "did you mean". */
static const char **source_names(const struct kho_project *project)
{
    const struct kho_config *config = &project->config;
    const char **names = kho_arena_array(project->arena, config->n_sources, sizeof(*names));
    for (size_t i = 0; i < config->n_sources; i++)
        names[i] = kho_arena_cstr(project->arena, config->sources[i].name);
    return names;
}

static const char **schema_names(const struct kho_project *project)
{
    const struct kho_schemas *schemas = &project->schemas;
    const char **names = kho_arena_array(project->arena, schemas->count, sizeof(*names));
    for (size_t i = 0; i < schemas->count; i++)
        names[i] = kho_arena_cstr(project->arena, schemas->items[i].name);
    return names;
}

static const char **job_names(const struct kho_project *project)
{
    const struct kho_config *config = &project->config;
    const char **names = kho_arena_array(project->arena, config->n_jobs, sizeof(*names));
    for (size_t i = 0; i < config->n_jobs; i++)
        names[i] = kho_arena_cstr(project->arena, config->jobs[i].name);
    return names;
}

/* A file that is there but could not be read says what is wrong with it: that nothing has its name
 * would only be a second error. */
static bool has_file(const struct kho_project *project, const char *folder, struct kho_text name)
{
    const char *path =
        kho_arena_printf(project->arena, "%s/%.*s.yaml", folder, KHO_TEXT_ARGS(name));
    return kho_file_exists(kho_path_join(project->arena, project->dir, path));
}

/* A database has tables, files have none; and nothing tells which rows of a file are new. */
static void check_origin(struct kho_project *project, const struct kho_job *job,
                         const struct kho_source_config *source)
{
    struct kho_diags *diags = &project->diags;
    bool table = !kho_text_is_null(job->from) && memchr(job->from.ptr, '.', job->from.len) != NULL;
    if (!source->files && !table && kho_text_is_null(job->sql))
        kho_diag_error(diags, job->from_pos,
                       "source '%.*s' is a database: 'from' needs a table, source.schema.table",
                       KHO_TEXT_ARGS(source->name));
    if (source->files && (table || !kho_text_is_null(job->sql)))
        kho_diag_error(diags, job->from_pos,
                       "source '%.*s' is files, which have no tables: from: %.*s",
                       KHO_TEXT_ARGS(source->name), KHO_TEXT_ARGS(source->name));
    if (source->files && job->pull.mode != KHO_PULL_FULL)
        kho_diag_error(diags, job->pull.pos, "files are read as a whole: `pull: full`");
}

static void check_job(struct kho_project *project, const struct kho_job *job)
{
    struct kho_diags *diags = &project->diags;
    const struct kho_schema *schema = kho_schemas_find(&project->schemas, job->to);
    const struct kho_source_config *source = kho_config_source(&project->config, job->source);
    if (source != NULL)
        check_origin(project, job, source);
    else if (!has_file(project, "etl/sources", job->source))
        kho_diag_error(
            diags, job->from_pos, "there is no source '%.*s'%s", KHO_TEXT_ARGS(job->source),
            kho_diag_suggest(diags, job->source, source_names(project), project->config.n_sources));
    if (schema == NULL) {
        if (!has_file(project, "schemas", job->to))
            kho_diag_error(
                diags, job->to_pos, "there is no schema '%.*s'%s", KHO_TEXT_ARGS(job->to),
                kho_diag_suggest(diags, job->to, schema_names(project), project->schemas.count));
        return;
    }
    struct kho_program_options options = {.job = job, .schema = schema};
    size_t errors = diags->errors;
    if (kho_program_new(project->arena, &options, diags) == NULL && diags->errors == errors)
        kho_diag_error(diags, job->pos, "the mapping cannot be compiled");
}

static void check_source(struct kho_project *project, const struct kho_source_config *source)
{
    struct kho_err reason;
    struct kho_zone *zone;
    struct kho_hours hours;
    struct kho_text text = source->limits.hours;
    if (source->timezone.ptr != NULL &&
        !kho_zone_load(project->arena, source->timezone, &zone, &reason))
        kho_diag_error(&project->diags, source->pos, "%s", reason.message);
    if (text.ptr != NULL && !kho_hours_parse(text, &hours))
        kho_diag_error(&project->diags, source->pos,
                       "hours '%.*s' cannot be read: write them as \"22:00-05:00\"",
                       KHO_TEXT_ARGS(text));
}

static void check_sources(struct kho_project *project)
{
    const struct kho_config *config = &project->config;
    struct kho_err reason;
    if (config->warehouse.timezone.ptr != NULL &&
        !kho_zone_load(project->arena, config->warehouse.timezone, &project->zone, &reason))
        kho_diag_error(&project->diags, config->warehouse.pos, "%s", reason.message);
    for (size_t i = 0; i < config->n_sources; i++)
        check_source(project, &config->sources[i]);
}

bool kho_project_load(struct kho_arena *arena, const char *dir, struct kho_project *project,
                      struct kho_err *err)
{
    *project = (struct kho_project){.arena = arena, .dir = dir};
    kho_diags_init(&project->diags, arena);
    KHO_TRY(kho_config_load(arena, dir, &project->config, &project->diags, err));
    KHO_TRY(kho_schemas_load(arena, dir, &project->schemas, &project->diags, err));
    check_sources(project);
    for (size_t i = 0; i < project->config.n_jobs; i++)
        check_job(project, &project->config.jobs[i]);
    plans_read(project);
    for (size_t i = 0; i < project->config.n_snapshots; i++) {
        struct snapshot_plan plan;
        snapshot_plan(project, &project->config.snapshots[i], arena, &plan, &project->diags);
    }
    return true;
}

bool kho_project_snapshot(const struct kho_project *project, const char *name,
                          const struct kho_snapshot_config **snapshot, struct kho_err *err)
{
    const struct kho_config *config = &project->config;
    *snapshot = kho_config_snapshot(config, kho_text_of(name));
    if (*snapshot != NULL)
        return true;
    const char **names = kho_arena_array(project->arena, config->n_snapshots, sizeof(*names));
    for (size_t i = 0; i < config->n_snapshots; i++)
        names[i] = kho_arena_cstr(project->arena, config->snapshots[i].name);
    kho_err_set(err, KHO_ERR_USAGE, "there is no snapshot '%s'", name);
    const char *nearest = kho_text_nearest(kho_text_of(name), names, config->n_snapshots);
    if (nearest != NULL)
        return kho_err_hint(err, "did you mean '%s'?", nearest);
    return kho_err_hint(err, "a snapshot is defined in etl/snapshots/%s.yaml", name);
}

bool kho_project_job(const struct kho_project *project, const char *name,
                     const struct kho_job **job, struct kho_err *err)
{
    *job = kho_config_job(&project->config, kho_text_of(name));
    if (*job != NULL)
        return true;
    kho_err_set(err, KHO_ERR_USAGE, "there is no job '%s'", name);
    const char *nearest =
        kho_text_nearest(kho_text_of(name), job_names(project), project->config.n_jobs);
    if (nearest != NULL)
        return kho_err_hint(err, "did you mean '%s'?", nearest);
    return kho_err_hint(err, "`kho status` lists the jobs");
}

bool kho_project_store(const struct kho_project *project, struct kho_arena *arena,
                       struct kho_store **store, struct kho_err *err)
{
    struct kho_store_options options = {.warehouse = &project->config.warehouse,
                                        .dir = project->dir};
    return kho_store_open(arena, &options, store, err);
}
