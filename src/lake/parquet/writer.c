/* From batches to row groups, and what stands behind the last one. */
#include "writer.h"

#define FOOTER_MAX_BYTES ((size_t)256 << 20)

struct parquet_writer {
    struct kho_arena *arena;
    struct kho_arena *scratch; /* texts made of the cells of one batch */
    const char *file;
    struct parquet_column *columns;
    struct chunk **chunks;
    size_t n_columns;
    struct lake_out *out;
    struct footer footer;
    struct group_facts group; /* `rows` of the one being filled */
    int64_t rows;
};

static bool put_magic(struct lake_out *out, struct kho_err *err)
{
    return lake_out_write(out, KHO_TEXT(PARQUET_MAGIC), err);
}

bool parquet_writer_new(struct kho_arena *arena, const struct parquet_options *options,
                        struct lake_out *out, struct parquet_writer **writer, struct kho_err *err)
{
    struct parquet_writer *made = kho_arena_alloc(arena, sizeof(*made));
    size_t n = options->columns.count;
    made->arena = arena;
    made->scratch = kho_arena_new(arena);
    made->file = kho_arena_strdup(arena, options->file);
    made->out = out;
    made->n_columns = n;
    made->columns = kho_arena_array(arena, n, sizeof(*made->columns));
    made->chunks = kho_arena_array(arena, n, sizeof(*made->chunks));
    struct codec *codecs = codec_new(arena);
    for (size_t i = 0; i < n; i++) {
        made->columns[i] = parquet_column_of(&options->columns.items[i]);
        made->chunks[i] = chunk_new(arena, &made->columns[i], options->codec, codecs);
    }
    made->footer = (struct footer){
        .columns = made->columns,
        .n_columns = n,
        .sorted = options->sorted,
        .n_sorted = options->n_sorted,
        .notes = options->notes,
        .n_notes = options->n_notes,
    };
    *writer = made;
    return put_magic(out, err);
}

/* Row and column are named, the value is not. */
static bool refuse(const struct parquet_writer *writer, size_t column, size_t row, const char *what,
                   struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_FAILED, "%s: row %" PRId64 ": column %.*s %s", writer->file,
                       writer->rows + (int64_t)row + 1, KHO_TEXT_ARGS(writer->columns[column].name),
                       what);
}

static const char *why_not(const struct parquet_column *column)
{
    switch (column->logical) {
    case PARQUET_DATE:
    case PARQUET_TIMESTAMP:
        return "is infinite, or outside the years 1 to 9999";
    case PARQUET_DECIMAL:
        return "is no number of its precision";
    default:
        return "holds no value of its type";
    }
}

struct range {
    size_t from;
    size_t to;
};

static bool add_cells(struct parquet_writer *writer, size_t i, const struct kho_batch *batch,
                      struct range rows, struct kho_err *err)
{
    const struct parquet_column *column = &writer->columns[i];
    const struct kho_batch_column *cells = &batch->columns[i];
    struct chunk *chunk = writer->chunks[i];
    for (size_t row = rows.from; row < rows.to; row++) {
        struct kho_text cell = cells->cells[row];
        struct parquet_value value;
        if (cell.ptr == NULL && column->required)
            return refuse(writer, i, row - rows.from, "is required and has no value", err);
        if (cell.ptr != NULL &&
            !parquet_value_of(column, cells->wire, cell, writer->scratch, &value))
            return refuse(writer, i, row - rows.from, why_not(column), err);
        if (!chunk_add(chunk, cell.ptr != NULL ? &value : NULL))
            return refuse(writer, i, row - rows.from, "holds more than 64 MB", err);
        KHO_TRY(chunk_turn_page(chunk, err));
    }
    return true;
}

static bool end_chunk(struct parquet_writer *writer, size_t i, struct chunk_facts *facts,
                      struct kho_err *err)
{
    struct kho_text pages[2];
    KHO_TRY(chunk_end(writer->chunks[i], writer->arena, pages, facts, err));
    facts->offset = lake_out_position(writer->out);
    KHO_TRY(lake_out_write(writer->out, pages[0], err));
    KHO_TRY(lake_out_write(writer->out, pages[1], err));
    chunk_clear(writer->chunks[i]);
    return true;
}

static bool end_group(struct parquet_writer *writer, struct kho_err *err)
{
    if (writer->group.rows == 0)
        return true;
    struct footer *footer = &writer->footer;
    struct group_facts *group =
        kho_arena_push(writer->arena, &footer->groups, &footer->n_groups, sizeof(*group));
    *group = writer->group;
    writer->group.rows = 0;
    group->chunks = kho_arena_array(writer->arena, writer->n_columns, sizeof(*group->chunks));
    for (size_t i = 0; i < writer->n_columns; i++)
        KHO_TRY(end_chunk(writer, i, &group->chunks[i], err));
    return true;
}

