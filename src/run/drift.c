/* Noticing that a department has changed its table. */
#include "drift.h"

#include <kho/core/buf.h>
#include <kho/core/log.h>
#include <kho/store/columns.h>

struct drift {
    const struct pull *pull;
    struct kho_arena *arena;
    const struct kho_source_column *before;
    size_t n_before;
    struct kho_source_column *now;
    size_t n_now;
    struct kho_drift_change *changes;
    size_t n_changes;
    struct kho_buf stops; /* what stops the run, in words */
};

static bool is_read(const struct pull *pull, const char *name)
{
    size_t count;
    const char *const *inputs = kho_program_inputs(pull->program, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(inputs[i], name) == 0)
            return true;
    for (size_t i = 0; i < pull->job->key.count; i++)
        if (kho_text_eq_cstr(pull->job->key.items[i], name))
            return true;
    return false;
}

static void look_at_source(struct drift *drift)
{
    const char *const *names = kho_source_columns(drift->pull->source, &drift->n_now);
    drift->now = kho_arena_array(drift->arena, drift->n_now, sizeof(*drift->now));
    for (size_t i = 0; i < drift->n_now; i++)
        drift->now[i] = (struct kho_source_column){
            .name = names[i],
            .type = kho_source_column_type(drift->pull->source, i),
            .is_read = is_read(drift->pull, names[i]),
        };
}

static const struct kho_source_column *find(const struct kho_source_column *columns, size_t count,
                                            const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
    return NULL;
}

static void note(struct drift *drift, const struct kho_drift_change *change, bool stops)
{
    struct kho_drift_change *kept =
        kho_arena_push(drift->arena, (void *)&drift->changes, &drift->n_changes, sizeof(*kept));
    *kept = *change;
    const char *words =
        strcmp(change->change, "type") == 0
            ? kho_arena_printf(drift->arena, "column '%s' was %s and is %s", change->column,
                               change->was, change->is)
            : kho_arena_printf(drift->arena, "column '%s' is %s", change->column, change->change);
    if (stops)
        kho_buf_printf(&drift->stops, "%s%s", drift->stops.len != 0 ? ", " : "", words);
    kho_log_warning("%.*s: the source has changed: %s", KHO_TEXT_ARGS(drift->pull->job->name),
                    words);
}

static void compare(struct drift *drift)
{
    const struct kho_drift *actions = &drift->pull->schema->drift;
    for (size_t i = 0; i < drift->n_now; i++) {
        const struct kho_source_column *now = &drift->now[i];
        const struct kho_source_column *was = find(drift->before, drift->n_before, now->name);
        struct kho_drift_change change = {.column = now->name, .is = now->type};
        if (was == NULL) {
            change.change = "new";
            note(drift, &change, actions->new_column == KHO_DRIFT_STOP);
        } else if (strcmp(was->type, now->type) != 0) {
            change.change = "type";
            change.was = was->type;
            note(drift, &change, now->is_read && actions->type_change == KHO_DRIFT_STOP);
        }
    }
    for (size_t i = 0; i < drift->n_before; i++) {
        const struct kho_source_column *was = &drift->before[i];
        struct kho_drift_change change = {
            .column = was->name, .change = "missing", .was = was->type};
        if (find(drift->now, drift->n_now, was->name) == NULL)
            note(drift, &change, was->is_read && actions->missing_column == KHO_DRIFT_STOP);
    }
}

bool drift_check(struct pull *pull, struct kho_arena *arena, struct kho_load *load, bool accepted,
                 const struct kho_drift_change **changes, size_t *n_changes, struct kho_err *err)
{
    struct drift drift = {.pull = pull, .arena = arena};
    KHO_TRY(kho_load_columns_before(load, &drift.before, &drift.n_before, err));
    look_at_source(&drift);
    kho_load_set_columns(load, drift.now, drift.n_now);
    kho_buf_init(&drift.stops, 1 << 16);
    if (drift.n_before != 0)
        compare(&drift);
    *changes = drift.changes;
    *n_changes = drift.n_changes;
    bool stops = drift.stops.len != 0 && !accepted;
    if (stops) {
        kho_err_set(err, KHO_ERR_LIMIT, "the source has changed: %s; nothing was read",
                    kho_buf_cstr(&drift.stops));
        kho_err_hint(err,
                     "mend the mapping; or, if it is right, go on once with"
                     " `kho run %.*s --accept drift`",
                     KHO_TEXT_ARGS(pull->job->name));
    }
    kho_buf_release(&drift.stops);
    return !stops;
}
