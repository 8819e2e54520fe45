/* From values to pages. */
#include "chunk.h"

#include "hybrid.h"
#include "thrift.h"

#define PROBE_VALUES 8192
#define CHUNK_MAX_BYTES ((size_t)512 << 20)
/* A page of dictionary entries stands for no more bytes than this and one value. */
#define PAGE_MEANT_BYTES ((size_t)8 << 20)
#define PAGE_MAX_BYTES (VALUE_MAX_BYTES + 2 * PAGE_MEANT_BYTES)

struct chunk {
    struct kho_arena *arena; /* of the row group */
    struct parquet_column column;
    enum parquet_codec wanted;
    struct codec *codecs;
    struct dictionary dictionary;
    bool uses_dictionary;
    bool probed;

    /* The page being filled. */
    uint32_t n_rows;
    uint32_t n_values;           /* that are not NULL */
    size_t meant_bytes;          /* what they are without the dictionary */
    uint32_t present[PAGE_ROWS]; /* definition levels */
    uint32_t numbers[PAGE_ROWS]; /* dictionary entries */
    struct kho_buf plain;
    struct bounds page_bounds;
    struct bounds previous; /* of the page before that had any */

    /* Pages done. */
    struct kho_buf body;
    struct kho_buf stored;
    struct kho_buf pages;
    struct kho_buf dictionary_page;
    struct bounds bounds;
    struct chunk_facts facts;
};

static void release(void *object)
{
    struct chunk *chunk = object;
    kho_buf_release(&chunk->plain);
    kho_buf_release(&chunk->body);
    kho_buf_release(&chunk->stored);
    kho_buf_release(&chunk->pages);
    kho_buf_release(&chunk->dictionary_page);
}

/* Booleans are two values in a bit: a dictionary of them is larger. */
static void restart(struct chunk *chunk)
{
    kho_arena_clear(chunk->arena);
    dictionary_clear(&chunk->dictionary);
    chunk->uses_dictionary = chunk->column.physical != PARQUET_BOOLEAN;
    chunk->probed = false;
    bounds_clear(&chunk->bounds);
    bounds_clear(&chunk->previous);
    chunk->facts = (struct chunk_facts){.codec = chunk->wanted};
}

struct chunk *chunk_new(struct kho_arena *arena, const struct parquet_column *column,
                        enum parquet_codec codec, struct codec *codecs)
{
    struct chunk *chunk = kho_arena_alloc(arena, sizeof(*chunk));
    chunk->arena = kho_arena_new(arena);
    chunk->column = *column;
    chunk->wanted = codec;
    chunk->codecs = codecs;
    kho_buf_init(&chunk->plain, PAGE_MAX_BYTES);
    kho_buf_init(&chunk->body, 2 * PAGE_MAX_BYTES);
    kho_buf_init(&chunk->stored, 2 * PAGE_MAX_BYTES);
    kho_buf_init(&chunk->pages, CHUNK_MAX_BYTES);
    kho_buf_init(&chunk->dictionary_page, 2 * PAGE_MAX_BYTES);
    kho_arena_defer(arena, release, chunk);
    dictionary_init(&chunk->dictionary, &chunk->column, arena);
    bounds_init(&chunk->page_bounds, arena);
    bounds_init(&chunk->previous, arena);
    bounds_init(&chunk->bounds, arena);
    restart(chunk);
    return chunk;
}

/* From now on values are written as they are, those of this page included. */
static void give_up_dictionary(struct chunk *chunk)
{
    for (uint32_t i = 0; i < chunk->n_values; i++)
        kho_buf_text(&chunk->plain, dictionary_entry(&chunk->dictionary, chunk->numbers[i]));
    chunk->uses_dictionary = false;
}

static void probe(struct chunk *chunk)
{
    chunk->probed = true;
    if (chunk->dictionary.count > chunk->n_values / 4 * 3)
        give_up_dictionary(chunk);
}

static void put_bit(struct chunk *chunk, bool bit)
{
    if (chunk->n_values % 8 == 0)
        kho_buf_char(&chunk->plain, '\0');
    if (bit)
        chunk->plain.data[chunk->plain.len - 1] |= (char)(1 << (chunk->n_values % 8));
}

static void put_plain(struct chunk *chunk, const struct parquet_value *value)
{
    if (chunk->column.physical == PARQUET_BOOLEAN)
        put_bit(chunk, value->number != 0);
    else
        parquet_put_plain(&chunk->plain, &chunk->column, value);
}