static bool is_group_full(const struct parquet_writer *writer)
{
    size_t held = 0;
    if (writer->group.rows == GROUP_ROWS)
        return true;
    for (size_t i = 0; i < writer->n_columns; i++)
        held += chunk_held_bytes(writer->chunks[i]);
    return held >= GROUP_BYTES;
}

bool parquet_writer_batch(struct parquet_writer *writer, const struct kho_batch *batch,
                          struct kho_err *err)
{
    KHO_BUG_IF(batch->n_columns != writer->n_columns);
    for (size_t from = 0; from < batch->n_rows;) {
        size_t room = (size_t)(GROUP_ROWS - writer->group.rows);
        struct range rows = {from, from + KHO_MIN(batch->n_rows - from, room)};
        for (size_t i = 0; i < writer->n_columns; i++)
            KHO_TRY(add_cells(writer, i, batch, rows, err));
        writer->rows += (int64_t)(rows.to - rows.from);
        writer->group.rows += (int64_t)(rows.to - rows.from);
        from = rows.to;
        if (is_group_full(writer))
            KHO_TRY(end_group(writer, err));
    }
    kho_arena_clear(writer->scratch);
    return true;
}

/* Writes one struct of the page index and tells where it stands. */
static bool put_index(struct parquet_writer *writer, struct kho_buf *bytes, int64_t *offset,
                      int64_t *size_bytes, struct kho_err *err)
{
    KHO_TRY(kho_buf_check(bytes, "the page index", err));
    *offset = lake_out_position(writer->out);
    *size_bytes = (int64_t)bytes->len;
    KHO_TRY(lake_out_write(writer->out, kho_buf_as_text(bytes), err));
    kho_buf_clear(bytes);
    return true;
}

static bool put_bounds(struct parquet_writer *writer, struct group_facts *group,
                       struct kho_buf *bytes, struct kho_err *err)
{
    for (size_t i = 0; i < writer->n_columns; i++) {
        if (!writer->columns[i].bounded)
            continue;
        page_index_put_bounds(&group->chunks[i].index, bytes);
        KHO_TRY(put_index(writer, bytes, &group->bounds_offset[i], &group->bounds_bytes[i], err));
    }
    return true;
}

static bool put_offsets(struct parquet_writer *writer, struct group_facts *group,
                        struct kho_buf *bytes, struct kho_err *err)
{
    for (size_t i = 0; i < writer->n_columns; i++) {
        const struct chunk_facts *chunk = &group->chunks[i];
        page_index_put_offsets(&chunk->index, chunk->offset, bytes);
        KHO_TRY(put_index(writer, bytes, &group->offsets_offset[i], &group->offsets_bytes[i], err));
    }
    return true;
}

static void make_places(struct parquet_writer *writer, struct group_facts *group)
{
    size_t n = writer->n_columns;
    group->bounds_offset = kho_arena_array(writer->arena, n, sizeof(int64_t));
    group->bounds_bytes = kho_arena_array(writer->arena, n, sizeof(int64_t));
    group->offsets_offset = kho_arena_array(writer->arena, n, sizeof(int64_t));
    group->offsets_bytes = kho_arena_array(writer->arena, n, sizeof(int64_t));
}

static bool put_indexes(struct parquet_writer *writer, struct kho_buf *bytes, struct kho_err *err)
{
    struct footer *footer = &writer->footer;
    for (size_t i = 0; i < footer->n_groups; i++) {
        make_places(writer, &footer->groups[i]);
        KHO_TRY(put_bounds(writer, &footer->groups[i], bytes, err));
    }
    for (size_t i = 0; i < footer->n_groups; i++)
        KHO_TRY(put_offsets(writer, &footer->groups[i], bytes, err));
    return true;
}

static bool put_end(struct parquet_writer *writer, struct kho_buf *bytes, struct kho_err *err)
{
    KHO_TRY(put_indexes(writer, bytes, err));
    footer_put(&writer->footer, bytes);
    return kho_buf_check(bytes, "the footer", err) &&
           lake_out_write(writer->out, kho_buf_as_text(bytes), err);
}

bool parquet_writer_end(struct parquet_writer *writer, int64_t *rows, struct kho_err *err)
{
    struct kho_buf bytes;
    KHO_TRY(end_group(writer, err));
    kho_buf_init(&bytes, FOOTER_MAX_BYTES);
    bool ok = put_end(writer, &bytes, err);
    kho_buf_release(&bytes);
    *rows = writer->rows;
    return ok;
}
