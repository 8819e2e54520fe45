/* The door of all sources: what is the same for every kind, and the way to each. */
#include "source.h"

#include <poll.h>

#include <kho/core/clock.h>
#include <kho/core/interrupt.h>

bool kho_source_open(struct kho_arena *arena, const struct kho_source_options *options,
                     struct kho_source **source, struct kho_err *err)
{
    struct kho_source *made = kho_arena_alloc(arena, sizeof(*made));
    made->connector = options->config->files ? &kho_csv_connector : &kho_postgres_connector;
    made->arena = arena;
    made->job = options->job;
    made->zone = options->zone != NULL ? options->zone : "UTC";
    made->rows_per_second = options->config->limits.rows_per_second;
    KHO_TRY(made->connector->open(made, options, err));
    *source = made;
    return true;
}

const char *const *kho_source_columns(const struct kho_source *source, size_t *count)
{
    *count = source->n_columns;
    return source->names;
}

const char *kho_source_column_type(const struct kho_source *source, size_t i)
{
    return source->columns[i].type;
}

int64_t kho_source_expected_rows(const struct kho_source *source)
{
    return source->expected_rows;
}

const struct source_column *kho_source_find_column(const struct kho_source *source,
                                                   struct kho_text name)
{
    for (size_t i = 0; i < source->n_columns; i++)
        if (kho_text_eq_cstr(name, source->columns[i].name))
            return &source->columns[i];
    return NULL;
}

bool kho_source_missing_column(const struct kho_source *source, struct kho_text name,
                               struct kho_err *err)
{
    kho_err_set(err, KHO_ERR_CONFIG, "column '%.*s' does not exist in %s", KHO_TEXT_ARGS(name),
                source->label);
    const char *nearest = kho_text_nearest(name, source->names, source->n_columns);
    if (nearest != NULL)
        return kho_err_hint(err, "did you mean '%s'?", nearest);
    return kho_err_hint(err, "`kho plan %.*s` shows its columns", KHO_TEXT_ARGS(source->job->name));
}

static bool pull_column(struct kho_source *source, struct kho_text name, size_t *index,
                        struct kho_err *err)
{
    const struct source_column *column = kho_source_find_column(source, name);
    if (column == NULL)
        return kho_source_missing_column(source, name, err);
    *index = 0;
    while (*index < source->n_pulled && source->pulled[*index] != column)
        (*index)++;
    if (*index == source->n_pulled)
        source->pulled[source->n_pulled++] = column;
    return true;
}

static bool choose_columns(struct kho_source *source, const char *const *columns, size_t count,
                           enum kho_wire *wires, struct kho_err *err)
{
    const struct kho_texts *key = &source->job->key;
    source->pulled = kho_arena_array(source->arena, count + key->count, sizeof(*source->pulled));
    source->key = kho_arena_array(source->arena, key->count, sizeof(*source->key));
    source->n_pulled = 0;
    size_t index;
    for (size_t i = 0; i < count; i++) {
        KHO_TRY(pull_column(source, kho_text_of(columns[i]), &index, err));
        wires[i] = source->pulled[index]->wire;
    }
    source->n_asked = source->n_pulled;
    for (size_t i = 0; i < key->count; i++)
        KHO_TRY(pull_column(source, key->items[i], &source->key[i], err));
    return true;
}

static bool start(struct kho_source *source, int64_t max_rows, const char *condition,
                  struct kho_err *err)
{
    source->max_rows = max_rows;
    source->started_us = kho_clock_monotonic_us();
    source->rows_read = 0;
    source->ended = false;
    return source->connector->start(source, max_rows, condition, err);
}

bool kho_source_start(struct kho_source *source, const struct kho_source_request *request,
                      enum kho_wire *wires, struct kho_err *err)
{
    const struct kho_window *window = request->window;
    KHO_TRY(choose_columns(source, request->columns, request->n_columns, wires, err));
    source->seed = request->seed;
    return start(source, request->max_rows, window != NULL ? window->condition : NULL, err);
}

bool kho_source_start_keys(struct kho_source *source, struct kho_err *err)
{
    KHO_TRY(choose_columns(source, NULL, 0, NULL, err));
    return start(source, 0, NULL, err);
}

bool kho_source_window(struct kho_source *source, const char *position, const char *all_because,
                       struct kho_window *window, struct kho_err *err)
{
    *window = (struct kho_window){.all = true};
    return source->connector->window(source, position, all_because, window, err);
}

bool kho_source_range(struct kho_source *source, const struct kho_range *range, const char *from,
                      struct kho_window *window, const char **next, struct kho_err *err)
{
    return source->connector->range(source, range, from, window, next, err);
}

bool kho_source_key_sum(struct kho_source *source, bool *comparable, struct kho_key_sum *sum,
                        struct kho_err *err)
{
    return source->connector->key_sum(source, comparable, sum, err);
}

bool kho_source_finish(struct kho_source *source, struct kho_err *err)
{
    return source->connector->finish(source, err);
}

struct kho_batch *kho_source_batch(const struct kho_source *source, struct kho_arena *parent)
{
    struct kho_batch *batch = kho_batch_new(parent, source->n_pulled);
    for (size_t i = 0; i < source->n_pulled; i++) {
        batch->columns[i].name = source->pulled[i]->name;
        batch->columns[i].wire = source->pulled[i]->wire;
    }
    if (source->has_places)
        batch->places = kho_arena_array(parent, KHO_BATCH_ROWS, sizeof(*batch->places));
    return batch;
}

/* Sleeps until the source's rows_per_second allows what was read. */
static bool be_polite(const struct kho_source *source, struct kho_err *err)
{
    if (source->rows_per_second <= 0)
        return true;
    int64_t due_us =
        source->started_us + source->rows_read * KHO_US_PER_SECOND / source->rows_per_second;
    int64_t wait_us;
    while ((wait_us = due_us - kho_clock_monotonic_us()) > 0) {
        poll(NULL, 0, (int)KHO_MIN(wait_us / 1000 + 1, 250));
        KHO_TRY(kho_interrupt_check(err));
    }
    return true;
}

bool kho_source_next(struct kho_source *source, struct kho_batch *batch, bool *eof,
                     struct kho_err *err)
{
    kho_batch_clear(batch);
    batch->first_row = source->rows_read + 1;
    KHO_TRY(source->connector->fill(source, batch, err));
    *eof = source->ended;
    KHO_TRY(kho_interrupt_check(err));
    return be_polite(source, err);
}
