/* The pages of a column chunk, read one after the other. */
#include <zlib.h>

#include "file_in.h"
#include "hybrid.h"
#include "thrift_in.h"

#define HEADER_MAX_BYTES ((size_t)64 << 10)
#define PAGE_MAX_BYTES ((int64_t)256 << 20)
#define ROWS_MAX (INT64_C(1) << 22) /* of a page */

struct cursor_in {
    const struct file_in *file;
    size_t group;
    size_t column;
    const struct parquet_column *of;
    const struct chunk_in *chunk;
    struct codec *codec;
    int64_t at; /* in the file */
    int64_t end;
    int64_t rows_left;
    size_t page_number;
    struct kho_buf stored;
    struct kho_buf body;
    struct kho_buf dictionary_bytes;
    struct kho_text *dictionary;
    size_t n_dictionary;
    struct kho_arena *arena;      /* of the chunk */
    struct kho_arena *page_arena; /* of the page at hand */
    char bits[2];                 /* the two values that a boolean can have */
};

static void release(void *object)
{
    struct cursor_in *cursor = object;
    kho_buf_release(&cursor->stored);
    kho_buf_release(&cursor->body);
    kho_buf_release(&cursor->dictionary_bytes);
}

struct cursor_in *cursor_in_new(struct kho_arena *arena, const struct file_in *file, size_t group,
                                size_t column)
{
    struct cursor_in *cursor = kho_arena_alloc(arena, sizeof(*cursor));
    const struct chunk_in *chunk = &file->groups[group].chunks[column];
    *cursor = (struct cursor_in){
        .file = file,
        .group = group,
        .column = column,
        .of = &file->columns[column],
        .chunk = chunk,
        .codec = codec_new(arena),
        .at = chunk->offset,
        .end = chunk->offset + chunk->stored_bytes,
        .rows_left = chunk->n_values,
        .arena = arena,
        .page_arena = kho_arena_new(arena),
        .bits = {0, 1},
    };
    kho_buf_init(&cursor->stored, (size_t)PAGE_MAX_BYTES + HEADER_MAX_BYTES);
    kho_buf_init(&cursor->body, (size_t)PAGE_MAX_BYTES);
    kho_buf_init(&cursor->dictionary_bytes, (size_t)PAGE_MAX_BYTES);
    kho_arena_defer(arena, release, cursor);
    return cursor;
}

bool cursor_in_wrong(const struct cursor_in *cursor, const char *what, struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_VERIFY, "%s: row group %zu, column %zu, page %zu: %s",
                       cursor->file->name, cursor->group + 1, cursor->column + 1,
                       cursor->page_number, what);
}

