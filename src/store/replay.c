/*
 * Rejected rows read back. Their texts are canonical, so PostgreSQL turns them into the very values
 * that they were; only a text that was no UTF-8 stands as hex and is undone here.
 */
#include <kho/core/interrupt.h>
#include <kho/core/utf8.h>
#include <kho/record/copy.h>
#include <kho/store/replay.h>

#include "store_internal.h"

struct kho_replay {
    struct kho_pg *pg;
    struct kho_batch *batch;
    size_t n_columns; /* without the key, which comes last */
    uint64_t seed;
    int64_t rows_read;
    bool header_seen;
    bool ended;
};

static bool find_wire(struct kho_text sql, enum kho_wire *wire)
{
    static const enum kho_wire all[] = {
#define X(name, sql) KHO_WIRE_##name,
        KHO_WIRES(X)
#undef X
    };
    for (size_t i = 0; i < KHO_COUNT(all); i++)
        if (kho_text_eq_cstr(sql, kho_wire_sql(all[i]))) {
            *wire = all[i];
            return true;
        }
    return false;
}

static bool read_columns(struct kho_pg *pg, struct kho_arena *arena, struct kho_replay_group *group,
                         struct kho_err *err)
{
    struct kho_pg_result result;
    const char *params[] = {group->inputs};
    KHO_TRY(kho_pg_query(pg, arena, "SELECT key, value FROM jsonb_each_text($1::jsonb) ORDER BY 1",
                         params, 1, &result, err));
    group->n_columns = result.n_rows;
    group->columns = kho_arena_array(arena, result.n_rows, sizeof(*group->columns));
    group->wires = kho_arena_array(arena, result.n_rows, sizeof(*group->wires));
    for (size_t i = 0; i < result.n_rows; i++) {
        group->columns[i] = kho_arena_cstr(arena, kho_pg_cell(&result, i, 0));
        if (!find_wire(kho_pg_cell(&result, i, 1), &group->wires[i]))
            return kho_err_set(err, KHO_ERR_FAILED, "the ledger has a type that kho does not know");
    }
    return true;
}

/* Whether no column of the two groups is of different types in them. */
static bool agree(const struct kho_replay_group *a, const struct kho_replay_group *b)
{
    for (size_t i = 0; i < a->n_columns; i++)
        for (size_t j = 0; j < b->n_columns; j++)
            if (strcmp(a->columns[i], b->columns[j]) == 0 && a->wires[i] != b->wires[j])
                return false;
    return true;
}

static void add_group(struct kho_replay_plan *plan, const struct kho_replay_group *group)
{
    for (size_t i = 0; i < plan->n_groups; i++)
        if (!agree(&plan->groups[i], group)) {
            plan->unfit += group->rows;
            return;
        }
    plan->groups[plan->n_groups++] = *group;
}

bool kho_replay_plan(struct kho_store *store, struct kho_arena *arena, struct kho_text dataset,
                     struct kho_text feed, struct kho_replay_plan *plan, struct kho_err *err)
{
    struct kho_pg_result result;
    const char *params[] = {kho_arena_cstr(arena, dataset), kho_arena_cstr(arena, feed)};
    KHO_TRY(kho_pg_query(store->pg, arena,
                         "SELECT inputs, count(*) FROM kho.replayable WHERE dataset = $1"
                         " AND feed = $2 GROUP BY inputs ORDER BY max(last_run) DESC, 1",
                         params, 2, &result, err));
    *plan = (struct kho_replay_plan){
        .groups = kho_arena_array(arena, result.n_rows + 1, sizeof(*plan->groups))};
    for (size_t i = 0; i < result.n_rows; i++) {
        struct kho_replay_group group = {.inputs = kho_pg_cell(&result, i, 0).ptr,
                                         .rows = kho_pg_cell_int(&result, i, 1)};
        if (group.inputs == NULL) {
            plan->unfit += group.rows;
            continue;
        }
        KHO_TRY(read_columns(store->pg, arena, &group, err));
        add_group(plan, &group);
    }
    return true;
}

static enum kho_wire wire_of(const struct kho_replay_group *group, const char *column)
{
    for (size_t i = 0; i < group->n_columns; i++)
        if (strcmp(group->columns[i], column) == 0)
            return group->wires[i];
    kho_bug(__FILE__, __LINE__, "a column that the group has not");
}

static void add_column(struct kho_replay *replay, const struct kho_replay_group *group,
                       const char *name)
{
    struct kho_batch_column *column = &replay->batch->columns[replay->n_columns++];
    column->name = name;
    column->wire = wire_of(group, name);
}

