/*
 * Reading datapackage.json (by jansson) as if it came from a stranger: types, limits, names. What
 * it says is shown in messages only once it is known to be printable.
 */
#include <sys/stat.h>

#include <jansson.h>

#include <kho/core/file.h>
#include <kho/core/hash.h>

#include "verify.h"

#define MANIFEST_MAX_BYTES ((size_t)16 << 20)
#define FILES_MAX 10000
#define FIELDS_MAX 1600 /* PostgreSQL's limit of columns */
#define NAME_MAX_BYTES 255

/* A JSON object and how messages call it: "" is the manifest itself, else `resource 2: `. */
struct object {
    const json_t *json;
    const char *where;
};

static bool wrong(const char *where, const char *key, const char *what, struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_VERIFY, LAKE_MANIFEST ": %s%s %s", where, key, what);
}

/* As wrong(), of the object itself. */
static bool wrong_whole(const char *where, const char *what, struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_VERIFY, LAKE_MANIFEST ": %s%s", where, what);
}

/* Short, and without control characters (C0, DEL, C1). */
static bool is_printable(struct kho_text text)
{
    if (text.len == 0 || text.len > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool c1 = c == 0xC2 && i + 1 < text.len && (unsigned char)text.ptr[i + 1] < 0xA0;
        if (c < 0x20 || c == 0x7F || c1)
            return false;
    }
    return true;
}

static bool get_text(struct object object, const char *key, struct kho_text *value,
                     struct kho_err *err)
{
    const json_t *found = json_object_get(object.json, key);
    if (found == NULL)
        return wrong(object.where, key, "is missing", err);
    if (!json_is_string(found))
        return wrong(object.where, key, "is no text", err);
    *value = (struct kho_text){json_string_value(found), json_string_length(found)};
    return true;
}

static bool get_name(struct kho_arena *arena, struct object object, const char *key,
                     const char **name, struct kho_err *err)
{
    struct kho_text value;
    KHO_TRY(get_text(object, key, &value, err));
    if (!is_printable(value))
        return wrong(object.where, key, "is empty, too long or not printable", err);
    *name = kho_arena_cstr(arena, value);
    return true;
}

static bool get_count(struct object object, const char *key, int64_t *count, struct kho_err *err)
{
    const json_t *found = json_object_get(object.json, key);
    if (found == NULL)
        return wrong(object.where, key, "is missing", err);
    if (!json_is_integer(found) || json_integer_value(found) < 0)
        return wrong(object.where, key, "is no count", err);
    *count = json_integer_value(found);
    return true;
}

/* A list of 1 to `most` items. */
static bool get_list(struct object object, const char *key, size_t most, const json_t **list,
                     struct kho_err *err)
{
    *list = json_object_get(object.json, key);
    if (*list == NULL)
        return wrong(object.where, key, "is missing", err);
    if (!json_is_array(*list))
        return wrong(object.where, key, "is no list", err);
    if (json_array_size(*list) == 0)
        return wrong(object.where, key, "is empty", err);
    return json_array_size(*list) <= most || wrong(object.where, key, "is too long", err);
}

static bool get_object(struct object object, const char *key, struct object *value,
                       struct kho_err *err)
{
    *value = (struct object){json_object_get(object.json, key), object.where};
    if (value->json == NULL)
        return wrong(object.where, key, "is missing", err);
    return json_is_object(value->json) || wrong(object.where, key, "is no object", err);
}

static bool expect_text(struct object object, const char *key, const char *expected,
                        struct kho_err *err)
{
    struct kho_text value;
    KHO_TRY(get_text(object, key, &value, err));
    return kho_text_eq_cstr(value, expected) ||
           wrong(object.where, key, "is none that is known here", err);
}

/* The dialect that the files are parsed by. */
static bool check_dialect(struct object resource, struct kho_err *err)
{
    struct object dialect;
    KHO_TRY(get_object(resource, "dialect", &dialect, err));
    KHO_TRY(expect_text(dialect, "delimiter", ",", err));
    KHO_TRY(expect_text(dialect, "lineTerminator", "\n", err));
    KHO_TRY(expect_text(dialect, "quoteChar", "\"", err));
    if (!json_is_true(json_object_get(dialect.json, "doubleQuote")))
        return wrong(dialect.where, "doubleQuote", "is not true", err);
    return json_is_true(json_object_get(dialect.json, "header")) ||
           wrong(dialect.where, "header", "is not true", err);
}

