/* Finds what must not be shown of a line of configuration: passwords and what looks like one. */
#ifndef KHO_CONFIG_MASK_H
#define KHO_CONFIG_MASK_H

#include <kho/core/text.h>

struct kho_span {
    size_t begin;
    size_t end;
};

/* Returns the first bytes of `line` that may be a secret; begin == end == line.len if there are
 * none: the value behind `password:` or `password=` (also misspelt) to the end of the line, and
 * what stands between `://user:` and `@`. `${env:...}` and `${file:...}` are no secrets. */
struct kho_span kho_mask_find(struct kho_text line);

/* Returns whether the line that begins at `line_start` of a file continues the value of a key such
 * as `password:` of an earlier line: then it must not be shown at all. */
bool kho_mask_hides(const char *text, size_t line_start);

/* Returns whether a connection (a URL or libpq conninfo) has a password in it. */
bool kho_mask_has_password(struct kho_text connection);

#endif
