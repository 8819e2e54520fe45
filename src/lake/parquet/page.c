/* A page as it stands in the file. */
#include "page.h"

#include <zlib.h>

#include "thrift.h"

static uint32_t crc_of(struct kho_text bytes)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)bytes.ptr, bytes.len);
}

void page_put(const struct page_header *page, struct kho_text stored, struct kho_buf *out)
{
    struct thrift thrift;
    thrift_begin(&thrift, out);
    thrift_i32(&thrift, 1, page->type);
    thrift_i32(&thrift, 2, page->raw_bytes);
    thrift_i32(&thrift, 3, (int64_t)stored.len);
    thrift_i32(&thrift, 4, (int32_t)crc_of(stored));
    if (page->type == PARQUET_DATA_PAGE) {
        thrift_struct(&thrift, 5);
        thrift_i32(&thrift, 1, page->n_values);
        thrift_i32(&thrift, 2, page->encoding);
        thrift_i32(&thrift, 3, PARQUET_RLE);
        thrift_i32(&thrift, 4, PARQUET_RLE);
    } else {
        thrift_struct(&thrift, 7);
        thrift_i32(&thrift, 1, page->n_values);
        thrift_i32(&thrift, 2, page->encoding);
    }
    thrift_end(&thrift);
    thrift_end(&thrift);
    kho_buf_text(out, stored);
}
