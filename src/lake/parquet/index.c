/* ColumnIndex and OffsetIndex. */
#include "index.h"

#include "thrift.h"

enum { UNORDERED, ASCENDING, DESCENDING };

static int order_of(const struct page_index *index)
{
    if (!index->disordered[0])
        return ASCENDING;
    return !index->disordered[1] ? DESCENDING : UNORDERED;
}

void page_index_put_bounds(const struct page_index *index, struct kho_buf *out)
{
    struct thrift thrift;
    thrift_begin(&thrift, out);
    thrift_list(&thrift, 1, THRIFT_TRUE, index->count);
    for (size_t i = 0; i < index->count; i++)
        thrift_item_bool(&thrift, !index->pages[i].bounded);
    thrift_list(&thrift, 2, THRIFT_BINARY, index->count);
    for (size_t i = 0; i < index->count; i++)
        thrift_item_text(&thrift, index->pages[i].min);
    thrift_list(&thrift, 3, THRIFT_BINARY, index->count);
    for (size_t i = 0; i < index->count; i++)
        thrift_item_text(&thrift, index->pages[i].max);
    thrift_i32(&thrift, 4, order_of(index));
    thrift_list(&thrift, 5, THRIFT_I64, index->count);
    for (size_t i = 0; i < index->count; i++)
        thrift_item_i32(&thrift, index->pages[i].nulls);
    thrift_end(&thrift);
}

void page_index_put_offsets(const struct page_index *index, int64_t chunk_offset,
                            struct kho_buf *out)
{
    struct thrift thrift;
    thrift_begin(&thrift, out);
    thrift_list(&thrift, 1, THRIFT_STRUCT, index->count);
    for (size_t i = 0; i < index->count; i++) {
        thrift_item_struct(&thrift);
        thrift_i64(&thrift, 1, chunk_offset + index->pages[i].offset);
        thrift_i32(&thrift, 2, index->pages[i].size_bytes);
        thrift_i64(&thrift, 3, index->pages[i].first_row);
        thrift_end(&thrift);
    }
    thrift_end(&thrift);
}
