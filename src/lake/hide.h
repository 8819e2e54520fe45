/* Hiding columns: what leaves is cut, or a pseudonym. */
#ifndef LAKE_HIDE_H
#define LAKE_HIDE_H

#include <kho/record/batch.h>

#include "columns.h"

struct lake_hider;

const char *lake_hide_word(enum kho_hide hide);

/* The name under which a key of pseudonyms is known: 16 hex digits that tell nothing of it. */
const char *lake_pseudonym_key_id(struct kho_arena *arena, struct kho_text key);

/* Makes a hider for these columns. The key is kept by pointer. */
struct lake_hider *lake_hider_new(struct kho_arena *arena, struct lake_columns columns,
                                  struct kho_text key);

/* Replaces the batch by one whose columns are hidden, valid until the next call; the same if
 * nothing is to be hidden. FAILED, with row and column, if a cell is none of its type, or has no
 * year; `file` is its name in messages. */
KHO_MUST_USE bool lake_hider_batch(struct lake_hider *hider, const char *file,
                                   const struct kho_batch **batch, struct kho_err *err);

#endif
