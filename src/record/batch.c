/*
 * Batches: two arenas, one for what stays from batch to batch (columns, room for the rows), one for
 * what a batch holds (the cells' bytes, the reasons).
 */
#include <kho/record/batch.h>

/* The batch as others see it, and the arena that owns it. */
struct house {
    struct kho_batch batch;
    struct kho_arena *arena;
};

struct kho_batch *kho_batch_new(struct kho_arena *parent, size_t n_columns)
{
    struct kho_arena *arena = kho_arena_new(parent);
    struct house *house = kho_arena_alloc(arena, sizeof *house);
    struct kho_batch *batch = &house->batch;
    house->arena = arena;
    batch->arena = kho_arena_new(arena);
    batch->columns = kho_arena_array(arena, n_columns, sizeof *batch->columns);
    batch->n_columns = n_columns;
    for (size_t i = 0; i < n_columns; i++)
        batch->columns[i].cells =
            kho_arena_array(arena, KHO_BATCH_ROWS, sizeof *batch->columns[i].cells);
    batch->keys = kho_arena_array(arena, KHO_BATCH_ROWS, sizeof *batch->keys);
    batch->hashes = kho_arena_array(arena, KHO_BATCH_ROWS, sizeof *batch->hashes);
    batch->rejected = kho_arena_array(arena, KHO_BATCH_ROWS, sizeof *batch->rejected);
    return batch;
}

void kho_batch_free(struct kho_batch *batch)
{
    if (batch != NULL)
        kho_arena_free(((struct house *)(void *)batch)->arena);
}

void kho_batch_clear(struct kho_batch *batch)
{
    memset(batch->rejected, 0, KHO_BATCH_ROWS); /* also of a row that was begun and given up */
    batch->n_rows = 0;
    batch->rejects = NULL;
    batch->n_rejects = 0;
    kho_arena_clear(batch->arena);
}

void kho_batch_reject(struct kho_batch *batch, size_t row, enum kho_severity severity,
                      const char *column, const char *rule, const char *fmt, ...)
{
    KHO_BUG_IF(row >= KHO_BATCH_ROWS);
    char reason[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(reason, sizeof reason, fmt, args);
    va_end(args);
    struct kho_reject *reject =
        kho_arena_push(batch->arena, (void *)&batch->rejects, &batch->n_rejects, sizeof *reject);
    *reject = (struct kho_reject){
        .row = (uint32_t)row,
        .severity = severity,
        .column = column,
        .rule = rule,
        .reason = kho_arena_strdup(batch->arena, reason),
    };
    if (severity == KHO_REJECT)
        batch->rejected[row] = 1;
}

void kho_batch_repair(struct kho_batch *batch, size_t row, const char *column, const char *rule,
                      const char *reason, const struct kho_origin *origin)
{
    KHO_BUG_IF(row >= KHO_BATCH_ROWS);
    struct kho_reject *repair =
        kho_arena_push(batch->arena, (void *)&batch->rejects, &batch->n_rejects, sizeof *repair);
    *repair = (struct kho_reject){
        .row = (uint32_t)row,
        .severity = KHO_REPAIR,
        .column = column,
        .rule = rule,
        .reason = reason,
        .origin = origin,
    };
}

const char *kho_severity_word(enum kho_severity severity)
{
    static const char *const words[] = {"reject", "warn", "repair"};
    return words[severity];
}
