/*
 * Problems found in configuration, all in one go. Each is shown as
 *     etl/jobs/a.yaml:4:7: error: unknown key 'form'; did you mean 'from'?
 *         form: civil.public.nhan_khau
 *         ^
 * At most KHO_DIAG_MAX are kept; the rest is counted.
 */
#ifndef KHO_CONFIG_DIAG_H
#define KHO_CONFIG_DIAG_H

#include <kho/core/arena.h>
#include <kho/core/buf.h>
#include <kho/core/err.h>

#define KHO_DIAG_MAX 100

/* A place in a file: line and column count from 1, columns in characters (not bytes); 0 = unknown.
 * `file` is the path as shown, relative to the project. `text` is the whole file's content (for the
 * line that is shown) or NULL. Both live as long as the project. */
struct kho_pos {
    const char *file;
    const char *text;
    int line;
    int column;
};

struct kho_diag {
    struct kho_pos pos;
    bool warning; /* shown, but no reason to fail */
    const char *message;
};

struct kho_diags {
    struct kho_arena *arena;
    struct kho_diag *items;
    size_t count;
    size_t errors; /* all errors found, also those not kept */
    size_t warnings;
};

void kho_diags_init(struct kho_diags *diags, struct kho_arena *arena);
void kho_diag_error(struct kho_diags *diags, struct kho_pos pos, const char *fmt, ...)
    KHO_PRINTF(3, 4);
void kho_diag_warning(struct kho_diags *diags, struct kho_pos pos, const char *fmt, ...)
    KHO_PRINTF(3, 4);

/* Returns `; did you mean 'x'?` in the arena, or "" when no candidate is near `word`. */
const char *kho_diag_suggest(struct kho_diags *diags, struct kho_text word,
                             const char *const *candidates, size_t count);

/* Writes all of them, ordered by file, line and column, as shown above. */
void kho_diags_show(const struct kho_diags *diags, struct kho_buf *out);

/* Fails with class CONFIG (`N errors in the configuration`) if there are errors. */
KHO_MUST_USE bool kho_diags_check(const struct kho_diags *diags, struct kho_err *err);

#endif
