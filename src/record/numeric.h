/* PostgreSQL's numeric as text (src/backend/utils/adt/numeric.c: numeric_send, numeric_recv). */
#ifndef KHO_SRC_RECORD_NUMERIC_H
#define KHO_SRC_RECORD_NUMERIC_H

#include <kho/core/arena.h>

/* Writes a numeric cell with its display scale (`-1.50`, `NaN`, `Infinity`). */
bool numeric_to_text(struct kho_arena *arena, struct kho_text cell, struct kho_text *text);

#endif
