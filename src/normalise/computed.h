/* Conditions and arithmetic in `map:`: those of rules, over the values of a mapping. */
#ifndef KHO_SRC_NORMALISE_COMPUTED_H
#define KHO_SRC_NORMALISE_COMPUTED_H

#include "map.h"

#define COMPUTED_TRUE "true" /* how the cells say it */
#define COMPUTED_FALSE "false"

/* The node of an expression that is computed, a condition if that is wanted; NULL after saying why
 * in the compiler's diags. */
struct node *computed_compile(struct compiler *compiler, const struct kho_expr *expr,
                              bool is_condition);

/* Fills the node's cells. What cannot be computed rejects its row. */
void computed_run(struct step *step, const struct node *node);

#endif
