/*
 * One CSV.gz file of a snapshot, read once: the bytes go to the hash and through inflate to the CSV
 * check. When the content is wrong the rest is still hashed, because a wrong hash explains it
 * better.
 */
#define ZLIB_CONST
#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include <kho/core/hash.h>
#include <kho/core/interrupt.h>

#include "verify.h"

#define GZIP_WINDOW (15 + 16) /* zlib's word for: gzip header and trailer only */
#define CHUNK_BYTES ((size_t)64 * 1024)

struct reading {
    const struct lake_listed *file;
    int fd;
    struct kho_sha256 *sha;
    int64_t size_bytes;
    z_stream inflate;
    bool ended; /* the gzip stream */
    struct lake_csv_check *csv;
    bool content_wrong; /* as `why` says */
    struct kho_err why;
    unsigned char in[CHUNK_BYTES];
    char out[CHUNK_BYTES];
};

static void release(void *object)
{
    struct reading *reading = object;
    inflateEnd(&reading->inflate);
    kho_sha256_free(reading->sha);
    close(reading->fd);
}

static bool wrong(const struct reading *reading, const char *what, struct kho_err *err)
{
    return kho_err_set(err, KHO_ERR_VERIFY, "%s: %s", reading->file->path, what);
}

bool lake_listed_open(int dir_fd, const struct lake_listed *file, int *fd, struct kho_err *err)
{
    struct stat st;
    if (fstatat(dir_fd, file->path, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? kho_err_set(err, KHO_ERR_VERIFY, "%s: is missing", file->path)
                               : kho_err_errno(err, KHO_ERR_FAILED, "cannot open '%s'", file->path);
    if (!S_ISREG(st.st_mode))
        return kho_err_set(err, KHO_ERR_VERIFY, "%s: is no regular file", file->path);
    if (st.st_size != file->size_bytes)
        return kho_err_set(err, KHO_ERR_VERIFY, "%s: has %jd bytes, the manifest says %" PRId64,
                           file->path, (intmax_t)st.st_size, file->size_bytes);
    *fd = openat(dir_fd, file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return *fd >= 0 || kho_err_errno(err, KHO_ERR_FAILED, "cannot open '%s'", file->path);
}

static bool begin(struct kho_arena *arena, int dir_fd, const struct lake_listed *file,
                  struct reading **reading, struct kho_err *err)
{
    int fd = -1;
    struct kho_sha256 *sha;
    KHO_TRY(kho_sha256_new(&sha, err));
    if (!lake_listed_open(dir_fd, file, &fd, err)) {
        kho_sha256_free(sha);
        return false;
    }
    struct reading *made = kho_arena_alloc(arena, sizeof(*made));
    made->file = file;
    made->fd = fd;
    made->sha = sha;
    made->csv = lake_csv_check_new(arena, file);
    int status = inflateInit2(&made->inflate, GZIP_WINDOW);
    if (status == Z_MEM_ERROR)
        kho_out_of_memory(0);
    KHO_BUG_IF(status != Z_OK);
    kho_arena_defer(arena, release, made);
    *reading = made;
    return true;
}

/* Inflates once: at most one piece of output, checked. */
static bool inflate_piece(struct reading *reading, struct kho_err *err)
{
    z_stream *z = &reading->inflate;
    z->next_out = (unsigned char *)reading->out;
    z->avail_out = CHUNK_BYTES;
    int status = inflate(z, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR)
        kho_out_of_memory(0);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return wrong(reading, "the gzip stream is broken", err);
    reading->ended = status == Z_STREAM_END;
    struct kho_text piece = {reading->out, CHUNK_BYTES - z->avail_out};
    return lake_csv_check_feed(reading->csv, piece, err);
}

static bool check_content(struct reading *reading, size_t len, struct kho_err *err)
{
    z_stream *z = &reading->inflate;
    z->next_in = reading->in;
    z->avail_in = (unsigned)len;
    do {
        if (reading->ended)
            return wrong(reading, "goes on behind the end of the gzip stream", err);
        KHO_TRY(kho_interrupt_check(err));
        KHO_TRY(inflate_piece(reading, err));
    } while (z->avail_in != 0 || (z->avail_out == 0 && !reading->ended));
    return true;
}

static bool read_chunk(struct reading *reading, size_t *len, struct kho_err *err)
{
    ssize_t got;
    do {
        KHO_TRY(kho_interrupt_check(err));
        got = read(reading->fd, reading->in, CHUNK_BYTES);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot read '%s'", reading->file->path);
    *len = (size_t)got;
    return true;
}

static bool read_all(struct reading *reading, struct kho_err *err)
{
    size_t len;
    KHO_TRY(read_chunk(reading, &len, err));
    while (len != 0) {
        kho_sha256_update(reading->sha, reading->in, len);
        reading->size_bytes += (int64_t)len;
        if (reading->size_bytes > reading->file->size_bytes)
            return wrong(reading, "grows while it is read", err);
        if (!reading->content_wrong)
            reading->content_wrong = !check_content(reading, len, &reading->why);
        KHO_TRY(read_chunk(reading, &len, err));
    }
    return true;
}

static bool check_hash(struct reading *reading, struct kho_err *err)
{
    char sha256[KHO_SHA256_HEX_SIZE];
    kho_sha256_finish(reading->sha, sha256);
    if (strcmp(sha256, reading->file->sha256) != 0)
        return kho_err_set(err, KHO_ERR_VERIFY, "%s: sha256 is %s, the manifest says %s",
                           reading->file->path, sha256, reading->file->sha256);
    return true;
}

static bool judge(struct reading *reading, struct kho_err *err)
{
    KHO_TRY(check_hash(reading, err));
    if (reading->content_wrong) {
        *err = reading->why;
        return false;
    }
    if (!reading->ended)
        return wrong(reading, "the gzip stream is cut off", err);
    return lake_csv_check_end(reading->csv, err);
}

bool lake_file_verify(int dir_fd, const struct lake_listed *file, struct kho_err *err)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct reading *reading;
    bool ok =
        begin(arena, dir_fd, file, &reading, err) && read_all(reading, err) && judge(reading, err);
    kho_arena_free(arena);
    return ok;
}
