/* What a run would do with the first rows of a source. */
#include <kho/record/wire.h>
#include <kho/run/job.h>

#include "pull.h"

static void keep_rows(struct kho_arena *arena, const struct kho_batch *mapped,
                      struct kho_sample *sample)
{
    sample->n_rows = mapped->n_rows;
    sample->keys = kho_arena_array(arena, mapped->n_rows, sizeof(*sample->keys));
    sample->cells =
        kho_arena_array(arena, mapped->n_rows * mapped->n_columns, sizeof(*sample->cells));
    for (size_t row = 0; row < mapped->n_rows; row++) {
        sample->keys[row] = kho_arena_text(arena, mapped->keys[row]);
        for (size_t i = 0; i < mapped->n_columns; i++) {
            const struct kho_batch_column *column = &mapped->columns[i];
            struct kho_text text;
            if (kho_wire_to_text(arena, column->wire, column->cells[row], &text))
                sample->cells[row * mapped->n_columns + i] = kho_arena_text(arena, text);
        }
    }
}

static void keep_rejects(struct kho_arena *arena, const struct kho_batch *batch,
                         struct kho_sample *sample)
{
    for (size_t i = 0; i < batch->n_rejects; i++) {
        const struct kho_reject *reject = &batch->rejects[i];
        struct kho_sample_reject *kept =
            kho_arena_push(arena, &sample->rejects, &sample->n_rejects, sizeof(*kept));
        *kept = (struct kho_sample_reject){
            .key = kho_arena_text(arena, batch->keys[reject->row]),
            .severity = kho_severity_word(reject->severity),
            .column = reject->column != NULL ? kho_arena_strdup(arena, reject->column) : NULL,
            .rule = kho_arena_strdup(arena, reject->rule),
            .reason = kho_arena_strdup(arena, reject->reason)};
    }
    for (size_t row = 0; row < batch->n_rows; row++)
        sample->rejected += batch->rejected[row];
}

static void keep_exprs(struct kho_arena *arena, const struct pull *pull, struct kho_sample *sample)
{
    sample->exprs = kho_arena_array(arena, pull->schema->n_columns, sizeof(*sample->exprs));
    for (size_t i = 0; i < pull->schema->n_columns; i++) {
        struct kho_text name = pull->schema->columns[i].name;
        sample->exprs[i] = "";
        size_t count;
        const char *const *inputs = kho_program_inputs(pull->program, &count);
        for (size_t k = 0; k < count; k++)
            if (kho_text_eq_cstr(name, inputs[k]))
                sample->exprs[i] = kho_arena_strdup(arena, inputs[k]);
        for (size_t k = 0; k < pull->job->n_map; k++) {
            if (!kho_text_eq(pull->job->map[k].column, name))
                continue;
            struct kho_buf text;
            kho_buf_init(&text, 1 << 16);
            kho_expr_canonical(pull->job->map[k].expr, &text);
            sample->exprs[i] = kho_arena_cstr(arena, kho_buf_as_text(&text));
            kho_buf_release(&text);
        }
    }
}

static bool take_sample(struct pull *pull, struct kho_arena *arena, struct kho_arena *scratch,
                        int64_t rows, struct kho_sample *sample, struct kho_err *err)
{
    bool eof;
    KHO_TRY(pull_start(pull, scratch, rows, NULL, err));
    KHO_TRY(kho_source_next(pull->source, pull->raw, &eof, err));
    size_t n = 0;
    for (uint32_t row = 0; row < pull->raw->n_rows; row++)
        if (pull->raw->rejected[row] == 0)
            pull->rows[n++] = row;
    kho_program_run(pull->program, pull->raw, pull->rows, n, pull->mapped);
    sample->read = (int64_t)pull->raw->n_rows;
    keep_rows(arena, pull->mapped, sample);
    keep_rejects(arena, pull->raw, sample);
    keep_rejects(arena, pull->mapped, sample);
    keep_exprs(arena, pull, sample);
    return true;
}

bool kho_job_sample(const struct kho_project *project, struct kho_arena *arena,
                    const struct kho_job *job, int64_t rows, struct kho_sample *sample,
                    struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_diags diags;
    struct pull pull;
    *sample = (struct kho_sample){.schema = kho_schemas_find(&project->schemas, job->to)};
    kho_diags_init(&diags, scratch);
    bool ok = pull_open(project, scratch, job, &diags, &pull, err) &&
              take_sample(&pull, arena, scratch, rows, sample, err);
    kho_arena_free(scratch);
    return ok || kho_err_context(err, "in job %.*s", KHO_TEXT_ARGS(job->name));
}
