/* One file of a snapshot; what is in it is not looked at. */
#include "out.h"

#include <fcntl.h>

#define FILE_MODE 0640 /* personal data */

struct lake_out {
    const char *path;
    int fd;
    struct kho_sha256 *sha;
    int64_t size_bytes;
};

static void release(void *object)
{
    struct lake_out *out = object;
    kho_sha256_free(out->sha);
    if (out->fd >= 0)
        close(out->fd);
}

bool lake_out_open(struct kho_arena *arena, const char *path, struct lake_out **out,
                   struct kho_err *err)
{
    struct kho_sha256 *sha;
    KHO_TRY(kho_sha256_new(&sha, err));
    struct lake_out *made = kho_arena_alloc(arena, sizeof(*made));
    made->path = kho_arena_strdup(arena, path);
    made->sha = sha;
    made->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    int number = errno;
    kho_arena_defer(arena, release, made);
    errno = number;
    if (made->fd < 0)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot write '%s'", path);
    *out = made;
    return true;
}

bool lake_out_write(struct lake_out *out, struct kho_text bytes, struct kho_err *err)
{
    kho_sha256_update(out->sha, bytes.ptr, bytes.len);
    out->size_bytes += (int64_t)bytes.len;
    while (bytes.len != 0) {
        ssize_t wrote = write(out->fd, bytes.ptr, bytes.len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return kho_err_errno(err, KHO_ERR_FAILED, "cannot write '%s'", out->path);
        bytes.ptr += wrote;
        bytes.len -= (size_t)wrote;
    }
    return true;
}

int64_t lake_out_position(const struct lake_out *out)
{
    return out->size_bytes;
}

/* Writes down what the kernel still holds and drops it, so that reading again asks the disk. */
static bool make_durable(struct lake_out *out, struct kho_err *err)
{
    bool ok = fsync(out->fd) == 0;
    int number = errno;
    if (ok)
        (void)posix_fadvise(out->fd, 0, 0, POSIX_FADV_DONTNEED);
    if (close(out->fd) != 0 && ok) {
        number = errno;
        ok = false;
    }
    out->fd = -1;
    errno = number;
    return ok || kho_err_errno(err, KHO_ERR_FAILED, "cannot write '%s'", out->path);
}

bool lake_out_close(struct lake_out *out, struct lake_file_stats *stats, struct kho_err *err)
{
    KHO_TRY(make_durable(out, err));
    kho_sha256_finish(out->sha, stats->sha256);
    char read_sha256[KHO_SHA256_HEX_SIZE];
    KHO_TRY(kho_sha256_file(out->path, read_sha256, &stats->size_bytes, err));
    if (stats->size_bytes == out->size_bytes && strcmp(read_sha256, stats->sha256) == 0)
        return true;
    return kho_err_set(err, KHO_ERR_FAILED, "'%s' reads back other than it was written", out->path);
}
