/*
 * The error value: last parameter of every function that can fail, untouched on success.
 * A message has its cause first, then a context a level: `permission denied for table nhan_khau,
 * reading civil.public.nhan_khau, in job population_civil`. A hint names the one next step.
 * Messages never hold a secret or a value of a record.
 */
#ifndef KHO_CORE_ERR_H
#define KHO_CORE_ERR_H

#include <kho/core/base.h>

/* X(name, word, exit code, worth a retry) */
#define KHO_ERR_CLASSES(X)                     \
    X(NONE, "ok", 0, false)                    \
    X(FAILED, "failed", 1, false)              \
    X(USAGE, "usage", 2, false)                \
    X(CONFIG, "configuration", 2, false)       \
    X(LIMIT, "stopped by a limit", 4, false)   \
    X(UNREACHABLE, "unreachable", 5, true)     \
    X(BUSY, "already running", 6, false)       \
    X(VERIFY, "verification failed", 7, false) \
    X(LATE, "late", 8, false)                  \
    X(INTERRUPTED, "interrupted", 130, false)

enum kho_err_class {
#define X(name, word, exit_code, retryable) KHO_ERR_##name,
    KHO_ERR_CLASSES(X)
#undef X
};

struct kho_err {
    enum kho_err_class class;
    char sqlstate[6]; /* five characters where a PostgreSQL server spoke, else "" */
    char message[1024];
    char hint[384];
};

void kho_err_put(struct kho_err *err, enum kho_err_class class, const char *fmt, ...)
    KHO_PRINTF(3, 4);
void kho_err_put_errno(struct kho_err *err, enum kho_err_class class, const char *fmt, ...)
    KHO_PRINTF(3, 4);
void kho_err_put_context(struct kho_err *err, const char *fmt, ...) KHO_PRINTF(2, 3);
void kho_err_put_hint(struct kho_err *err, const char *fmt, ...) KHO_PRINTF(2, 3);

/* What the macros below return: an inline function, so that the compiler knows it to be false. */
static inline bool kho_err_false(void)
{
    return false;
}

/* kho_err_set(err, class, fmt, ...) sets class and message and is false, so that
 * `return kho_err_set(...)` is the failing return. */
#define kho_err_set(...) (kho_err_put(__VA_ARGS__), kho_err_false())

/* As kho_err_set() with `: strerror(errno)` behind the message. */
#define kho_err_errno(...) (kho_err_put_errno(__VA_ARGS__), kho_err_false())

/* kho_err_context(err, fmt, ...) appends `, <context>` to the message; false. */
#define kho_err_context(...) (kho_err_put_context(__VA_ARGS__), kho_err_false())

/* kho_err_hint(err, fmt, ...) sets the hint; false. */
#define kho_err_hint(...) (kho_err_put_hint(__VA_ARGS__), kho_err_false())

/* Returns the class's word, the process's exit code for it (143 instead of 130 when the signal was
 * SIGTERM), and whether waiting and trying again can help. */
const char *kho_err_word(enum kho_err_class class);
int kho_err_exit_code(enum kho_err_class class);
bool kho_err_is_retryable(enum kho_err_class class);

#endif