bool chunk_add(struct chunk *chunk, const struct parquet_value *value)
{
    chunk->present[chunk->n_rows] = value != NULL;
    if (value == NULL) {
        chunk->n_rows++;
        return true;
    }
    if (value->len > VALUE_MAX_BYTES)
        return false;
    if (chunk->uses_dictionary &&
        !dictionary_number(&chunk->dictionary, value, &chunk->numbers[chunk->n_values]))
        give_up_dictionary(chunk);
    if (!chunk->uses_dictionary)
        put_plain(chunk, value);
    if (chunk->column.bounded)
        bounds_add(&chunk->page_bounds, &chunk->column, value);
    chunk->n_rows++;
    chunk->n_values++;
    chunk->meant_bytes += value->len + 4;
    if (!chunk->probed && chunk->n_values == PROBE_VALUES && chunk->uses_dictionary)
        probe(chunk);
    return true;
}

/* The levels and values of the page, uncompressed. */
static void put_body(struct chunk *chunk)
{
    struct kho_buf *body = &chunk->body;
    kho_buf_clear(body);
    if (!chunk->column.required) {
        kho_buf_append(body, "\0\0\0\0", 4);
        hybrid_put(body, chunk->present, chunk->n_rows, 1);
        size_t len = body->len - 4;
        for (int i = 0; i < 4; i++)
            body->data[i] = (char)(len >> (8 * i));
    }
    if (!chunk->uses_dictionary) {
        kho_buf_text(body, kho_buf_as_text(&chunk->plain));
        return;
    }
    uint32_t count = chunk->dictionary.count;
    int width = hybrid_width(count > 0 ? count - 1 : 0);
    kho_buf_char(body, (char)width);
    hybrid_put(body, chunk->numbers, chunk->n_values, width);
}

/* The dictionary is compressed by the chunk's codec too: one that is large decides for it. */
static bool has_large_dictionary(const struct chunk *chunk)
{
    return chunk->uses_dictionary && chunk->dictionary.values.len > chunk->body.len / 8;
}

/* Compresses the body into `stored`; the chunk's first page tries whether that pays. */
static bool store_body(struct chunk *chunk, struct kho_err *err)
{
    struct kho_text body = kho_buf_as_text(&chunk->body);
    kho_buf_clear(&chunk->stored);
    KHO_TRY(codec_compress(chunk->codecs, chunk->facts.codec, body, &chunk->stored, err));
    if (chunk->facts.index.count != 0 || chunk->facts.codec == PARQUET_UNCOMPRESSED ||
        chunk->stored.len <= body.len - body.len / 50 || has_large_dictionary(chunk))
        return true;
    chunk->facts.codec = PARQUET_UNCOMPRESSED;
    kho_buf_clear(&chunk->stored);
    return codec_compress(chunk->codecs, PARQUET_UNCOMPRESSED, body, &chunk->stored, err);
}

static void note_order(struct chunk *chunk)
{
    const struct parquet_column *column = &chunk->column;
    const struct bounds *now = &chunk->page_bounds, *before = &chunk->previous;
    if (before->any) {
        int min = parquet_value_compare(column, &now->min.value, &before->min.value);
        int max = parquet_value_compare(column, &now->max.value, &before->max.value);
        chunk->facts.index.disordered[0] |= min < 0 || max < 0;
        chunk->facts.index.disordered[1] |= min > 0 || max > 0;
    }
    bounds_clear(&chunk->previous);
    bounds_merge(&chunk->previous, column, now);
}

static void note_page(struct chunk *chunk, int64_t offset)
{
    struct chunk_facts *facts = &chunk->facts;
    struct page_index *index = &facts->index;
    struct indexed_page *page =
        kho_arena_push(chunk->arena, &index->pages, &index->count, sizeof(*page));
    *page = (struct indexed_page){
        .offset = offset,
        .size_bytes = (int64_t)chunk->pages.len - offset,
        .first_row = facts->n_values,
        .nulls = chunk->n_rows - chunk->n_values,
        .bounded = chunk->page_bounds.any,
        .min = KHO_TEXT(""),
        .max = KHO_TEXT(""),
    };
    if (page->bounded) {
        page->min = bounds_min(&chunk->page_bounds, &chunk->column, chunk->arena).bytes;
        page->max = bounds_max(&chunk->page_bounds, &chunk->column, chunk->arena).bytes;
        note_order(chunk);
        bounds_merge(&chunk->bounds, &chunk->column, &chunk->page_bounds);
    }
    facts->n_values += chunk->n_rows;
    facts->nulls += page->nulls;
    *(chunk->uses_dictionary ? &facts->dictionary_pages : &facts->plain_pages) += 1;
}

