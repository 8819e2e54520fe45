/* What the compiler of conditions and its functions share. */
#ifndef KHO_SRC_NORMALISE_RULE_COMPILE_H
#define KHO_SRC_NORMALISE_RULE_COMPILE_H

#include <kho/record/schema.h>

#include "rule_node.h"

struct rule_compiler {
    struct kho_arena *arena;
    const struct kho_schema *schema; /* whose columns are named; NULL in `map:` */
    struct kho_diags *diags;
    /* In `map:`: makes a node of what is not a condition's own; NULL after saying why. */
    struct rule_node *(*foreign)(struct rule_compiler *c, const struct kho_expr *expr);
    void *context; /* of `foreign` */
};

extern const char *const rule_kind_words[]; /* by enum rule_kind */

struct rule_node *rule_new_node(struct rule_compiler *c, enum rule_kind kind,
                                rule_evaluator *evaluator, size_t n_args);

/* The node of an expression, or NULL after saying why. */
struct rule_node *rule_compile_node(struct rule_compiler *c, const struct kho_expr *expr);
struct rule_node *rule_compile_call(struct rule_compiler *c, const struct kho_expr *expr);

/* Whether `map:` has this function from here. */
bool rule_map_has(struct kho_text name);

/* The node as a decimal, or as true or false; NULL after saying that it is none. */
struct rule_node *rule_to_decimal(struct rule_compiler *c, struct rule_node *node,
                                  struct kho_pos pos);
struct rule_node *rule_to_truth(struct rule_compiler *c, struct rule_node *node,
                                struct kho_pos pos);

#endif
