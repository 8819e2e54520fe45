/* zlib reads plain files as well as packed ones; what it does not say is asked for here. */
#include "stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include <kho/core/utf8.h>

#define WIDE_ROOM 65536

struct csv_stream {
    const char *path;
    int fd; /* gz's */
    gzFile gz;
    enum csv_units units;
    bool begun;
    uint32_t high; /* the first half of a pair; 0 = none */
    unsigned char *wide;
    size_t n_wide; /* bytes left over in `wide` */
};

static bool check_file(const struct csv_stream *stream, struct kho_err *err)
{
    struct stat info;
    if (fstat(stream->fd, &info) != 0)
        return kho_err_errno(err, KHO_ERR_UNREACHABLE, "cannot look at '%s'", stream->path);
    if (!S_ISREG(info.st_mode))
        return kho_err_set(err, KHO_ERR_UNREACHABLE, "'%s' is no file", stream->path);
    return true;
}

static bool is_packed_by_name(const char *path)
{
    return kho_text_ends(kho_text_of(path), KHO_TEXT(".gz"));
}

bool csv_stream_open(const char *path, enum csv_units units, struct csv_stream **stream,
                     struct kho_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return kho_err_errno(err, KHO_ERR_UNREACHABLE, "cannot open '%s'", path);
    struct csv_stream *made = kho_malloc(sizeof(*made));
    *made = (struct csv_stream){.path = path, .fd = fd, .units = units};
    made->gz = gzdopen(fd, "rb");
    if (made->gz == NULL)
        kho_out_of_memory(sizeof(*made));
    (void)gzbuffer(made->gz, 128 * 1024);
    made->wide = kho_malloc(WIDE_ROOM);
    *stream = made;
    KHO_TRY(check_file(made, err));
    if (is_packed_by_name(path) && gzdirect(made->gz) != 0)
        return kho_err_set(err, KHO_ERR_FAILED, "'%s' is not gzip data, as its name says", path);
    return true;
}

void csv_stream_close(struct csv_stream *stream)
{
    if (stream == NULL)
        return;
    (void)gzclose(stream->gz);
    free(stream->wide);
    free(stream);
}

bool csv_stream_stamp(const struct csv_stream *stream, struct csv_stamp *stamp, struct kho_err *err)
{
    struct stat info;
    if (fstat(stream->fd, &info) != 0)
        return kho_err_errno(err, KHO_ERR_UNREACHABLE, "cannot look at '%s'", stream->path);
    stamp->size_bytes = info.st_size;
    stamp->changed_ns = info.st_mtim.tv_sec * INT64_C(1000000000) + info.st_mtim.tv_nsec;
    return true;
}

static bool read_bytes(struct csv_stream *stream, void *out, size_t max, size_t *got,
                       struct kho_err *err)
{
    int n = gzread(stream->gz, out, (unsigned)KHO_MIN(max, (size_t)1 << 30));
    int state;
    const char *why = gzerror(stream->gz, &state);
    *got = n > 0 ? (size_t)n : 0;
    if (state == Z_BUF_ERROR && *got == 0)
        return kho_err_set(err, KHO_ERR_UNREACHABLE, "the gzip data of '%s' end too soon",
                           stream->path);
    if (n >= 0)
        return true;
    if (state == Z_ERRNO)
        return kho_err_errno(err, KHO_ERR_UNREACHABLE, "cannot read '%s'", stream->path);
    return kho_err_set(err, KHO_ERR_FAILED, "'%s' cannot be unpacked: %s", stream->path, why);
}

static uint32_t unit_at(const struct csv_stream *stream, size_t at)
{
    const unsigned char *byte = stream->wide + at;
    return stream->units == CSV_UTF16_LE ? (uint32_t)(byte[0] | byte[1] << 8)
                                         : (uint32_t)(byte[1] | byte[0] << 8);
}

/* Writes a unit's character; half a pair without the other half becomes bytes that are no UTF-8, so
 * that its cell is rejected and nothing else. */
static size_t put_unit(struct csv_stream *stream, uint32_t unit, char *out)
{
    uint32_t high = stream->high;
    bool is_low = unit >= 0xDC00 && unit < 0xE000;
    size_t len = 0;
    stream->high = 0;
    if (high != 0 && is_low)
        return kho_utf8_put(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00), out);
    if (high != 0)
        out[len++] = '\xFF';
    if (unit >= 0xD800 && unit < 0xDC00)
        stream->high = unit;
    else if (is_low)
        out[len++] = '\xFF';
    else
        len += kho_utf8_put(unit, out + len);
    return len;
}

static bool read_wide(struct csv_stream *stream, char *out, size_t max, size_t *got,
                      struct kho_err *err)
{
    size_t n;
    size_t room = KHO_MIN(WIDE_ROOM, max / 2) - stream->n_wide; /* 2 bytes become 4 at most */
    KHO_TRY(read_bytes(stream, stream->wide + stream->n_wide, room, &n, err));
    *got = 0;
    n += stream->n_wide;
    if (n == 0 && stream->high != 0) {
        out[(*got)++] = '\xFF';
        stream->high = 0;
    }
    if (n == 1)
        return kho_err_set(err, KHO_ERR_FAILED, "'%s' ends within a character", stream->path);
    for (size_t at = 0; at + 1 < n; at += 2)
        *got += put_unit(stream, unit_at(stream, at), out + *got);
    stream->n_wide = n % 2;
    if (stream->n_wide != 0)
        stream->wide[0] = stream->wide[n - 1];
    return true;
}

/* The first bytes may say what the others are. */
static bool pass_mark(struct csv_stream *stream, struct kho_err *err)
{
    unsigned char mark[3];
    size_t n;
    KHO_TRY(read_bytes(stream, mark, sizeof(mark), &n, err));
    size_t length = 0;
    if (n == 3 && memcmp(mark, "\xEF\xBB\xBF", 3) == 0) {
        stream->units = CSV_BYTES;
        length = 3;
    } else if (n >= 2 && memcmp(mark, "\xFF\xFE", 2) == 0) {
        stream->units = CSV_UTF16_LE;
        length = 2;
    } else if (n >= 2 && memcmp(mark, "\xFE\xFF", 2) == 0) {
        stream->units = CSV_UTF16_BE;
        length = 2;
    }
    stream->n_wide = n - length;
    memcpy(stream->wide, mark + length, stream->n_wide);
    stream->begun = true;
    return true;
}

bool csv_stream_read(struct csv_stream *stream, char *out, size_t max, size_t *got,
                     struct kho_err *err)
{
    if (!stream->begun)
        KHO_TRY(pass_mark(stream, err));
    if (stream->units != CSV_BYTES)
        return read_wide(stream, out, max, got, err);
    size_t held = stream->n_wide;
    memcpy(out, stream->wide, held);
    stream->n_wide = 0;
    KHO_TRY(read_bytes(stream, out + held, max - held, got, err));
    *got += held;
    return true;
}
