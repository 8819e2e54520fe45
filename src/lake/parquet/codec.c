/* libzstd and zlib, a page at a time. */
#define ZLIB_CONST
#include "codec.h"

#include <zlib.h>
#include <zstd.h>

#define ZSTD_LEVEL 3
#define GZIP_LEVEL 6
#define GZIP_WINDOW (15 + 16) /* zlib's word for: 32 KB window, gzip header */
#define MEMORY_LEVEL 9

struct codec {
    ZSTD_CCtx *compress;
    ZSTD_DCtx *decompress;
};

static void release(void *object)
{
    struct codec *codec = object;
    ZSTD_freeCCtx(codec->compress);
    ZSTD_freeDCtx(codec->decompress);
}

struct codec *codec_new(struct kho_arena *arena)
{
    struct codec *codec = kho_arena_alloc(arena, sizeof(*codec));
    kho_arena_defer(arena, release, codec);
    return codec;
}

static bool too_large(struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_FAILED, "a page is too large");
}

static bool compress_zstd(struct codec *codec, struct kho_text bytes, struct kho_buf *out,
                          struct kho_err *err)
{
    if (codec->compress == NULL && (codec->compress = ZSTD_createCCtx()) == NULL)
        kho_out_of_memory(0);
    size_t bound = ZSTD_compressBound(bytes.len);
    char *room = kho_buf_reserve(out, bound);
    if (room == NULL)
        return too_large(err);
    size_t made = ZSTD_compressCCtx(codec->compress, room, bound, bytes.ptr, bytes.len, ZSTD_LEVEL);
    if (ZSTD_isError(made))
        kho_out_of_memory(bound); /* the only failure left with room for the worst case */
    out->len += made;
    return true;
}

static bool compress_gzip(struct kho_text bytes, struct kho_buf *out, struct kho_err *err)
{
    z_stream z = {0};
    int status =
        deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    if (status == Z_MEM_ERROR)
        kho_out_of_memory(0);
    KHO_BUG_IF(status != Z_OK);
    size_t bound = deflateBound(&z, bytes.len);
    char *room = kho_buf_reserve(out, bound);
    if (room == NULL || bytes.len > UINT32_MAX || bound > UINT32_MAX) {
        deflateEnd(&z);
        return too_large(err);
    }
    z.next_in = (const unsigned char *)bytes.ptr;
    z.avail_in = (unsigned)bytes.len;
    z.next_out = (unsigned char *)room;
    z.avail_out = (unsigned)bound;
    status = deflate(&z, Z_FINISH);
    KHO_BUG_IF(status != Z_STREAM_END);
    out->len += z.total_out;
    deflateEnd(&z);
    return true;
}

bool codec_compress(struct codec *codec, enum parquet_codec which, struct kho_text bytes,
                    struct kho_buf *out, struct kho_err *err)
{
    switch (which) {
    case PARQUET_ZSTD:
        return compress_zstd(codec, bytes, out, err);
    case PARQUET_GZIP:
        return compress_gzip(bytes, out, err);
    case PARQUET_UNCOMPRESSED:
        kho_buf_text(out, bytes);
        return !out->overflow || too_large(err);
    }
    return false;
}

static bool decompress_zstd(struct codec *codec, struct kho_text bytes, char *room, size_t len)
{
    if (codec->decompress == NULL && (codec->decompress = ZSTD_createDCtx()) == NULL)
        kho_out_of_memory(0);
    return ZSTD_decompressDCtx(codec->decompress, room, len, bytes.ptr, bytes.len) == len;
}

static bool decompress_gzip(struct kho_text bytes, char *room, size_t len)
{
    z_stream z = {0};
    int status = inflateInit2(&z, GZIP_WINDOW);
    if (status == Z_MEM_ERROR)
        kho_out_of_memory(0);
    KHO_BUG_IF(status != Z_OK);
    z.next_in = (const unsigned char *)bytes.ptr;
    z.avail_in = (unsigned)bytes.len;
    z.next_out = (unsigned char *)room;
    z.avail_out = (unsigned)len;
    bool ok = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_in == 0 && z.avail_out == 0;
    inflateEnd(&z);
    return ok;
}

bool codec_decompress(struct codec *codec, enum parquet_codec which, struct kho_text bytes,
                      struct kho_buf *out, size_t len)
{
    char *room = kho_buf_reserve(out, len);
    if (room == NULL || bytes.len > UINT32_MAX || len > UINT32_MAX)
        return false;
    bool ok = false;
    switch (which) {
    case PARQUET_ZSTD:
        ok = decompress_zstd(codec, bytes, room, len);
        break;
    case PARQUET_GZIP:
        ok = decompress_gzip(bytes, room, len);
        break;
    case PARQUET_UNCOMPRESSED:
        ok = bytes.len == len;
        if (ok && len != 0)
            memcpy(room, bytes.ptr, len);
        break;
    }
    out->len += ok ? len : 0;
    return ok;
}
