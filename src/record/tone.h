/* Where the tone mark stands in oa, oe and uy: two ways to write the same word. */
#ifndef KHO_SRC_RECORD_TONE_H
#define KHO_SRC_RECORD_TONE_H

#include <kho/core/arena.h>

/* Writes `hoà`, `khoẻ`, `thuỷ` as `hòa`, `khỏe`, `thủy` where the syllable ends there; the text is
 * in lower case and NFC. Not behind q: quý is quý. The same slice if nothing changes. */
struct kho_text kho_tone_old_style(struct kho_arena *arena, struct kho_text text);

#endif
