/* Lines on stderr. */
#include <kho/core/log.h>

#include <kho/core/progress.h>

static enum kho_log_level level = KHO_LOG_NORMAL;

void kho_log_set_level(enum kho_log_level chosen)
{
    level = chosen;
}

enum kho_log_level kho_log_level(void)
{
    return level;
}

static KHO_PRINTF(2, 0) void line(const char *prefix, const char *fmt, va_list args)
{
    kho_progress_wipe();
    flockfile(stderr);
    fputs(prefix, stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void kho_log_info(const char *fmt, ...)
{
    if (level < KHO_LOG_NORMAL)
        return;
    va_list args;
    va_start(args, fmt);
    line("", fmt, args);
    va_end(args);
}

void kho_log_detail(const char *fmt, ...)
{
    if (level < KHO_LOG_VERBOSE)
        return;
    va_list args;
    va_start(args, fmt);
    line("", fmt, args);
    va_end(args);
}

void kho_log_warning(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    line("kho: warning: ", fmt, args);
    va_end(args);
}

static KHO_PRINTF(2, 3) void line_of(const char *prefix, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    line(prefix, fmt, args);
    va_end(args);
}

void kho_log_error(const struct kho_err *err)
{
    line_of("kho: error: ", "%s", err->message);
    if (err->hint[0] != '\0')
        line_of("HINT: ", "%s", err->hint);
}
