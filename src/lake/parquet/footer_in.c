/* FileMetaData, read: columns, row groups, and where their pages stand. */
#include <fcntl.h>
#include <sys/stat.h>

#include "file_in.h"
#include "footer.h"
#include "thrift_in.h"

#define FOOTER_MAX_BYTES ((size_t)256 << 20)
#define TAIL_BYTES 8 /* the footer's length, and the magic */
#define COLUMNS_MAX 1600
#define GROUPS_MAX 1000000

/* A SchemaElement as it stands. */
struct element {
    int64_t physical; /* -1 = a group */
    int64_t length;
    int64_t repetition;
    int64_t converted; /* -1 = none */
    int64_t children;
    int64_t scale;
    int64_t precision;
    struct kho_text name;
    bool utc; /* of a timestamp: not said by the older word for it */
};

static bool wrong(const struct file_in *file, const char *what, struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_VERIFY, "%s: %s", file->name, what);
}

static struct element take_element(struct thrift_in *in)
{
    struct element element = {.physical = -1, .converted = -1};
    struct thrift_field field = {0, 0};
    while (thrift_next(in, &field)) {
        switch (field.id) {
        case 1:
            element.physical = thrift_take_int(in, field.type);
            break;
        case 2:
            element.length = thrift_take_int(in, field.type);
            break;
        case 3:
            element.repetition = thrift_take_int(in, field.type);
            break;
        case 4:
            element.name = thrift_take_text(in, field.type);
            break;
        case 5:
            element.children = thrift_take_int(in, field.type);
            break;
        case 6:
            element.converted = thrift_take_int(in, field.type);
            break;
        case 7:
            element.scale = thrift_take_int(in, field.type);
            break;
        case 8:
            element.precision = thrift_take_int(in, field.type);
            break;
        default:
            thrift_pass(in, field.type);
        }
    }
    return element;
}

#define DECIMAL_FITS(element, digits) \
    ((element)->precision >= 1 && (element)->precision <= (digits))

/* Which of our columns an element is; false if it is none. */
static bool set_column(const struct element *element, struct parquet_column *column)
{
    *column = (struct parquet_column){
        .name = element->name,
        .physical = (enum parquet_physical)element->physical,
        .required = element->repetition == 0,
        .precision = (int)element->precision,
        .scale = (int)element->scale,
    };
    if (element->repetition != 0 && element->repetition != 1)
        return false;
    switch (element->physical) {
    case PARQUET_BOOLEAN:
        column->logical = PARQUET_PLAIN_BOOLEAN;
        return element->converted == -1;
    case PARQUET_INT32:
        column->logical = element->converted == 6 ? PARQUET_DATE : PARQUET_DECIMAL;
        return element->converted == 6 || (element->converted == 5 && DECIMAL_FITS(element, 9));
    case PARQUET_INT64:
        column->logical = element->converted == -1   ? PARQUET_PLAIN_INTEGER
                          : element->converted == 10 ? PARQUET_TIMESTAMP
                                                     : PARQUET_DECIMAL;
        return element->converted == -1 || element->converted == 10 ||
               (element->converted == 5 && DECIMAL_FITS(element, 18));
    case PARQUET_BYTE_ARRAY:
        column->logical = PARQUET_STRING;
        return element->converted == 0;
    case PARQUET_FIXED:
        column->logical = PARQUET_DECIMAL;
        return element->converted == 5 && element->length == PARQUET_FIXED_BYTES &&
               DECIMAL_FITS(element, PARQUET_DECIMAL_MAX);
    default:
        return false;
    }
}