static bool get_format(struct object resource, enum kho_format *format, struct kho_err *err)
{
    struct kho_text word;
    KHO_TRY(get_text(resource, "format", &word, err));
    *format = KHO_FORMAT_PARQUET;
    if (kho_text_eq_cstr(word, "parquet"))
        return true;
    *format = KHO_FORMAT_CSV;
    KHO_TRY(expect_text(resource, "format", "csv", err));
    KHO_TRY(expect_text(resource, "encoding", "utf-8", err));
    KHO_TRY(expect_text(resource, "compression", "gz", err));
    return check_dialect(resource, err);
}

/* A file of the directory itself: no way out of it, nothing hidden. */
static bool get_path(struct kho_arena *arena, struct object resource, const char **path,
                     struct kho_err *err)
{
    KHO_TRY(get_name(arena, resource, "path", path, err));
    if (strchr(*path, '/') != NULL || strchr(*path, '\\') != NULL || **path == '.')
        return wrong(resource.where, "path", "is no plain file name", err);
    return true;
}

static bool get_sha256(struct kho_arena *arena, struct object resource, const char **sha256,
                       struct kho_err *err)
{
    struct kho_text hash;
    KHO_TRY(get_text(resource, "hash", &hash, err));
    const struct kho_text algorithm = KHO_TEXT("sha256:");
    bool ok =
        kho_text_starts(hash, algorithm) && hash.len == algorithm.len + KHO_SHA256_HEX_SIZE - 1;
    for (size_t i = algorithm.len; ok && i < hash.len; i++)
        ok = strchr("0123456789abcdef", hash.ptr[i]) != NULL;
    if (!ok)
        return wrong(resource.where, "hash", "is no sha256:<64 hex digits>", err);
    *sha256 = kho_arena_cstr(arena,
                             (struct kho_text){hash.ptr + algorithm.len, hash.len - algorithm.len});
    return true;
}

static bool get_required(struct object field, bool *required, struct kho_err *err)
{
    struct object constraints;
    *required = false;
    if (json_object_get(field.json, "constraints") == NULL)
        return true;
    KHO_TRY(get_object(field, "constraints", &constraints, err));
    const json_t *found = json_object_get(constraints.json, "required");
    if (found != NULL && !json_is_boolean(found))
        return wrong(field.where, "required", "is neither true nor false", err);
    *required = json_is_true(found);
    return true;
}

static bool read_field(struct kho_arena *arena, struct object object, struct lake_field *field,
                       struct kho_err *err)
{
    if (!json_is_object(object.json))
        return wrong_whole(object.where, "is no object", err);
    struct kho_text type;
    KHO_TRY(get_name(arena, object, "name", &field->name, err));
    KHO_TRY(get_text(object, "type", &type, err));
    if (!lake_kind_find(type, &field->kind))
        return wrong(object.where, "type", "is none that is known here", err);
    return get_required(object, &field->required, err);
}

static bool read_fields(struct kho_arena *arena, struct object resource, struct lake_listed *file,
                        struct kho_err *err)
{
    struct object schema;
    const json_t *list;
    KHO_TRY(get_object(resource, "schema", &schema, err));
    KHO_TRY(get_list(schema, "fields", FIELDS_MAX, &list, err));
    file->n_fields = json_array_size(list);
    file->fields = kho_arena_array(arena, file->n_fields, sizeof(*file->fields));
    for (size_t i = 0; i < file->n_fields; i++) {
        const char *where = kho_arena_printf(arena, "%sfield %zu: ", resource.where, i + 1);
        struct object object = {json_array_get(list, i), where};
        KHO_TRY(read_field(arena, object, &file->fields[i], err));
        for (size_t j = 0; j < i; j++)
            if (strcmp(file->fields[i].name, file->fields[j].name) == 0)
                return wrong(where, "name", "is that of an earlier field", err);
    }
    return true;
}

static bool read_file(struct kho_arena *arena, struct object resource, struct lake_listed *file,
                      struct kho_err *err)
{
    if (!json_is_object(resource.json))
        return wrong_whole(resource.where, "is no object", err);
    KHO_TRY(get_name(arena, resource, "name", &file->name, err));
    KHO_TRY(get_path(arena, resource, &file->path, err));
    KHO_TRY(get_format(resource, &file->format, err));
    KHO_TRY(get_count(resource, "bytes", &file->size_bytes, err));
    KHO_TRY(get_sha256(arena, resource, &file->sha256, err));
    KHO_TRY(get_count(resource, "rows", &file->rows, err));
    return read_fields(arena, resource, file, err);
}

