/* Files as a source: all that the pattern names are read as one delivery, one behind the other. */
#include <kho/core/file.h>
#include <kho/record/copy.h>

#include "csv.h"

static void release_row(void *object)
{
    kho_buf_release(object);
}

/* A pattern is a path in the project, or of the machine. */
static const char *pattern_of(struct kho_arena *arena, const struct kho_source_options *options)
{
    struct kho_text path = options->config->connect;
    struct kho_text scheme = KHO_TEXT("file://");
    if (kho_text_starts(path, scheme))
        path = (struct kho_text){path.ptr + scheme.len, path.len - scheme.len};
    return kho_path_join(arena, options->dir, kho_arena_cstr(arena, path));
}

static bool open_files(struct kho_source *source, const struct kho_source_options *options,
                       struct kho_err *err)
{
    static const enum csv_units units[] = {
        [KHO_UTF16_NONE] = CSV_BYTES, [KHO_UTF16_LE] = CSV_UTF16_LE, [KHO_UTF16_BE] = CSV_UTF16_BE};
    const struct kho_source_config *config = options->config;
    struct csv *csv = kho_arena_alloc(source->arena, sizeof(*csv));
    source->csv = csv;
    source->has_places = true;
    csv->pattern = pattern_of(source->arena, options);
    csv->separator = config->separator;
    csv->units = units[config->utf16];
    if (!kho_text_is_null(config->encoding))
        csv->charset = kho_charset_open(source->arena, config->encoding);
    source->label = csv->pattern;
    kho_buf_init(&csv->row, 4 * CSV_RECORD_MAX);
    kho_arena_defer(source->arena, release_row, &csv->row);
    KHO_TRY(csv_find_files(source, err));
    csv->reader = csv_reader_new(source->arena);
    return csv_read_headers(source, err);
}

/* Nothing tells which rows of a file are new: it is read as a whole. */
static bool read_whole(struct kho_source *source, const char *position, const char *all_because,
                       struct kho_window *window, struct kho_err *err)
{
    (void)position;
    (void)all_because;
    (void)window;
    if (source->job->pull.mode == KHO_PULL_FULL)
        return true;
    return kho_err_set(err, KHO_ERR_CONFIG, "files are read as a whole: `pull: full`");
}

static bool refuse_range(struct kho_source *source, const struct kho_range *range, const char *from,
                         struct kho_window *window, const char **next, struct kho_err *err)
{
    (void)range;
    (void)from;
    (void)window;
    (void)next;
    kho_err_set(err, KHO_ERR_CONFIG, "%s: files cannot be read by ranges", source->label);
    return kho_err_hint(err, "`kho run` reads them as a whole, at any size");
}

static bool compare_no_sum(struct kho_source *source, bool *comparable, struct kho_key_sum *sum,
                           struct kho_err *err)
{
    (void)source;
    (void)err;
    *sum = (struct kho_key_sum){0};
    *comparable = false;
    return true;
}

static bool start(struct kho_source *source, int64_t max_rows, const char *condition,
                  struct kho_err *err)
{
    (void)max_rows; /* the source keeps it */
    (void)err;
    KHO_BUG_IF(condition != NULL);
    source->csv->next_file = 0;
    source->csv->file = NULL;
    return true;
}

static bool open_next(struct csv *csv, struct kho_err *err)
{
    const struct csv_file *file = &csv->files[csv->next_file++];
    KHO_TRY(csv_open_file(csv, file->path, err));
    csv->reader->split.n_expected = file->n_fields;
    csv->file = file;
    return true;
}

/* A file that somebody wrote to in the meantime may have been read half old, half new. */
static bool close_file(struct csv *csv, struct kho_err *err)
{
    struct csv_stamp now;
    const struct csv_stamp *then = &csv->file->stamp;
    KHO_TRY(csv_reader_stamp(csv->reader, &now, err));
    if (now.size_bytes != then->size_bytes || now.changed_ns != then->changed_ns)
        return kho_err_set(err, KHO_ERR_UNREACHABLE, "'%s' was changed while it was read",
                           csv->file->path);
    csv->file = NULL;
    return true;
}

/* Moves to the next record, of this file or the next. */
static bool next_record(struct kho_source *source, struct kho_err *err)
{
    struct csv *csv = source->csv;
    for (;;) {
        bool eof = true;
        if (csv->file != NULL)
            KHO_TRY(csv_reader_next(csv->reader, &eof, err));
        if (!eof)
            return true;
        if (csv->file != NULL)
            KHO_TRY(close_file(csv, err));
        source->ended = csv->next_file == csv->n_files;
        if (source->ended)
            return true;
        KHO_TRY(open_next(csv, err));
    }
}

/* A broken line is known by all of its bytes: what could be cut of it may be the same in another.
 */
static void reject_line(struct kho_source *source, struct kho_batch *batch, size_t row)
{
    const struct csv *csv = source->csv;
    const struct csv_split *split = &csv->reader->split;
    struct kho_text record = csv->reader->record;
    batch->hashes[row] = kho_hash_bytes(record.ptr, record.len, ~source->seed);
    if (split->broken == csv_wrong_count)
        kho_batch_reject(batch, row, KHO_REJECT, NULL, KHO_RULE_LINE,
                         "the line has %zu fields, the header %zu", split->n_fields,
                         split->n_expected);
    else
        kho_batch_reject(batch, row, KHO_REJECT, NULL, KHO_RULE_LINE, "%s", split->broken);
}

static bool take_record(struct kho_source *source, struct kho_batch *batch, struct kho_err *err)
{
    struct csv *csv = source->csv;
    const struct csv_split *split = &csv->reader->split;
    size_t row = batch->n_rows;
    kho_buf_clear(&csv->row);
    kho_copy_put_count(&csv->row, (uint16_t)source->n_pulled);
    for (size_t i = 0; i < source->n_pulled; i++) {
        size_t place = csv->file->places[source->pulled[i] - source->columns];
        kho_copy_put_cell(&csv->row,
                          place < split->n_fields ? split->fields[place].text : KHO_TEXT_NULL);
    }
    KHO_TRY(kho_buf_check(&csv->row, "a row", err));
    KHO_BUG_IF(!kho_copy_take_row(kho_buf_as_text(&csv->row), source->seed, batch));
    batch->places[row] = (struct kho_place){csv->file->path, csv->reader->line};
    source->rows_read++;
    if (split->broken == NULL) {
        kho_source_take_key(source, batch, row);
        return true;
    }
    kho_source_find_key(source, batch, row);
    reject_line(source, batch, row);
    return true;
}

static bool fill(struct kho_source *source, struct kho_batch *batch, struct kho_err *err)
{
    size_t bytes_held = 0;
    while (batch->n_rows < KHO_BATCH_ROWS && bytes_held < KHO_BATCH_BYTES && !source->ended) {
        KHO_TRY(next_record(source, err));
        if (source->ended)
            break;
        bytes_held += source->csv->reader->record.len;
        KHO_TRY(take_record(source, batch, err));
        source->ended = source->rows_read == source->max_rows;
    }
    return true;
}

static bool finish(struct kho_source *source, struct kho_err *err)
{
    (void)source;
    (void)err;
    return true;
}

const struct kho_connector kho_csv_connector = {
    .open = open_files,
    .window = read_whole,
    .range = refuse_range,
    .start = start,
    .fill = fill,
    .key_sum = compare_no_sum,
    .finish = finish,
};