static bool stands_in(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Texts stay texts, also those of fixed width. */
static const char *cast_of(enum kho_wire wire)
{
    return wire == KHO_WIRE_BPCHAR ? "text" : kho_wire_sql(wire);
}

static const char *select_rows(const struct kho_replay *replay, struct kho_arena *arena,
                               const struct kho_replay_options *options)
{
    struct kho_buf sql;
    kho_buf_init(&sql, KHO_SQL_MAX);
    kho_buf_puts(&sql, "COPY (SELECT ");
    for (size_t i = 0; i < replay->n_columns; i++) {
        const struct kho_batch_column *column = &replay->batch->columns[i];
        kho_buf_printf(&sql, "(raw ->> %s)::%s, ", kho_pg_literal(arena, kho_text_of(column->name)),
                       cast_of(column->wire));
    }
    kho_buf_printf(&sql,
                   "key FROM kho.replayable WHERE dataset = %s AND feed = %s"
                   " AND inputs = %s::jsonb ORDER BY key) TO STDOUT (FORMAT binary)",
                   kho_pg_literal(arena, options->dataset), kho_pg_literal(arena, options->feed),
                   kho_pg_literal(arena, kho_text_of(options->group->inputs)));
    const char *text = kho_arena_cstr(arena, kho_buf_as_text(&sql));
    kho_buf_release(&sql);
    return text;
}

bool kho_replay_open(struct kho_store *store, struct kho_arena *arena,
                     const struct kho_replay_options *options, struct kho_replay **replay,
                     struct kho_err *err)
{
    const struct kho_replay_group *group = options->group;
    struct kho_replay *made = kho_arena_alloc(arena, sizeof(*made));
    *made = (struct kho_replay){.batch = kho_batch_new(arena, group->n_columns + 1),
                                .seed = kho_hash_bytes("replay", 6, options->seed).low};
    for (size_t i = 0; i < options->n_inputs; i++)
        add_column(made, group, options->inputs[i]);
    for (size_t i = 0; i < group->n_columns; i++)
        if (!stands_in(group->columns[i], options->inputs, options->n_inputs))
            add_column(made, group, group->columns[i]);
    KHO_TRY(kho_store_connect(store, arena, &made->pg, err));
    *replay = made;
    return kho_pg_copy_out(made->pg, select_rows(made, arena, options), err);
}

struct kho_batch *kho_replay_batch(struct kho_replay *replay)
{
    return replay->batch;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `\\x` and hex of bytes that are no UTF-8 become these bytes again; other texts stay. */
static struct kho_text undo_hex(struct kho_arena *arena, struct kho_text cell)
{
    if (!kho_text_starts(cell, KHO_TEXT("\\x")) || cell.len % 2 != 0 || cell.len == 2)
        return cell;
    struct kho_text bytes = {NULL, cell.len / 2 - 1};
    char *out = kho_arena_bytes(arena, bytes.len);
    for (size_t i = 0; i < bytes.len; i++) {
        int high = digit(cell.ptr[2 + 2 * i]), low = digit(cell.ptr[3 + 2 * i]);
        if (high < 0 || low < 0)
            return cell;
        out[i] = (char)(high << 4 | low);
    }
    bytes.ptr = out;
    bool text = kho_utf8_check(bytes) == bytes.len && memchr(out, 0, bytes.len) == NULL;
    return text ? cell : bytes;
}

static bool take_row(struct kho_replay *replay, struct kho_text bytes, struct kho_err *err)
{
    struct kho_batch *batch = replay->batch;
    size_t row = batch->n_rows;
    batch->n_columns = replay->n_columns + 1;
    bool taken = kho_copy_take_row(bytes, replay->seed, batch);
    batch->n_columns = replay->n_columns;
    if (!taken)
        return kho_err_set(err, KHO_ERR_FAILED, "the store sent a malformed row");
    batch->keys[row] = batch->columns[replay->n_columns].cells[row];
    for (size_t i = 0; i < replay->n_columns; i++) {
        struct kho_batch_column *column = &batch->columns[i];
        if (column->wire == KHO_WIRE_TEXT || column->wire == KHO_WIRE_BPCHAR)
            column->cells[row] = undo_hex(batch->arena, column->cells[row]);
    }
    replay->rows_read++;
    return true;
}

bool kho_replay_next(struct kho_replay *replay, bool *eof, struct kho_err *err)
{
    struct kho_batch *batch = replay->batch;
    size_t held = 0;
    kho_batch_clear(batch);
    batch->first_row = replay->rows_read + 1;
    while (!replay->ended && batch->n_rows < KHO_BATCH_ROWS && held < KHO_BATCH_BYTES) {
        struct kho_text bytes;
        KHO_TRY(kho_pg_copy_out_next(replay->pg, &bytes, &replay->ended, err));
        if (replay->ended)
            break;
        if (!replay->header_seen)
            replay->header_seen = kho_copy_pass_header(&bytes);
        if (kho_copy_is_end(bytes))
            continue;
        held += bytes.len;
        KHO_TRY(take_row(replay, bytes, err));
    }
    *eof = replay->ended;
    return kho_interrupt_check(err);
}
