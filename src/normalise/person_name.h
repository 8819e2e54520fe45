/* Words that stand in the place of a name or before one. All texts are cleaned. */
#ifndef KHO_SRC_NORMALISE_PERSON_NAME_H
#define KHO_SRC_NORMALISE_PERSON_NAME_H

#include "parse.h"

/* Whether one of the functions below says yes. */
bool name_may_be_special(struct kho_text text);

/* `"`, `nt`, `như trên`: the clerk meant the line above. */
bool name_is_ditto(struct kho_text text);

/* Begins with what organisations begin with: UBND, Công ty, ... */
bool name_is_organisation(struct kho_text text);

/* Begins with `hộ`, as households are named by their heads. */
bool name_is_household(struct kho_text text);

/* Returns the name without a note of death behind it: `(đã mất)`. */
struct kho_text name_without_death(struct kho_text text);

/* Returns the name without `ông`, `bà`, `hộ ông`, `hộ bà` before it, with or without a colon. */
struct kho_text name_without_title(struct kho_text text);

#endif
