/* Pages (parquet-format, DataPage v1 and DictionaryPage): header, CRC, compressed body. */
#ifndef LAKE_PARQUET_PAGE_H
#define LAKE_PARQUET_PAGE_H

#include "codec.h"

enum parquet_page { PARQUET_DATA_PAGE = 0, PARQUET_DICTIONARY_PAGE = 2 };

enum parquet_encoding {
    PARQUET_PLAIN = 0,
    PARQUET_PLAIN_DICTIONARY = 2, /* read only: the older name of RLE_DICTIONARY */
    PARQUET_RLE = 3,
    PARQUET_RLE_DICTIONARY = 8
};

struct page_header {
    enum parquet_page type;
    enum parquet_encoding encoding;
    int64_t raw_bytes;
    int64_t stored_bytes;
    int64_t n_values; /* NULLs included */
    bool has_crc;
    uint32_t crc; /* of the body as stored */
};

/* Appends a page whose body is stored as it stands; fills in its size and CRC. */
void page_put(const struct page_header *page, struct kho_text stored, struct kho_buf *out);

#endif
