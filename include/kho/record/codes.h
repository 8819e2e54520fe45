/*
 * Code lists: schemas/codes/<list>.csv, RFC 4180, UTF-8, with a header row. The columns `code` and
 * `name` are required; `parent`, `level`, `valid_from`, `valid_to`, `became` (see codes_history.h),
 * `note` are plain facts; each other column is a *system*: how that department writes the code,
 * several spellings separated by `|`. Rows with `valid_to` have ended: only codes_history.h finds
 * them.
 */
#ifndef KHO_RECORD_CODES_H
#define KHO_RECORD_CODES_H

#include <kho/config/diag.h>
#include <kho/core/hash.h>

struct kho_codes {
    struct kho_text name; /* sex */
    const char *file;
    struct kho_text *header; /* column names of the file */
    size_t n_columns;
    struct kho_text *cells; /* n_rows * n_columns; an empty field is KHO_TEXT_NULL */
    size_t n_rows;
    struct kho_hash128 fingerprint; /* of header and cells: same list, same value */
    struct kho_codes_index *index;
};

/* Parses a list; problems (missing columns, ragged rows, duplicate codes, a spelling of one system
 * that stands for two codes) go to `diags`; what could be read is returned, never NULL. A name that
 * two codes share is no problem: it finds neither. */
struct kho_codes *kho_codes_parse(struct kho_arena *arena, struct kho_text name, const char *file,
                                  struct kho_text content, struct kho_diags *diags);

/* Returns the system's handle (>= 0) for kho_codes_find(), or -1 if the list has no such column.
 * KHO_CODES_ANY finds by code, then by name. */
#define KHO_CODES_ANY 0
int kho_codes_system(const struct kho_codes *codes, struct kho_text system);

/* Finds the code that `spelling` stands for in a system: exact bytes first, then folded
 * (case and outer white space, diacritics kept), which must be unique. Each system column
 * falls back to the code itself only if the column is empty for that code. False if not found. */
bool kho_codes_find(const struct kho_codes *codes, int system, struct kho_text spelling,
                    struct kho_text *code);

#endif