static bool end_page(struct chunk *chunk, struct kho_err *err)
{
    if (!chunk->probed && chunk->uses_dictionary)
        probe(chunk);
    put_body(chunk);
    KHO_TRY(store_body(chunk, err));
    struct page_header page = {
        .type = PARQUET_DATA_PAGE,
        .encoding = chunk->uses_dictionary ? PARQUET_RLE_DICTIONARY : PARQUET_PLAIN,
        .raw_bytes = (int64_t)chunk->body.len,
        .n_values = chunk->n_rows,
    };
    int64_t offset = (int64_t)chunk->pages.len;
    page_put(&page, kho_buf_as_text(&chunk->stored), &chunk->pages);
    note_page(chunk, offset);
    chunk->facts.raw_bytes +=
        (int64_t)chunk->pages.len - offset + page.raw_bytes - (int64_t)chunk->stored.len;
    chunk->n_rows = chunk->n_values = 0;
    chunk->meant_bytes = 0;
    kho_buf_clear(&chunk->plain);
    bounds_clear(&chunk->page_bounds);
    return kho_buf_check(&chunk->pages, "a column chunk", err);
}

bool chunk_turn_page(struct chunk *chunk, struct kho_err *err)
{
    bool full = chunk->n_rows == PAGE_ROWS || chunk->plain.len >= PAGE_BYTES ||
                chunk->meant_bytes >= PAGE_MEANT_BYTES;
    return !full || end_page(chunk, err);
}

size_t chunk_held_bytes(const struct chunk *chunk)
{
    return chunk->pages.len + chunk->plain.len + chunk->dictionary.values.len;
}

static bool put_dictionary(struct chunk *chunk, struct kho_err *err)
{
    struct chunk_facts *facts = &chunk->facts;
    struct kho_text values = kho_buf_as_text(&chunk->dictionary.values);
    struct page_header page = {
        .type = PARQUET_DICTIONARY_PAGE,
        .encoding = PARQUET_PLAIN,
        .raw_bytes = (int64_t)values.len,
        .n_values = chunk->dictionary.count,
    };
    kho_buf_clear(&chunk->stored);
    KHO_TRY(codec_compress(chunk->codecs, facts->codec, values, &chunk->stored, err));
    page_put(&page, kho_buf_as_text(&chunk->stored), &chunk->dictionary_page);
    facts->dictionary_bytes = (int64_t)chunk->dictionary_page.len;
    facts->raw_bytes += facts->dictionary_bytes + page.raw_bytes - (int64_t)chunk->stored.len;
    for (size_t i = 0; i < facts->index.count; i++)
        facts->index.pages[i].offset += facts->dictionary_bytes;
    if (facts->plain_pages == 0 && chunk->column.bounded)
        facts->distinct = chunk->dictionary.count;
    return true;
}

/* The facts outlive the builder's arena, which is cleared with the next chunk. */
static void keep_facts(struct chunk *chunk, struct kho_arena *arena, struct chunk_facts *facts)
{
    *facts = chunk->facts;
    facts->bounded = chunk->bounds.any;
    if (facts->bounded) {
        facts->min = bounds_min(&chunk->bounds, &chunk->column, arena);
        facts->max = bounds_max(&chunk->bounds, &chunk->column, arena);
    }
    struct page_index *index = &facts->index;
    index->pages = kho_arena_array(arena, index->count, sizeof(*index->pages));
    for (size_t i = 0; i < index->count; i++) {
        index->pages[i] = chunk->facts.index.pages[i];
        index->pages[i].min = kho_arena_text(arena, index->pages[i].min);
        index->pages[i].max = kho_arena_text(arena, index->pages[i].max);
    }
}

bool chunk_end(struct chunk *chunk, struct kho_arena *arena, struct kho_text pages[2],
               struct chunk_facts *facts, struct kho_err *err)
{
    if (chunk->n_rows != 0)
        KHO_TRY(end_page(chunk, err));
    kho_buf_clear(&chunk->dictionary_page);
    if (chunk->facts.dictionary_pages != 0)
        KHO_TRY(put_dictionary(chunk, err));
    chunk->facts.stored_bytes = (int64_t)(chunk->dictionary_page.len + chunk->pages.len);
    keep_facts(chunk, arena, facts);
    pages[0] = kho_buf_as_text(&chunk->dictionary_page);
    pages[1] = kho_buf_as_text(&chunk->pages);
    return true;
}

void chunk_clear(struct chunk *chunk)
{
    kho_buf_clear(&chunk->pages);
    restart(chunk);
}
