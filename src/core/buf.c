/* The growing byte buffer; doubles until its maximum. */
#include <kho/core/buf.h>

void kho_buf_init(struct kho_buf *buf, size_t max_bytes)
{
    *buf = (struct kho_buf){.max_bytes = max_bytes};
}

void kho_buf_release(struct kho_buf *buf)
{
    free(buf->data);
    *buf = (struct kho_buf){.max_bytes = buf->max_bytes};
}

void kho_buf_clear(struct kho_buf *buf)
{
    buf->len = 0;
    buf->overflow = false;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

char *kho_buf_reserve(struct kho_buf *buf, size_t len)
{
    if (len > buf->max_bytes - KHO_MIN(buf->len, buf->max_bytes)) {
        buf->overflow = true;
        return NULL;
    }
    size_t needed = buf->len + len + 1;
    if (needed > buf->cap) {
        size_t cap = KHO_MAX(buf->cap, 128);
        while (cap < needed)
            cap *= 2;
        buf->data = kho_realloc(buf->data, cap);
        buf->cap = cap;
    }
    return buf->data + buf->len;
}

void kho_buf_append(struct kho_buf *buf, const void *bytes, size_t len)
{
    char *room = kho_buf_reserve(buf, len);
    if (room == NULL)
        return;
    if (len != 0)
        memcpy(room, bytes, len);
    room[len] = '\0';
    buf->len += len;
}

void kho_buf_text(struct kho_buf *buf, struct kho_text text)
{
    kho_buf_append(buf, text.ptr, text.len);
}

void kho_buf_puts(struct kho_buf *buf, const char *string)
{
    kho_buf_append(buf, string, strlen(string));
}

void kho_buf_char(struct kho_buf *buf, char c)
{
    kho_buf_append(buf, &c, 1);
}

KHO_PRINTF(2, 0)
static void append_formatted(struct kho_buf *buf, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    char *room = len < 0 ? NULL : kho_buf_reserve(buf, (size_t)len);
    if (room != NULL) {
        vsnprintf(room, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

void kho_buf_printf(struct kho_buf *buf, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    append_formatted(buf, fmt, args);
    va_end(args);
}

struct kho_text kho_buf_as_text(const struct kho_buf *buf)
{
    return (struct kho_text){kho_buf_cstr(buf), buf->len};
}

const char *kho_buf_cstr(const struct kho_buf *buf)
{
    return buf->len != 0 ? buf->data : "";
}

bool kho_buf_check(const struct kho_buf *buf, const char *what, struct kho_err *err)
{
    if (!buf->overflow)
        return true;
    return kho_err_set(err, KHO_ERR_FAILED, "%s is larger than %zu bytes", what, buf->max_bytes);
}