static bool take_schema(struct kho_arena *arena, struct thrift_in *in, int type,
                        struct file_in *file, struct kho_err *err)
{
    size_t count = thrift_take_list(in, type, THRIFT_STRUCT, COLUMNS_MAX + 1);
    struct element root = count != 0 ? take_element(in) : (struct element){.physical = 0};
    if (in->bad || root.physical != -1 || root.children != (int64_t)count - 1 || count < 2)
        return wrong(file, "the footer names no flat columns", err);
    file->n_columns = count - 1;
    file->columns = kho_arena_array(arena, count - 1, sizeof(*file->columns));
    for (size_t i = 0; i + 1 < count; i++) {
        struct element element = take_element(in);
        if (in->bad || !set_column(&element, &file->columns[i]))
            return kho_err_set(err, KHO_ERR_VERIFY, "%s: column %zu is of no type that is known",
                               file->name, i + 1);
    }
    return true;
}

static void take_statistics(struct thrift_in *in, struct chunk_in *chunk)
{
    struct thrift_field field = {0, 0};
    while (thrift_next(in, &field)) {
        if (field.id == 3)
            chunk->nulls = thrift_take_int(in, field.type);
        else if (field.id == 5)
            chunk->max = thrift_take_text(in, field.type);
        else if (field.id == 6)
            chunk->min = thrift_take_text(in, field.type);
        else
            thrift_pass(in, field.type);
    }
}

static void take_chunk_facts(struct thrift_in *in, struct chunk_in *chunk)
{
    struct thrift_field field = {0, 0};
    int64_t dictionary = 0;
    while (thrift_next(in, &field)) {
        switch (field.id) {
        case 4:
            chunk->codec = (enum parquet_codec)thrift_take_int(in, field.type);
            break;
        case 5:
            chunk->n_values = thrift_take_int(in, field.type);
            break;
        case 7:
            chunk->stored_bytes = thrift_take_int(in, field.type);
            break;
        case 9:
            chunk->offset = thrift_take_int(in, field.type);
            break;
        case 11:
            dictionary = thrift_take_int(in, field.type);
            break;
        case 12:
            if (thrift_take_struct(in, field.type))
                take_statistics(in, chunk);
            break;
        default:
            thrift_pass(in, field.type);
        }
    }
    if (dictionary > 0 && dictionary < chunk->offset)
        chunk->offset = dictionary;
}

static struct chunk_in take_chunk(struct thrift_in *in)
{
    struct chunk_in chunk = {.nulls = -1};
    struct thrift_field field = {0, 0};
    while (thrift_next(in, &field)) {
        if (field.id == 3 && thrift_take_struct(in, field.type))
            take_chunk_facts(in, &chunk);
        else
            thrift_pass(in, field.type);
    }
    return chunk;
}

static void take_chunks(struct kho_arena *arena, struct thrift_in *in, int type,
                        const struct file_in *file, struct group_in *group)
{
    size_t count = thrift_take_list(in, type, THRIFT_STRUCT, file->n_columns);
    if (count != file->n_columns) {
        in->bad = true;
        return;
    }
    group->chunks = kho_arena_array(arena, count, sizeof(*group->chunks));
    for (size_t i = 0; i < count; i++)
        group->chunks[i] = take_chunk(in);
}

static bool is_chunk_sound(const struct file_in *file, const struct group_in *group,
                           const struct chunk_in *chunk)
{
    bool known = chunk->codec == PARQUET_UNCOMPRESSED || chunk->codec == PARQUET_GZIP ||
                 chunk->codec == PARQUET_ZSTD;
    return known && chunk->n_values == group->rows && chunk->offset >= 4 &&
           chunk->stored_bytes >= 0 && chunk->stored_bytes <= file->size_bytes - chunk->offset;
}

static bool take_group(struct kho_arena *arena, struct thrift_in *in, struct file_in *file,
                       struct group_in *group, struct kho_err *err)
{
    struct thrift_field field = {0, 0};
    while (thrift_next(in, &field)) {
        if (field.id == 1)
            take_chunks(arena, in, field.type, file, group);
        else if (field.id == 3)
            group->rows = thrift_take_int(in, field.type);
        else
            thrift_pass(in, field.type);
    }
    if (in->bad || group->chunks == NULL || group->rows <= 0)
        return wrong(file, "the footer is broken", err);
    for (size_t i = 0; i < file->n_columns; i++)
        if (!is_chunk_sound(file, group, &group->chunks[i]))
            return wrong(file, "the footer's row groups do not fit the file", err);
    return true;
}

