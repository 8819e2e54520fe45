/* Making and extending error values; texts that do not fit end in an ellipsis. */
#include <kho/core/err.h>

#include <signal.h>

#include <kho/core/interrupt.h>

static const struct {
    const char *word;
    int exit_code;
    bool retryable;
} classes[] = {
#define X(name, word, exit_code, retryable) [KHO_ERR_##name] = {word, exit_code, retryable},
    KHO_ERR_CLASSES(X)
#undef X
};

/* Between two characters: half a one is no UTF-8, and the ledger would not take it. */
static void mark_cut(char *message, size_t size, int len)
{
    if (len < 0 || (size_t)len < size)
        return;
    size_t at = size - 4;
    while (at != 0 && ((unsigned char)message[at] & 0xC0) == 0x80)
        at--;
    memcpy(message + at, "...", 4);
}

static KHO_PRINTF(3, 0) void put(char *message, size_t size, const char *fmt, va_list args)
{
    mark_cut(message, size, vsnprintf(message, size, fmt, args));
}

void kho_err_put(struct kho_err *err, enum kho_err_class class, const char *fmt, ...)
{
    char message[sizeof(err->message)];
    va_list args;
    va_start(args, fmt);
    put(message, sizeof(message), fmt, args);
    va_end(args);
    *err = (struct kho_err){.class = class};
    memcpy(err->message, message, sizeof(message));
}

void kho_err_put_errno(struct kho_err *err, enum kho_err_class class, const char *fmt, ...)
{
    int number = errno;
    char message[sizeof(err->message)];
    va_list args;
    va_start(args, fmt);
    put(message, sizeof(message), fmt, args);
    va_end(args);
    char reason[128];
    const char *word = strerror_r(number, reason, sizeof(reason));
    kho_err_put(err, class, "%s: %s", message, word);
}

void kho_err_put_context(struct kho_err *err, const char *fmt, ...)
{
    size_t len = strlen(err->message);
    size_t room = sizeof(err->message) - len;
    if (room <= 8)
        return;
    memcpy(err->message + len, ", ", 3);
    va_list args;
    va_start(args, fmt);
    put(err->message + len + 2, room - 2, fmt, args);
    va_end(args);
}

void kho_err_put_hint(struct kho_err *err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    put(err->hint, sizeof(err->hint), fmt, args);
    va_end(args);
}

const char *kho_err_word(enum kho_err_class class)
{
    return classes[class].word;
}

int kho_err_exit_code(enum kho_err_class class)
{
    if (class == KHO_ERR_INTERRUPTED && kho_interrupt_signal() == SIGTERM)
        return 143;
    return classes[class].exit_code;
}

bool kho_err_is_retryable(enum kho_err_class class)
{
    return classes[class].retryable;
}