static bool check_unique(const struct lake_listing *listing, size_t i, const char *where,
                         struct kho_err *err)
{
    const struct lake_listed *files = listing->files;
    for (size_t j = 0; j < i; j++) {
        if (strcmp(files[i].name, files[j].name) == 0)
            return wrong(where, "name", "is that of an earlier resource", err);
        if (strcmp(files[i].path, files[j].path) == 0)
            return wrong(where, "path", "is that of an earlier resource", err);
    }
    return true;
}

static bool get_created(struct kho_arena *arena, struct object top, const char **created,
                        struct kho_err *err)
{
    KHO_TRY(get_name(arena, top, "created", created, err));
    return lake_value_is(LAKE_DATETIME, kho_text_of(*created)) ||
           wrong(top.where, "created", "is no UTC datetime", err);
}

static bool get_previous(struct kho_arena *arena, struct object top, struct lake_link *previous,
                         struct kho_err *err)
{
    struct object link;
    *previous = (struct lake_link){NULL, NULL};
    if (json_object_get(top.json, "kho:previous") == NULL)
        return true;
    KHO_TRY(get_object(top, "kho:previous", &link, err));
    link.where = "kho:previous: ";
    KHO_TRY(get_name(arena, link, "snapshot", &previous->name, err));
    if (strchr(previous->name, '/') != NULL || previous->name[0] == '.')
        return wrong(link.where, "snapshot", "is no name of a directory", err);
    return get_name(arena, link, "sha256", &previous->sha256, err);
}

static bool read_listing(struct kho_arena *arena, struct object top, struct lake_listing *listing,
                         struct kho_err *err)
{
    const json_t *list;
    if (!json_is_object(top.json))
        return wrong_whole(top.where, "is no object", err);
    KHO_TRY(get_name(arena, top, "name", &listing->name, err));
    KHO_TRY(get_created(arena, top, &listing->created, err));
    KHO_TRY(get_previous(arena, top, &listing->previous, err));
    KHO_TRY(get_list(top, "resources", FILES_MAX, &list, err));
    listing->n_files = json_array_size(list);
    listing->files = kho_arena_array(arena, listing->n_files, sizeof(*listing->files));
    for (size_t i = 0; i < listing->n_files; i++) {
        const char *where = kho_arena_printf(arena, "resource %zu: ", i + 1);
        struct object resource = {json_array_get(list, i), where};
        KHO_TRY(read_file(arena, resource, &listing->files[i], err));
        KHO_TRY(check_unique(listing, i, where, err));
    }
    return true;
}

static bool load_text(struct kho_arena *arena, const char *path, struct kho_text *text,
                      struct kho_err *err)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? wrong_whole("", "is missing", err)
                               : kho_err_errno(err, KHO_ERR_FAILED, "cannot open '%s'", path);
    if (!S_ISREG(st.st_mode))
        return wrong_whole("", "is no regular file", err);
    if (st.st_size > (off_t)MANIFEST_MAX_BYTES)
        return wrong_whole("", "is larger than 16 MB", err);
    return kho_file_read(arena, path, MANIFEST_MAX_BYTES, text, err);
}

static void release(void *object)
{
    json_decref(object);
}

static bool parse(struct kho_arena *scratch, struct kho_text text, struct object *top,
                  struct kho_err *err)
{
    json_error_t problem;
    json_t *json = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &problem);
    if (json == NULL)
        return kho_err_set(err, KHO_ERR_VERIFY, LAKE_MANIFEST ": line %d, column %d: no valid JSON",
                           problem.line, problem.column);
    kho_arena_defer(scratch, release, json);
    *top = (struct object){json, ""};
    return true;
}

bool lake_listing_read(struct kho_arena *arena, const char *dir, struct lake_listing *listing,
                       struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_text text;
    struct object top = {0};
    bool ok = load_text(scratch, kho_path_join(scratch, dir, LAKE_MANIFEST), &text, err) &&
              parse(scratch, text, &top, err) && read_listing(arena, top, listing, err);
    kho_arena_free(scratch);
    return ok;
}
