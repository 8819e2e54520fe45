/* The functions code() and code_then() of `map:`. */
#ifndef KHO_SRC_NORMALISE_CODE_H
#define KHO_SRC_NORMALISE_CODE_H

#include "map.h"

const char *prepare_code(struct kho_arena *arena, const struct kho_schema_column *target,
                         struct node *node);
void run_code(struct step *step, const struct node *node, const struct vec *values);

/* What is wrong with a code column that a job maps without saying how its source writes codes, or
 * NULL: a list with numberings that contradict one another needs to be told. */
const char *code_fault(struct kho_arena *arena, const struct kho_schema_column *column,
                       const struct node *root);

#endif
