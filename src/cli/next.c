/* kho next: the coming runs, in the warehouse's zone and in UTC, and why they are where they are.
 */
#include <kho/core/clock.h>

#include "cli.h"

/* One coming run, and the plan that it comes from. */
struct coming {
    const struct kho_job *job;
    const struct kho_plan *plan;
    struct kho_fire fire;
};

/* Reads `2026-03-28` or `2026-03-28 01:00`, a time on the zone's clock. */
static bool read_from(const struct kho_project *project, const char *word, int64_t *from_us,
                      struct kho_err *err)
{
    int64_t parts[5] = {0};
    static const char form[] = "0000-00-00 00:00";
    size_t len = strlen(word), n = 0;
    bool fits = len == 10 || len == 16;
    for (size_t i = 0; fits && i < len; i++) {
        bool digit = word[i] >= '0' && word[i] <= '9';
        fits = form[i] == '0' ? digit : word[i] == form[i] || (i == 10 && word[i] == 'T');
        if (digit)
            parts[n] = parts[n] * 10 + (word[i] - '0');
        else
            n++;
    }
    if (!fits || !kho_date_is_valid(parts[0], (int)parts[1], (int)parts[2]) || parts[3] > 23 ||
        parts[4] > 59)
        return kho_err_set(err, KHO_ERR_USAGE,
                           "--from takes a time as 2026-03-28 or \"2026-03-28 01:00\", not '%s'",
                           word);
    struct kho_date date = {(int32_t)parts[0], (uint8_t)parts[1], (uint8_t)parts[2]};
    int64_t minutes = (kho_date_to_days(date) * 24 + parts[3]) * 60 + parts[4];
    /* What is due at that minute is still to come. */
    *from_us = kho_zone_reaches(project->zone, minutes * 60 * KHO_US_PER_SECOND) - 1;
    return true;
}

static void append(struct kho_buf *out, const char *text)
{
    kho_buf_printf(out, "%s%s", out->len != 0 ? "; " : "", text);
}

/* Says why a run is not simply at its time, or which times are skipped for it; NULL = nothing. */
static const char *note_of(struct kho_arena *arena, const struct coming *coming)
{
    struct kho_buf out;
    char shown[KHO_INSTANT_MAX];
    const struct kho_fire *fire = &coming->fire;
    kho_buf_init(&out, 1000);
    kho_instant_show(fire->written_us, NULL, shown, sizeof(shown));
    if (fire->skipped_time)
        append(&out, kho_arena_printf(arena, "%.5s is skipped by the clock", shown + 11));
    if (fire->twice)
        append(&out,
               kho_arena_printf(arena, "%.5s comes twice: the second is skipped", shown + 11));
    if (fire->waits)
        append(&out, kho_arena_printf(arena, "due at %.16s, waits for the hours of source %.*s",
                                      shown, KHO_TEXT_ARGS(coming->job->source)));
    if (fire->joined != 0)
        append(&out, kho_arena_printf(arena, "%" PRId64 " more due then %s skipped", fire->joined,
                                      fire->joined == 1 ? "is" : "are"));
    for (size_t i = 0; i < coming->job->after.count; i++)
        append(&out,
               kho_arena_printf(arena, "after %.*s", KHO_TEXT_ARGS(coming->job->after.items[i])));
    const char *note = out.len != 0 ? kho_arena_strdup(arena, kho_buf_cstr(&out)) : NULL;
    kho_buf_release(&out);
    return note;
}

static void put_json(struct kho_arena *arena, const struct kho_project *project,
                     const struct coming *coming)
{
    struct kho_buf out;
    struct kho_json json;
    char zoned[KHO_INSTANT_MAX], utc[KHO_INSTANT_MAX];
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_text(&json, "job", coming->job->name);
    kho_json_string(&json, "due",
                    kho_instant_show(coming->fire.due_us, project->zone, zoned, sizeof(zoned)));
    kho_json_string(&json, "utc", kho_instant_utc(coming->fire.due_us, utc, sizeof(utc)));
    kho_json_int(&json, "skipped", coming->fire.joined);
    kho_json_string(&json, "note", note_of(arena, coming));
    kho_json_object_end(&json);
    cli_json(&out);
    kho_buf_release(&out);
}

