/* A window over the file's bytes, moved on as records are cut off its front. */
#include "reader.h"

#include "stream.h"

#define ROOM_BYTES (2 * CSV_RECORD_MAX)

static void close_stream(void *object)
{
    struct csv_reader *reader = object;
    csv_stream_close(reader->stream);
    free(reader->bytes);
}

struct csv_reader *csv_reader_new(struct kho_arena *arena)
{
    struct csv_reader *reader = kho_arena_alloc(arena, sizeof(*reader));
    reader->bytes = kho_malloc(ROOM_BYTES);
    reader->split.fields = kho_arena_array(arena, CSV_FIELDS_MAX, sizeof(*reader->split.fields));
    reader->split.max_fields = CSV_FIELDS_MAX;
    kho_arena_defer(arena, close_stream, reader);
    return reader;
}

/* Moves what is left to the front and reads on behind it. */
static bool refill(struct csv_reader *reader, bool *eof, struct kho_err *err)
{
    size_t got;
    memmove(reader->bytes, reader->bytes + reader->start, reader->end - reader->start);
    reader->end -= reader->start;
    reader->start = 0;
    KHO_TRY(csv_stream_read(reader->stream, reader->bytes + reader->end, ROOM_BYTES - reader->end,
                            &got, err));
    reader->end += got;
    *eof = got == 0;
    return true;
}

/* Passes Excel's `sep=;`, which names the separator. */
static bool pass_sep_line(struct csv_reader *reader, char *separator)
{
    struct kho_text text = {reader->bytes, reader->end};
    if (text.len < 6 || memcmp(text.ptr, "sep=", 4) != 0)
        return false;
    size_t length = text.ptr[5] == '\n' ? 6 : text.len > 6 && text.ptr[6] == '\n' ? 7 : 0;
    if (length == 0 || (length == 7 && text.ptr[5] != '\r'))
        return false;
    *separator = text.ptr[4];
    reader->start += length;
    reader->next_line++;
    return true;
}

static bool has_tabs_by_name(const char *path)
{
    struct kho_text name = kho_text_of(path);
    return kho_text_ends(name, KHO_TEXT(".tsv")) || kho_text_ends(name, KHO_TEXT(".tsv.gz"));
}

bool csv_reader_open(struct csv_reader *reader, const char *path, enum csv_units units,
                     char separator, struct kho_err *err)
{
    csv_stream_close(reader->stream);
    reader->stream = NULL;
    reader->path = path;
    reader->start = reader->end = 0;
    reader->next_line = 1;
    reader->skip_line = false;
    reader->split.n_expected = 0;
    KHO_TRY(csv_stream_open(path, units, &reader->stream, err));
    bool eof = false;
    while (!eof && reader->end < CSV_RECORD_MAX)
        KHO_TRY(refill(reader, &eof, err));
    bool said = pass_sep_line(reader, &reader->split.separator);
    if (separator != 0)
        reader->split.separator = separator;
    else if (!said && has_tabs_by_name(path))
        reader->split.separator = '\t';
    else if (!said)
        reader->split.separator = csv_detect_separator(
            (struct kho_text){reader->bytes + reader->start, reader->end - reader->start});
    return true;
}

bool csv_reader_stamp(const struct csv_reader *reader, struct csv_stamp *stamp, struct kho_err *err)
{
    return csv_stream_stamp(reader->stream, stamp, err);
}

/* Cuts one record; a file that ends has none. */
static bool cut(struct csv_reader *reader, bool *eof, struct kho_err *err)
{
    bool ended = false;
    size_t taken = 0;
    for (;;) {
        char *bytes = reader->bytes + reader->start;
        size_t held = reader->end - reader->start;
        enum csv_rest rest = ended ? CSV_LAST : held >= CSV_RECORD_MAX ? CSV_FULL : CSV_MORE;
        *eof = held == 0 && ended;
        if (*eof)
            return true;
        if (held != 0)
            taken = csv_split(&reader->split, bytes, held, rest);
        if (taken != 0) {
            reader->record = (struct kho_text){bytes, taken};
            break;
        }
        KHO_TRY(refill(reader, &ended, err));
    }
    reader->start += taken;
    reader->line = reader->next_line;
    reader->next_line += (int64_t)reader->split.n_lines;
    return true;
}

/* The line that was given up goes on: nothing of it is a record. */
static bool skip_line(struct csv_reader *reader, struct kho_err *err)
{
    bool ended = false;
    while (reader->skip_line && !ended) {
        char *bytes = reader->bytes + reader->start;
        char *line_end = memchr(bytes, '\n', reader->end - reader->start);
        reader->skip_line = line_end == NULL;
        reader->start = line_end != NULL ? (size_t)(line_end - reader->bytes) + 1 : reader->end;
        reader->next_line += line_end != NULL;
        if (line_end == NULL)
            KHO_TRY(refill(reader, &ended, err));
    }
    return true;
}

bool csv_reader_next(struct csv_reader *reader, bool *eof, struct kho_err *err)
{
    do {
        KHO_TRY(skip_line(reader, err));
        KHO_TRY(cut(reader, eof, err));
        reader->skip_line = !*eof && reader->split.cut;
    } while (!*eof && reader->split.blank);
    return true;
}
