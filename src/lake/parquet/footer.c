/* FileMetaData from the facts of the chunks. Numbers of fields are those of parquet.thrift. */
#include "footer.h"

#include "thrift.h"

/* `<application> version <semantic version> (build <name>)`, as readers take it apart. */
#define CREATED_BY "kho version " KHO_VERSION " (build release)"

enum { REQUIRED, OPTIONAL };

struct annotation {
    int converted; /* the older word for the same; -1 = none */
    int logical;   /* field of the union LogicalType; 0 = none */
};

static struct annotation annotation_of(const struct parquet_column *column)
{
    switch (column->logical) {
    case PARQUET_STRING:
        return (struct annotation){0, 1};
    case PARQUET_DECIMAL:
        return (struct annotation){5, 5};
    case PARQUET_DATE:
        return (struct annotation){6, 6};
    case PARQUET_TIMESTAMP:
        return (struct annotation){10, 8};
    case PARQUET_PLAIN_BOOLEAN:
    case PARQUET_PLAIN_INTEGER:
        break;
    }
    return (struct annotation){-1, 0};
}

static void put_logical(struct thrift *thrift, const struct parquet_column *column, int member)
{
    thrift_struct(thrift, 10);
    thrift_struct(thrift, member);
    if (column->logical == PARQUET_DECIMAL) {
        thrift_i32(thrift, 1, column->scale);
        thrift_i32(thrift, 2, column->precision);
    }
    if (column->logical == PARQUET_TIMESTAMP) {
        thrift_bool(thrift, 1, true); /* isAdjustedToUTC */
        thrift_union(thrift, 2, 2);   /* microseconds */
    }
    thrift_end(thrift);
    thrift_end(thrift);
}

static void put_leaf(struct thrift *thrift, const struct parquet_column *column, size_t number)
{
    struct annotation annotation = annotation_of(column);
    thrift_item_struct(thrift);
    thrift_i32(thrift, 1, column->physical);
    if (column->physical == PARQUET_FIXED)
        thrift_i32(thrift, 2, PARQUET_FIXED_BYTES);
    thrift_i32(thrift, 3, column->required ? REQUIRED : OPTIONAL);
    thrift_text(thrift, 4, column->name);
    if (annotation.converted >= 0)
        thrift_i32(thrift, 6, annotation.converted);
    if (column->logical == PARQUET_DECIMAL) {
        thrift_i32(thrift, 7, column->scale);
        thrift_i32(thrift, 8, column->precision);
    }
    thrift_i32(thrift, 9, (int64_t)number);
    if (annotation.logical != 0)
        put_logical(thrift, column, annotation.logical);
    thrift_end(thrift);
}

static void put_schema(struct thrift *thrift, const struct footer *footer)
{
    thrift_list(thrift, 2, THRIFT_STRUCT, footer->n_columns + 1);
    thrift_item_struct(thrift);
    thrift_text(thrift, 4, KHO_TEXT("schema"));
    thrift_i32(thrift, 5, (int64_t)footer->n_columns);
    thrift_end(thrift);
    for (size_t i = 0; i < footer->n_columns; i++)
        put_leaf(thrift, &footer->columns[i], i + 1);
}

static void put_encodings(struct thrift *thrift, const struct chunk_facts *chunk)
{
    bool dictionary = chunk->dictionary_pages != 0;
    thrift_list(thrift, 2, THRIFT_I32, dictionary ? 3 : 2);
    thrift_item_i32(thrift, PARQUET_PLAIN);
    thrift_item_i32(thrift, PARQUET_RLE);
    if (dictionary)
        thrift_item_i32(thrift, PARQUET_RLE_DICTIONARY);
}

static void put_statistics(struct thrift *thrift, const struct chunk_facts *chunk)
{
    thrift_struct(thrift, 12);
    thrift_i64(thrift, 3, chunk->nulls);
    if (chunk->distinct != 0)
        thrift_i64(thrift, 4, chunk->distinct);
    if (chunk->bounded) {
        thrift_text(thrift, 5, chunk->max.bytes);
        thrift_text(thrift, 6, chunk->min.bytes);
        thrift_bool(thrift, 7, chunk->max.exact);
        thrift_bool(thrift, 8, chunk->min.exact);
    }
    thrift_end(thrift);
}

static void put_page_count(struct thrift *thrift, enum parquet_page type,
                           enum parquet_encoding encoding, int64_t count)
{
    thrift_item_struct(thrift);
    thrift_i32(thrift, 1, type);
    thrift_i32(thrift, 2, encoding);
    thrift_i32(thrift, 3, count);
    thrift_end(thrift);
}

static void put_page_counts(struct thrift *thrift, const struct chunk_facts *chunk)
{
    bool dictionary = chunk->dictionary_pages != 0, plain = chunk->plain_pages != 0;
    thrift_list(thrift, 13, THRIFT_STRUCT, (dictionary ? 2U : 0U) + (plain ? 1U : 0U));
    if (dictionary) {
        put_page_count(thrift, PARQUET_DICTIONARY_PAGE, PARQUET_PLAIN, 1);
        put_page_count(thrift, PARQUET_DATA_PAGE, PARQUET_RLE_DICTIONARY, chunk->dictionary_pages);
    }
    if (plain)
        put_page_count(thrift, PARQUET_DATA_PAGE, PARQUET_PLAIN, chunk->plain_pages);
}