/* Reads `len` bytes at an offset into `stored`. */
static bool read_stored(struct cursor_in *cursor, int64_t offset, size_t len, struct kho_err *err)
{
    kho_buf_clear(&cursor->stored);
    char *room = kho_buf_reserve(&cursor->stored, len);
    while (cursor->stored.len < len) {
        ssize_t got = pread(cursor->file->fd, room + cursor->stored.len, len - cursor->stored.len,
                            offset + (int64_t)cursor->stored.len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return kho_err_errno(err, KHO_ERR_FAILED, "cannot read '%s'", cursor->file->name);
        if (got == 0)
            return cursor_in_wrong(cursor, "is cut off", err);
        cursor->stored.len += (size_t)got;
    }
    return true;
}

static void take_page_facts(struct thrift_in *in, struct page_header *header)
{
    struct thrift_field field = {0, 0};
    while (thrift_next(in, &field)) {
        if (field.id == 1)
            header->n_values = thrift_take_int(in, field.type);
        else if (field.id == 2)
            header->encoding = (enum parquet_encoding)thrift_take_int(in, field.type);
        else
            thrift_pass(in, field.type);
    }
}

static void take_header(struct thrift_in *in, struct page_header *header)
{
    struct thrift_field field = {0, 0};
    while (thrift_next(in, &field)) {
        switch (field.id) {
        case 1:
            header->type = (enum parquet_page)thrift_take_int(in, field.type);
            break;
        case 2:
            header->raw_bytes = thrift_take_int(in, field.type);
            break;
        case 3:
            header->stored_bytes = thrift_take_int(in, field.type);
            break;
        case 4:
            header->has_crc = true;
            header->crc = (uint32_t)thrift_take_int(in, field.type);
            break;
        case 5:
        case 7:
            if (thrift_take_struct(in, field.type))
                take_page_facts(in, header);
            break;
        default:
            thrift_pass(in, field.type);
        }
    }
}

static bool read_header(struct cursor_in *cursor, struct page_header *header, struct kho_err *err)
{
    size_t most = (size_t)KHO_MIN((int64_t)HEADER_MAX_BYTES, cursor->end - cursor->at);
    KHO_TRY(read_stored(cursor, cursor->at, KHO_MIN(most, 256), err));
    struct thrift_in in = {.at = cursor->stored.data,
                           .end = cursor->stored.data + cursor->stored.len};
    *header = (struct page_header){.n_values = -1, .raw_bytes = -1, .stored_bytes = -1};
    take_header(&in, header);
    if (in.bad && most > 256) {
        KHO_TRY(read_stored(cursor, cursor->at, most, err));
        in = (struct thrift_in){.at = cursor->stored.data,
                                .end = cursor->stored.data + cursor->stored.len};
        take_header(&in, header);
    }
    cursor->at += in.at - cursor->stored.data;
    if (in.bad || header->raw_bytes < 0 || header->raw_bytes > PAGE_MAX_BYTES ||
        header->stored_bytes < 0 || header->stored_bytes > PAGE_MAX_BYTES ||
        header->stored_bytes > cursor->end - cursor->at || header->n_values < 0 ||
        header->n_values > ROWS_MAX)
        return cursor_in_wrong(cursor, "the header is broken", err);
    return true;
}

/* Reads the page's body, checks its CRC, and decompresses it into `out`. */
static bool read_body(struct cursor_in *cursor, const struct page_header *header,
                      struct kho_buf *out, struct kho_err *err)
{
    KHO_TRY(read_stored(cursor, cursor->at, (size_t)header->stored_bytes, err));
    cursor->at += header->stored_bytes;
    struct kho_text stored = kho_buf_as_text(&cursor->stored);
    if (header->has_crc &&
        (uint32_t)crc32_z(0, (const unsigned char *)stored.ptr, stored.len) != header->crc)
        return cursor_in_wrong(cursor, "its CRC is another", err);
    kho_buf_clear(out);
    return codec_decompress(cursor->codec, cursor->chunk->codec, stored, out,
                            (size_t)header->raw_bytes) ||
           cursor_in_wrong(cursor, "cannot be decompressed", err);
}

static uint32_t take_u32(struct kho_text *bytes)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value |= (uint32_t)(unsigned char)bytes->ptr[i] << (8 * i);
    bytes->ptr += 4;
    bytes->len -= 4;
    return value;
}

/* Takes one value in PLAIN encoding off the front. */
static bool take_plain(const struct parquet_column *column, struct kho_text *bytes,
                       struct kho_text *value)
{
    size_t len;
    if (column->physical == PARQUET_BYTE_ARRAY) {
        if (bytes->len < 4)
            return false;
        len = take_u32(bytes);
    } else
        len = column->physical == PARQUET_INT32   ? 4
              : column->physical == PARQUET_INT64 ? 8
                                                  : PARQUET_FIXED_BYTES;
    if (bytes->len < len)
        return false;
    *value = (struct kho_text){bytes->ptr, len};
    bytes->ptr += len;
    bytes->len -= len;
    return true;
}

static bool read_dictionary(struct cursor_in *cursor, const struct page_header *header,
                            struct kho_err *err)
{
    if (cursor->page_number != 1)
        return cursor_in_wrong(cursor, "is a dictionary that does not come first", err);
    if (header->encoding != PARQUET_PLAIN && header->encoding != PARQUET_PLAIN_DICTIONARY)
        return cursor_in_wrong(cursor, "has an encoding that is not known", err);
    KHO_TRY(read_body(cursor, header, &cursor->dictionary_bytes, err));
    struct kho_text bytes = kho_buf_as_text(&cursor->dictionary_bytes);
    size_t count = (size_t)header->n_values;
    if (cursor->of->physical == PARQUET_BOOLEAN || count > bytes.len)
        return cursor_in_wrong(cursor, "is no dictionary", err);
    cursor->dictionary = kho_arena_array(cursor->arena, count, sizeof(*cursor->dictionary));
    cursor->n_dictionary = count;
    for (size_t i = 0; i < count; i++)
        if (!take_plain(cursor->of, &bytes, &cursor->dictionary[i]))
            return cursor_in_wrong(cursor, "has fewer values than it says", err);
    return bytes.len == 0 || cursor_in_wrong(cursor, "has more values than it says", err);
}