static bool take_groups(struct kho_arena *arena, struct thrift_in *in, int type,
                        struct file_in *file, struct kho_err *err)
{
    if (file->columns == NULL)
        return wrong(file, "the footer is broken", err);
    file->n_groups = thrift_take_list(in, type, THRIFT_STRUCT, GROUPS_MAX);
    file->groups = kho_arena_array(arena, file->n_groups, sizeof(*file->groups));
    for (size_t i = 0; i < file->n_groups; i++)
        KHO_TRY(take_group(arena, in, file, &file->groups[i], err));
    return true;
}

static bool take_footer(struct kho_arena *arena, struct thrift_in *in, struct file_in *file,
                        struct kho_err *err)
{
    struct thrift_field field = {0, 0};
    file->rows = -1;
    while (thrift_next(in, &field)) {
        if (field.id == 2)
            KHO_TRY(take_schema(arena, in, field.type, file, err));
        else if (field.id == 3)
            file->rows = thrift_take_int(in, field.type);
        else if (field.id == 4)
            KHO_TRY(take_groups(arena, in, field.type, file, err));
        else
            thrift_pass(in, field.type);
    }
    if (in->bad || file->columns == NULL)
        return wrong(file, "the footer is broken", err);
    int64_t rows = 0;
    for (size_t i = 0; i < file->n_groups; i++)
        rows += file->groups[i].rows;
    return rows == file->rows || wrong(file, "the footer's counts of rows differ", err);
}

static bool read_at(const struct file_in *file, char *bytes, size_t len, int64_t offset,
                    struct kho_err *err)
{
    while (len != 0) {
        ssize_t got = pread(file->fd, bytes, len, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return kho_err_errno(err, KHO_ERR_FAILED, "cannot read '%s'", file->name);
        if (got == 0)
            return wrong(file, "is cut off", err);
        bytes += got;
        len -= (size_t)got;
        offset += got;
    }
    return true;
}

static bool read_tail(const struct file_in *file, size_t *footer_bytes, struct kho_err *err)
{
    char head[4], tail[TAIL_BYTES];
    size_t len = 0;
    if (file->size_bytes < 4 + TAIL_BYTES)
        return wrong(file, "is no Parquet file", err);
    KHO_TRY(read_at(file, head, sizeof(head), 0, err));
    KHO_TRY(read_at(file, tail, sizeof(tail), file->size_bytes - TAIL_BYTES, err));
    if (memcmp(head, PARQUET_MAGIC, 4) != 0 || memcmp(tail + 4, PARQUET_MAGIC, 4) != 0)
        return wrong(file, "is no Parquet file", err);
    for (int i = 0; i < 4; i++)
        len |= (size_t)(unsigned char)tail[i] << (8 * i);
    if (len > FOOTER_MAX_BYTES || (int64_t)len > file->size_bytes - TAIL_BYTES - 4)
        return wrong(file, "the footer's length does not fit the file", err);
    *footer_bytes = len;
    return true;
}

bool file_in_open(struct kho_arena *arena, int fd, const char *name, struct file_in *file,
                  struct kho_err *err)
{
    struct stat st;
    size_t len;
    *file = (struct file_in){.fd = fd, .name = name};
    if (fstat(fd, &st) != 0)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot read '%s'", name);
    file->size_bytes = st.st_size;
    KHO_TRY(read_tail(file, &len, err));
    char *bytes = kho_arena_bytes(arena, len);
    KHO_TRY(read_at(file, bytes, len, file->size_bytes - TAIL_BYTES - (int64_t)len, err));
    struct thrift_in in = {.at = bytes, .end = bytes + len};
    return take_footer(arena, &in, file, err);
}
