/* Compression of pages: zstd (RFC 8878), gzip (RFC 1952, one member), or none. */
#ifndef LAKE_PARQUET_CODEC_H
#define LAKE_PARQUET_CODEC_H

#include <kho/core/arena.h>
#include <kho/core/buf.h>

enum parquet_codec { PARQUET_UNCOMPRESSED = 0, PARQUET_GZIP = 2, PARQUET_ZSTD = 6 };

/* What compressing or decompressing keeps from page to page. */
struct codec;

struct codec *codec_new(struct kho_arena *arena);

/* Appends `bytes` compressed. FAILED if the buffer's maximum is passed. */
KHO_MUST_USE bool codec_compress(struct codec *codec, enum parquet_codec which,
                                 struct kho_text bytes, struct kho_buf *out, struct kho_err *err);

/* Appends what `bytes` holds, which must be exactly `len` bytes; false if it is not. */
KHO_MUST_USE bool codec_decompress(struct codec *codec, enum parquet_codec which,
                                   struct kho_text bytes, struct kho_buf *out, size_t len);

#endif
