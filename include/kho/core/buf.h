/*
 * A growing byte buffer with a mandatory maximum. Appending past the maximum drops the bytes and
 * sets `overflow`; the owner asks once, at the end, with kho_buf_check().
 */
#ifndef KHO_CORE_BUF_H
#define KHO_CORE_BUF_H

#include <kho/core/base.h>
#include <kho/core/err.h>
#include <kho/core/text.h>

struct kho_buf {
    char *data; /* NUL-terminated once something was appended */
    size_t len;
    size_t cap;
    size_t max_bytes;
    bool overflow;
};

void kho_buf_init(struct kho_buf *buf, size_t max_bytes);
void kho_buf_release(struct kho_buf *buf);
/* Empties the buffer and keeps its memory. */
void kho_buf_clear(struct kho_buf *buf);

void kho_buf_append(struct kho_buf *buf, const void *bytes, size_t len);
void kho_buf_text(struct kho_buf *buf, struct kho_text text);
void kho_buf_puts(struct kho_buf *buf, const char *string);
void kho_buf_char(struct kho_buf *buf, char c);
void kho_buf_printf(struct kho_buf *buf, const char *fmt, ...) KHO_PRINTF(2, 3);

/* Makes room for `len` bytes and returns where they go, or NULL past the maximum. The caller writes
 * there and then adds what it wrote to `buf->len`. */
char *kho_buf_reserve(struct kho_buf *buf, size_t len);

/* Returns the content; valid until the next append. */
struct kho_text kho_buf_as_text(const struct kho_buf *buf);
/* Returns the content as a C string, "" if nothing was appended. */
const char *kho_buf_cstr(const struct kho_buf *buf);

/* Fails with class FAILED, naming `what`, if something was dropped. */
KHO_MUST_USE bool kho_buf_check(const struct kho_buf *buf, const char *what, struct kho_err *err);

#endif