static void put_chunk_facts(struct thrift *thrift, const struct parquet_column *column,
                            const struct chunk_facts *chunk)
{
    thrift_struct(thrift, 3);
    thrift_i32(thrift, 1, column->physical);
    put_encodings(thrift, chunk);
    thrift_list(thrift, 3, THRIFT_BINARY, 1);
    thrift_item_text(thrift, column->name);
    thrift_i32(thrift, 4, chunk->codec);
    thrift_i64(thrift, 5, chunk->n_values);
    thrift_i64(thrift, 6, chunk->raw_bytes);
    thrift_i64(thrift, 7, chunk->stored_bytes);
    thrift_i64(thrift, 9, chunk->offset + chunk->dictionary_bytes);
    if (chunk->dictionary_bytes != 0)
        thrift_i64(thrift, 11, chunk->offset);
    put_statistics(thrift, chunk);
    put_page_counts(thrift, chunk);
    thrift_end(thrift);
}

static void put_chunk(struct thrift *thrift, const struct footer *footer,
                      const struct group_facts *group, size_t i)
{
    thrift_item_struct(thrift);
    thrift_i64(thrift, 2, 0);
    put_chunk_facts(thrift, &footer->columns[i], &group->chunks[i]);
    thrift_i64(thrift, 4, group->offsets_offset[i]);
    thrift_i32(thrift, 5, group->offsets_bytes[i]);
    if (group->bounds_offset[i] != 0) {
        thrift_i64(thrift, 6, group->bounds_offset[i]);
        thrift_i32(thrift, 7, group->bounds_bytes[i]);
    }
    thrift_end(thrift);
}

static void put_sorting(struct thrift *thrift, const struct footer *footer)
{
    thrift_list(thrift, 4, THRIFT_STRUCT, footer->n_sorted);
    for (size_t i = 0; i < footer->n_sorted; i++) {
        thrift_item_struct(thrift);
        thrift_i32(thrift, 1, (int64_t)footer->sorted[i]);
        thrift_bool(thrift, 2, false); /* descending */
        thrift_bool(thrift, 3, false); /* nulls first */
        thrift_end(thrift);
    }
}

static void put_group(struct thrift *thrift, const struct footer *footer, size_t number)
{
    const struct group_facts *group = &footer->groups[number];
    int64_t raw_bytes = 0, stored_bytes = 0;
    thrift_item_struct(thrift);
    thrift_list(thrift, 1, THRIFT_STRUCT, footer->n_columns);
    for (size_t i = 0; i < footer->n_columns; i++) {
        put_chunk(thrift, footer, group, i);
        raw_bytes += group->chunks[i].raw_bytes;
        stored_bytes += group->chunks[i].stored_bytes;
    }
    thrift_i64(thrift, 2, raw_bytes);
    thrift_i64(thrift, 3, group->rows);
    if (footer->n_sorted != 0)
        put_sorting(thrift, footer);
    thrift_i64(thrift, 5, group->chunks[0].offset);
    thrift_i64(thrift, 6, stored_bytes);
    if (number <= INT16_MAX)
        thrift_i16(thrift, 7, (int64_t)number);
    thrift_end(thrift);
}

static void put_notes(struct thrift *thrift, const struct footer *footer)
{
    thrift_list(thrift, 5, THRIFT_STRUCT, footer->n_notes);
    for (size_t i = 0; i < footer->n_notes; i++) {
        thrift_item_struct(thrift);
        thrift_text(thrift, 1, kho_text_of(footer->notes[i].key));
        thrift_text(thrift, 2, footer->notes[i].value);
        thrift_end(thrift);
    }
}

/* TYPE_ORDER for each column: without it bounds mean nothing. */
static void put_orders(struct thrift *thrift, size_t n_columns)
{
    thrift_list(thrift, 7, THRIFT_STRUCT, n_columns);
    for (size_t i = 0; i < n_columns; i++) {
        thrift_item_struct(thrift);
        thrift_struct(thrift, 1);
        thrift_end(thrift);
        thrift_end(thrift);
    }
}

void footer_put(const struct footer *footer, struct kho_buf *out)
{
    struct thrift thrift;
    size_t start = out->len;
    int64_t rows = 0;
    for (size_t i = 0; i < footer->n_groups; i++)
        rows += footer->groups[i].rows;
    thrift_begin(&thrift, out);
    thrift_i32(&thrift, 1, 1);
    put_schema(&thrift, footer);
    thrift_i64(&thrift, 3, rows);
    thrift_list(&thrift, 4, THRIFT_STRUCT, footer->n_groups);
    for (size_t i = 0; i < footer->n_groups; i++)
        put_group(&thrift, footer, i);
    put_notes(&thrift, footer);
    thrift_text(&thrift, 6, KHO_TEXT(CREATED_BY));
    put_orders(&thrift, footer->n_columns);
    thrift_end(&thrift);
    size_t len = out->len - start;
    for (int i = 0; i < 4; i++)
        kho_buf_char(out, (char)(len >> (8 * i)));
    kho_buf_puts(out, PARQUET_MAGIC);
}