/* Which of the page's rows have a value. */
static bool take_levels(struct cursor_in *cursor, struct kho_text *bytes, struct page_in *page,
                        struct kho_err *err)
{
    page->n_values = 0;
    page->present = kho_arena_array(cursor->page_arena, page->n_rows, sizeof(*page->present));
    if (cursor->of->required) {
        for (size_t i = 0; i < page->n_rows; i++)
            page->present[i] = 1;
        page->n_values = page->n_rows;
        return true;
    }
    size_t len = bytes->len >= 4 ? take_u32(bytes) : SIZE_MAX;
    struct kho_text levels = {bytes->ptr, len};
    if (len > bytes->len || !hybrid_take(&levels, 1, page->present, page->n_rows) ||
        levels.len != 0)
        return cursor_in_wrong(cursor, "its levels are broken", err);
    bytes->ptr += len;
    bytes->len -= len;
    for (size_t i = 0; i < page->n_rows; i++)
        page->n_values += page->present[i];
    return true;
}

static bool take_bits(struct cursor_in *cursor, struct kho_text *bytes, struct page_in *page)
{
    if (bytes->len != (page->n_values + 7) / 8)
        return false;
    for (size_t i = 0; i < page->n_values; i++) {
        bool bit = ((unsigned char)bytes->ptr[i / 8] >> (i % 8)) & 1;
        page->values[i] = (struct kho_text){&cursor->bits[bit], 1};
    }
    bytes->len = 0;
    return true;
}

static bool take_plain_values(struct cursor_in *cursor, struct kho_text *bytes,
                              struct page_in *page)
{
    if (cursor->of->physical == PARQUET_BOOLEAN)
        return take_bits(cursor, bytes, page);
    for (size_t i = 0; i < page->n_values; i++)
        KHO_TRY(take_plain(cursor->of, bytes, &page->values[i]));
    return true;
}

static bool take_numbered_values(struct cursor_in *cursor, struct kho_text *bytes,
                                 struct page_in *page)
{
    if (cursor->dictionary == NULL || bytes->len == 0)
        return false;
    int width = (unsigned char)*bytes->ptr++;
    bytes->len--;
    if (width < 1 || width > HYBRID_WIDTH_MAX)
        return false;
    uint32_t *numbers = kho_arena_array(cursor->page_arena, page->n_values, sizeof(*numbers));
    KHO_TRY(hybrid_take(bytes, width, numbers, page->n_values));
    for (size_t i = 0; i < page->n_values; i++) {
        if (numbers[i] >= cursor->n_dictionary)
            return false;
        page->values[i] = cursor->dictionary[numbers[i]];
    }
    return true;
}

static bool take_values(struct cursor_in *cursor, enum parquet_encoding encoding,
                        struct kho_text bytes, struct page_in *page, struct kho_err *err)
{
    page->values = kho_arena_array(cursor->page_arena, page->n_values, sizeof(*page->values));
    bool ok;
    switch (encoding) {
    case PARQUET_PLAIN:
        ok = take_plain_values(cursor, &bytes, page);
        break;
    case PARQUET_RLE_DICTIONARY:
    case PARQUET_PLAIN_DICTIONARY:
        ok = take_numbered_values(cursor, &bytes, page);
        break;
    default:
        return cursor_in_wrong(cursor, "has an encoding that is not known", err);
    }
    return (ok && bytes.len == 0) || cursor_in_wrong(cursor, "its values are broken", err);
}

static bool read_data(struct cursor_in *cursor, const struct page_header *header,
                      struct page_in *page, struct kho_err *err)
{
    if (header->type != PARQUET_DATA_PAGE)
        return cursor_in_wrong(cursor, "is of a type that is not known", err);
    if (header->n_values > cursor->rows_left)
        return cursor_in_wrong(cursor, "has more rows than the footer says", err);
    cursor->rows_left -= header->n_values;
    kho_arena_clear(cursor->page_arena);
    *page = (struct page_in){.n_rows = (size_t)header->n_values};
    KHO_TRY(read_body(cursor, header, &cursor->body, err));
    struct kho_text bytes = kho_buf_as_text(&cursor->body);
    return take_levels(cursor, &bytes, page, err) &&
           take_values(cursor, header->encoding, bytes, page, err);
}

bool cursor_in_next(struct cursor_in *cursor, struct page_in *page, bool *eof, struct kho_err *err)
{
    struct page_header header;
    *eof = cursor->at == cursor->end;
    if (*eof)
        return cursor->rows_left == 0 ||
               cursor_in_wrong(cursor, "is the last, and rows are missing", err);
    cursor->page_number++;
    KHO_TRY(read_header(cursor, &header, err));
    if (header.type != PARQUET_DICTIONARY_PAGE)
        return read_data(cursor, &header, page, err);
    KHO_TRY(read_dictionary(cursor, &header, err));
    return cursor_in_next(cursor, page, eof, err);
}
