/* Which files a delivery has, and what their headers say. */
#include <glob.h>

#include <kho/core/file.h>
#include <kho/core/utf8.h>

#include "csv.h"

static bool keep_paths(struct kho_source *source, const glob_t *found, struct kho_err *err)
{
    struct csv *csv = source->csv;
    csv->files = kho_arena_array(source->arena, found->gl_pathc, sizeof(*csv->files));
    for (size_t i = 0; i < found->gl_pathc; i++) {
        const char *path = found->gl_pathv[i];
        if (!kho_dir_exists(path))
            csv->files[csv->n_files++].path = kho_arena_strdup(source->arena, path);
    }
    if (csv->n_files != 0)
        return true;
    kho_err_set(err, KHO_ERR_UNREACHABLE, "there is no file '%s'", csv->pattern);
    return kho_err_hint(err, "nothing was read, and nothing is taken for deleted");
}

bool csv_find_files(struct kho_source *source, struct kho_err *err)
{
    glob_t found = {0};
    int code = glob(source->csv->pattern, GLOB_ERR, NULL, &found);
    if (code == GLOB_NOSPACE)
        kho_out_of_memory(0);
    bool ok = code == GLOB_ABORTED
                  ? kho_err_errno(err, KHO_ERR_UNREACHABLE, "cannot list the files '%s'",
                                  source->csv->pattern)
                  : keep_paths(source, &found, err);
    globfree(&found);
    return ok;
}

bool csv_open_file(struct csv *csv, const char *path, struct kho_err *err)
{
    bool eof;
    struct csv_reader *reader = csv->reader;
    KHO_TRY(csv_reader_open(reader, path, csv->units, csv->separator, err));
    KHO_TRY(csv_reader_next(reader, &eof, err));
    if (eof)
        return kho_err_set(err, KHO_ERR_FAILED, "'%s' is empty: it has no header", path);
    if (reader->split.broken != NULL)
        return kho_err_set(err, KHO_ERR_CONFIG, "the header in '%s', line %" PRId64 ": %s", path,
                           reader->line, reader->split.broken);
    if (reader->split.n_fields > CSV_FIELDS_MAX)
        return kho_err_set(err, KHO_ERR_CONFIG,
                           "the header in '%s', line %" PRId64 ", has %zu fields, at most %d", path,
                           reader->line, reader->split.n_fields, CSV_FIELDS_MAX);
    return true;
}

/* The name of the i-th field; NULL = it has none and is not read. */
static bool field_name(struct kho_source *source, size_t i, const char **name, struct kho_err *err)
{
    const struct csv *csv = source->csv;
    const struct csv_reader *reader = csv->reader;
    struct kho_text text = kho_text_trim(reader->split.fields[i].text);
    *name = NULL;
    if (text.len == 0)
        return true;
    bool ok = csv->charset == NULL ? kho_utf8_check(text) == text.len
                                   : kho_charset_decode(csv->charset, source->arena, text, &text);
    if (!ok || memchr(text.ptr, '\0', text.len) != NULL) {
        kho_err_set(err, KHO_ERR_CONFIG,
                    "the name of column %zu in '%s', line %" PRId64 ", is not valid %s", i + 1,
                    reader->path, reader->line,
                    csv->charset != NULL ? kho_charset_name(csv->charset) : "UTF-8");
        return kho_err_hint(err, "the source's `encoding:` says what the files are written in");
    }
    *name = kho_arena_cstr(source->arena, kho_utf8_nfc(source->arena, text));
    return true;
}

static bool first_header(struct kho_source *source, struct csv_file *file, struct kho_err *err)
{
    const struct csv_reader *reader = source->csv->reader;
    size_t count = reader->split.n_fields;
    source->columns = kho_arena_array(source->arena, count, sizeof(*source->columns));
    source->names = kho_arena_array(source->arena, count, sizeof(*source->names));
    file->places = kho_arena_array(source->arena, count, sizeof(*file->places));
    for (size_t i = 0; i < count; i++) {
        const char *name;
        KHO_TRY(field_name(source, i, &name, err));
        if (name == NULL)
            continue;
        if (kho_source_find_column(source, kho_text_of(name)) != NULL)
            return kho_err_set(err, KHO_ERR_CONFIG,
                               "column '%s' stands twice in '%s', line %" PRId64, name,
                               reader->path, reader->line);
        file->places[source->n_columns] = i;
        source->names[source->n_columns] = name;
        source->columns[source->n_columns++] =
            (struct source_column){.name = name, .type = "text", .wire = KHO_WIRE_TEXT};
    }
    return true;
}

static bool place_field(struct kho_source *source, struct csv_file *file, size_t field,
                        bool *placed, struct kho_err *err)
{
    const struct csv_reader *reader = source->csv->reader;
    const char *name;
    KHO_TRY(field_name(source, field, &name, err));
    if (name == NULL)
        return true;
    const struct source_column *column = kho_source_find_column(source, kho_text_of(name));
    size_t index = column != NULL ? (size_t)(column - source->columns) : 0;
    if (column == NULL || placed[index])
        return kho_err_set(err, KHO_ERR_CONFIG, "column '%s' in '%s', line %" PRId64 ", stands %s",
                           name, reader->path, reader->line,
                           column == NULL ? "in no file before it: files that are read together "
                                            "have the same columns"
                                          : "twice there");
    file->places[index] = field;
    placed[index] = true;
    return true;
}

static bool next_header(struct kho_source *source, struct csv_file *file, struct kho_err *err)
{
    const struct csv_reader *reader = source->csv->reader;
    bool *placed = kho_arena_array(source->arena, source->n_columns, sizeof(*placed));
    file->places = kho_arena_array(source->arena, source->n_columns, sizeof(*file->places));
    for (size_t i = 0; i < reader->split.n_fields; i++)
        KHO_TRY(place_field(source, file, i, placed, err));
    for (size_t i = 0; i < source->n_columns; i++)
        if (!placed[i])
            return kho_err_set(err, KHO_ERR_CONFIG,
                               "'%s', line %" PRId64 ", lacks the column '%s' that '%s' has: files "
                               "that are read together have the same columns",
                               reader->path, reader->line, source->names[i],
                               source->csv->files[0].path);
    return true;
}

bool csv_read_headers(struct kho_source *source, struct kho_err *err)
{
    struct csv *csv = source->csv;
    for (size_t i = 0; i < csv->n_files; i++) {
        struct csv_file *file = &csv->files[i];
        KHO_TRY(csv_open_file(csv, file->path, err));
        KHO_TRY(csv_reader_stamp(csv->reader, &file->stamp, err));
        file->n_fields = csv->reader->split.n_fields;
        KHO_TRY(i == 0 ? first_header(source, file, err) : next_header(source, file, err));
    }
    return true;
}
