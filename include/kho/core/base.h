/*
 * What every file of kho stands on: compiler attributes, the early return, the check for our own
 * mistakes, and the C library calls that nobody here may use. Include it first.
 */
#ifndef KHO_CORE_BASE_H
#define KHO_CORE_BASE_H

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define KHO_VERSION "0.1.0"

#define KHO_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define KHO_MUST_USE __attribute__((warn_unused_result))
#define KHO_NORETURN __attribute__((noreturn))
#define KHO_LIKELY(x) __builtin_expect(!!(x), 1)
#define KHO_UNLIKELY(x) __builtin_expect(!!(x), 0)

#define KHO_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KHO_MIN(a, b) ((a) < (b) ? (a) : (b))
#define KHO_MAX(a, b) ((a) > (b) ? (a) : (b))

/* Returns false from the enclosing function as soon as `call` returns false. */
#define KHO_TRY(call)     \
    do {                  \
        if (!(call))      \
            return false; \
    } while (0)

/* Ends the process with the place and the reason. For mistakes of ours, never for input. */
#define KHO_BUG_IF(condition)                        \
    do {                                             \
        if (KHO_UNLIKELY(condition))                 \
            kho_bug(__FILE__, __LINE__, #condition); \
    } while (0)

KHO_NORETURN void kho_bug(const char *file, int line, const char *condition);

/* Reports that memory ran out and ends the process with exit code 1. An open transaction is
 * rolled back by its server, so nothing is half done. */
KHO_NORETURN void kho_out_of_memory(size_t bytes);

/* As malloc and realloc, but never NULL: they end the process through kho_out_of_memory(). */
KHO_MUST_USE void *kho_malloc(size_t bytes);
KHO_MUST_USE void *kho_realloc(void *old, size_t bytes);

#ifndef __cplusplus
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol atof
#pragma GCC poison localtime gmtime ctime asctime mktemp tmpnam gets
#endif

#endif
