/* The tree of a rule, as its compiler leaves it to what evaluates it. */
#ifndef KHO_SRC_NORMALISE_RULE_NODE_H
#define KHO_SRC_NORMALISE_RULE_NODE_H

#include <kho/config/expr.h>
#include <kho/record/batch.h>

/* What a value is, and what is in it. */
enum rule_kind {
    RULE_NULL,
    RULE_BOOL,    /* number: 0 or 1 */
    RULE_INT,     /* number */
    RULE_DECIMAL, /* text: a numeric cell */
    RULE_TEXT,    /* text */
    RULE_DATE,    /* number: days */
    RULE_INSTANT, /* number: microseconds */
};

struct rule_value {
    enum rule_kind kind;
    int64_t number;
    struct kho_text text;
};

struct rule_eval {
    const struct kho_batch *batch;
    struct kho_arena *arena;
    size_t row;
};

struct rule_node {
    enum rule_kind kind; /* of its values that are not NULL */
    struct rule_value (*eval)(const struct rule_eval *eval, const struct rule_node *node);
    enum kho_expr_op op;
    bool truth;
    size_t column;
    enum kho_wire wire;
    struct rule_value constant;
    struct kho_text male, female; /* citizen_id_agrees(): codes of the sex column */
    const struct rule_node **args;
    size_t n_args;
};

static inline struct rule_value rule_null(void)
{
    return (struct rule_value){.kind = RULE_NULL};
}

static inline struct rule_value rule_bool(bool truth)
{
    return (struct rule_value){.kind = RULE_BOOL, .number = truth};
}

typedef struct rule_value rule_evaluator(const struct rule_eval *eval,
                                         const struct rule_node *node);

rule_evaluator rule_eval_column;
rule_evaluator rule_eval_constant;
rule_evaluator rule_eval_compare;
rule_evaluator rule_eval_in;
rule_evaluator rule_eval_is_null;
rule_evaluator rule_eval_not;
rule_evaluator rule_eval_and;
rule_evaluator rule_eval_or;
rule_evaluator rule_eval_length;
rule_evaluator rule_eval_citizen_id_agrees;
rule_evaluator rule_eval_land_uses_agree;
rule_evaluator rule_eval_iso_text;   /* args[0] of kind DATE as ISO 8601 text */
rule_evaluator rule_eval_to_decimal; /* args[0] of kind INT as numeric cell */

#endif
