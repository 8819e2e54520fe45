/*
 * Lines on stderr for the person who runs kho. Results go to stdout and are not logged; errors are
 * logged once, at the top. No record's value and no secret is ever passed in here.
 */
#ifndef KHO_CORE_LOG_H
#define KHO_CORE_LOG_H

#include <kho/core/base.h>
#include <kho/core/err.h>

enum kho_log_level { KHO_LOG_QUIET, KHO_LOG_NORMAL, KHO_LOG_VERBOSE };

/* Chooses what is shown: -q only errors, -v also details. Process-wide, set once at start. */
void kho_log_set_level(enum kho_log_level level);
enum kho_log_level kho_log_level(void);

/* Print one line each; they first wipe a live progress line. */
void kho_log_info(const char *fmt, ...) KHO_PRINTF(1, 2);
void kho_log_detail(const char *fmt, ...) KHO_PRINTF(1, 2);
void kho_log_warning(const char *fmt, ...) KHO_PRINTF(1, 2);

/* Prints `kho: error: <message>` and, if there is one, `HINT: <hint>`. */
void kho_log_error(const struct kho_err *err);

#endif