static void put_table(struct kho_arena *arena, const struct kho_project *project,
                      const struct coming *rows, size_t count)
{
    static const char *const names[] = {"job", "due", "utc", "note"};
    struct kho_text *cells = kho_arena_array(arena, count * 4, sizeof(*cells));
    for (size_t i = 0; i < count; i++) {
        char *zoned = kho_arena_alloc(arena, KHO_INSTANT_MAX);
        char *utc = kho_arena_alloc(arena, KHO_INSTANT_MAX);
        kho_instant_show(rows[i].fire.due_us, project->zone, zoned, KHO_INSTANT_MAX);
        kho_instant_show(rows[i].fire.due_us, NULL, utc, KHO_INSTANT_MAX);
        cells[i * 4] = rows[i].job->name;
        cells[i * 4 + 1] = kho_text_of(zoned);
        cells[i * 4 + 2] = kho_text_of(utc);
        cells[i * 4 + 3] = kho_text_of(note_of(arena, &rows[i]));
    }
    cli_table(names, cells, count, 4, 4);
}

static bool choose_jobs(const struct cli *cli, const struct kho_project *project,
                        struct coming **jobs, size_t *count, struct kho_err *err)
{
    const struct kho_job *wanted = NULL;
    if (cli->n_positional != 0)
        KHO_TRY(kho_project_job(project, cli->positional[0], &wanted, err));
    *jobs = kho_arena_array(cli->arena, project->config.n_jobs, sizeof(**jobs));
    for (size_t i = 0; i < project->config.n_jobs; i++) {
        const struct kho_job *job = &project->config.jobs[i];
        if ((wanted == NULL || job == wanted) && project->plans[i].n_crons != 0)
            (*jobs)[(*count)++] = (struct coming){.job = job, .plan = &project->plans[i]};
    }
    if (*count != 0)
        return true;
    kho_err_set(err, KHO_ERR_CONFIG, "%s no schedule",
                wanted != NULL ? kho_arena_printf(cli->arena, "job %s has", cli->positional[0])
                               : "there is");
    return kho_err_hint(err, "write `schedule: \"30 1 * * *\"` into the job's file");
}

static struct coming *earliest(struct coming *jobs, size_t count)
{
    struct coming *first = jobs;
    for (size_t i = 1; i < count; i++)
        if (jobs[i].fire.due_us < first->fire.due_us)
            first = &jobs[i];
    return first;
}

#define MOST_ROWS 10000

static bool run_next(struct cli *cli, struct kho_err *err)
{
    struct kho_project project;
    struct coming *jobs;
    size_t n_jobs = 0;
    int64_t rows, from_us = kho_clock_now_us();
    KHO_TRY(cli_number(cli, "n", cli->n_positional != 0 ? 5 : 20, &rows, err));
    KHO_TRY(cli_project(cli, &project, err));
    if (cli_value(cli, "from") != NULL)
        KHO_TRY(read_from(&project, cli_value(cli, "from"), &from_us, err));
    KHO_TRY(choose_jobs(cli, &project, &jobs, &n_jobs, err));
    size_t count = (size_t)KHO_MIN(rows, MOST_ROWS);
    struct coming *coming = kho_arena_array(cli->arena, count, sizeof(*coming));
    for (size_t i = 0; i < n_jobs; i++)
        kho_plan_next(jobs[i].plan, from_us, &jobs[i].fire);
    for (size_t i = 0; i < count; i++) {
        struct coming *next = earliest(jobs, n_jobs);
        coming[i] = *next;
        kho_plan_next(next->plan, next->fire.due_us, &next->fire);
        if (cli->json)
            put_json(cli->arena, &project, &coming[i]);
    }
    if (!cli->json)
        put_table(cli->arena, &project, coming, count);
    return true;
}

static const struct cli_option options[] = {
    {"n", "N", "how many runs (default 5 of a job, 20 of all)"},
    {"from", "TIME", "as if it were this time, in the warehouse's zone"},
};

const struct cli_command cli_next = {
    .name = "next",
    .arguments = "[JOB]",
    .summary = "the coming runs, and why one is moved or skipped",
    .help =
        "Times are shown in the warehouse's zone and in UTC. `kho help schedule` tells the rules\n"
        "for changes of the clock and for the hours of a source. Needs no store.",
    .max_arguments = 1,
    .options = options,
    .n_options = KHO_COUNT(options),
    .run = run_next,
};
