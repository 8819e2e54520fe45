/* Text as {ptr, len}: any bytes, not NUL-terminated, not owned. A NULL pointer is SQL's NULL, an
 * empty text has a pointer and no length. */
#ifndef KHO_CORE_TEXT_H
#define KHO_CORE_TEXT_H

#include <kho/core/base.h>

struct kho_text {
    const char *ptr;
    size_t len;
};

#define KHO_TEXT(literal) ((struct kho_text){(literal), sizeof(literal) - 1})
#define KHO_TEXT_NULL ((struct kho_text){NULL, 0})
/* For printf's %.*s; shows at most INT_MAX bytes. */
#define KHO_TEXT_ARGS(text) (int)(text).len, ((text).ptr != NULL ? (text).ptr : "")

static inline struct kho_text kho_text_of(const char *string)
{
    return (struct kho_text){string, string != NULL ? strlen(string) : 0};
}

static inline bool kho_text_is_null(struct kho_text text)
{
    return text.ptr == NULL;
}

/* NULL equals nothing but NULL. */
static inline bool kho_text_eq(struct kho_text a, struct kho_text b)
{
    if (a.ptr == NULL || b.ptr == NULL)
        return a.ptr == b.ptr;
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool kho_text_eq_cstr(struct kho_text a, const char *b)
{
    return kho_text_eq(a, kho_text_of(b));
}

/* Orders by bytes, shorter first, NULL before all. */
int kho_text_compare(struct kho_text a, struct kho_text b);

/* Returns whether `text` begins with / ends in `part`. */
bool kho_text_starts(struct kho_text text, struct kho_text part);
bool kho_text_ends(struct kho_text text, struct kho_text part);

/* Drops ASCII white space at both ends. */
struct kho_text kho_text_trim(struct kho_text text);

/* Cuts `*rest` at the first `separator` and returns the part before it; at the end of the text
 * returns all of it and sets `*rest` to NULL. Loop while `rest.ptr != NULL`. */
struct kho_text kho_text_cut(struct kho_text *rest, char separator);

/* Parses a whole text as a decimal integer, sign allowed. False if it is anything else or too
 * large. */
KHO_MUST_USE bool kho_text_to_int(struct kho_text text, int64_t *value);

/* Returns the candidate nearest to `word` by edit distance (insert, delete, replace, swap), or NULL
 * if none is near enough to be meant ("did you mean"). `count` candidates, NULL entries skipped. */
const char *kho_text_nearest(struct kho_text word, const char *const *candidates, size_t count);

#endif
