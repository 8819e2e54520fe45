/* Deflate by zlib into a file, with the file's hash; what is in the file is not looked at. */
#define ZLIB_CONST
#include "gzip.h"

#include <fcntl.h>
#include <zlib.h>

#define LEVEL 4               /* 2.5 times as fast as 6, for files 5 % larger */
#define GZIP_WINDOW (15 + 16) /* zlib's word for: 32 KB window, gzip header */
#define MEMORY_LEVEL 9
#define OS_UNKNOWN 255
#define OUT_BYTES ((size_t)64 * 1024)
#define FILE_MODE 0640 /* personal data */

struct lake_gzip {
    const char *path;
    int fd;
    z_stream deflate;
    gz_header header;
    struct kho_sha256 *sha;
    int64_t size_bytes;
    unsigned char out[OUT_BYTES];
};

static void release(void *object)
{
    struct lake_gzip *gzip = object;
    deflateEnd(&gzip->deflate);
    kho_sha256_free(gzip->sha);
    if (gzip->fd >= 0)
        close(gzip->fd);
}

static void begin_stream(struct lake_gzip *gzip)
{
    int status = deflateInit2(&gzip->deflate, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
                              Z_DEFAULT_STRATEGY);
    if (status == Z_MEM_ERROR)
        kho_out_of_memory(0);
    KHO_BUG_IF(status != Z_OK);
    gzip->header = (gz_header){.os = OS_UNKNOWN};
    status = deflateSetHeader(&gzip->deflate, &gzip->header);
    KHO_BUG_IF(status != Z_OK);
}

bool lake_gzip_open(struct kho_arena *arena, const char *path, struct lake_gzip **gzip,
                    struct kho_err *err)
{
    struct kho_sha256 *sha;
    KHO_TRY(kho_sha256_new(&sha, err));
    struct lake_gzip *made = kho_arena_alloc(arena, sizeof(*made));
    made->path = kho_arena_strdup(arena, path);
    made->sha = sha;
    begin_stream(made);
    made->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    int number = errno;
    kho_arena_defer(arena, release, made);
    errno = number;
    if (made->fd < 0)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot write '%s'", path);
    *gzip = made;
    return true;
}

static bool write_out(struct lake_gzip *gzip, size_t len, struct kho_err *err)
{
    kho_sha256_update(gzip->sha, gzip->out, len);
    gzip->size_bytes += (int64_t)len;
    const unsigned char *at = gzip->out;
    while (len != 0) {
        ssize_t wrote = write(gzip->fd, at, len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return kho_err_errno(err, KHO_ERR_FAILED, "cannot write '%s'", gzip->path);
        at += wrote;
        len -= (size_t)wrote;
    }
    return true;
}

static bool deflate_on(struct lake_gzip *gzip, struct kho_text bytes, int flush,
                       struct kho_err *err)
{
    KHO_BUG_IF(bytes.len > UINT32_MAX);
    z_stream *z = &gzip->deflate;
    z->next_in = (const unsigned char *)bytes.ptr;
    z->avail_in = (unsigned)bytes.len;
    do {
        z->next_out = gzip->out;
        z->avail_out = OUT_BYTES;
        int status = deflate(z, flush);
        KHO_BUG_IF(status == Z_STREAM_ERROR);
        KHO_TRY(write_out(gzip, OUT_BYTES - z->avail_out, err));
    } while (z->avail_out == 0);
    return true;
}

bool lake_gzip_write(struct lake_gzip *gzip, struct kho_text bytes, struct kho_err *err)
{
    return bytes.len == 0 || deflate_on(gzip, bytes, Z_NO_FLUSH, err);
}

/* Writes down what the kernel still holds and drops it, so that reading again asks the disk. */
static bool make_durable(struct lake_gzip *gzip, struct kho_err *err)
{
    bool ok = fsync(gzip->fd) == 0;
    int number = errno;
    if (ok)
        (void)posix_fadvise(gzip->fd, 0, 0, POSIX_FADV_DONTNEED);
    if (close(gzip->fd) != 0 && ok) {
        number = errno;
        ok = false;
    }
    gzip->fd = -1;
    errno = number;
    return ok || kho_err_errno(err, KHO_ERR_FAILED, "cannot write '%s'", gzip->path);
}

bool lake_gzip_close(struct lake_gzip *gzip, struct lake_gzip_stats *stats, struct kho_err *err)
{
    KHO_TRY(deflate_on(gzip, KHO_TEXT(""), Z_FINISH, err));
    KHO_TRY(make_durable(gzip, err));
    kho_sha256_finish(gzip->sha, stats->sha256);
    char read_sha256[KHO_SHA256_HEX_SIZE];
    KHO_TRY(kho_sha256_file(gzip->path, read_sha256, &stats->size_bytes, err));
    if (stats->size_bytes == gzip->size_bytes && strcmp(read_sha256, stats->sha256) == 0)
        return true;
    return kho_err_set(err, KHO_ERR_FAILED, "'%s' reads back other than it was written",
                       gzip->path);
}
