/* The tree of a rule, as its compiler leaves it to what evaluates it. */
#ifndef KHO_SRC_NORMALISE_RULE_NODE_H
#define KHO_SRC_NORMALISE_RULE_NODE_H

#include <kho/config/expr.h>
#include <kho/record/batch.h>

#include "exact.h"

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

struct node;
struct pattern;
struct vec;

struct rule_eval {
    const struct kho_batch *batch; /* of schema columns; NULL in `map:` */
    struct kho_arena *arena;
    size_t row;
    const struct node *host;  /* in `map:`: what computes the values ... */
    const struct vec *values; /* ... and they */
    const char *fault;        /* why the row cannot be judged, whatever the answer; NULL = it can */
};

struct rule_node {
    enum rule_kind kind; /* of its values that are not NULL */
    struct rule_value (*eval)(struct rule_eval *eval, const struct rule_node *node);
    enum kho_expr_op op;
    bool truth;
    size_t column; /* of the schema, or among the host's values */
    enum kho_wire wire;
    enum exact_op arithmetic;
    int64_t numbers[2]; /* literal whole numbers of a call */
    size_t n_numbers;
    struct pattern *pattern; /* matches() */
    struct rule_value constant;
    struct kho_text male, female; /* citizen_id_agrees(): codes of the sex column */
    struct rule_node **args;
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

typedef struct rule_value rule_evaluator(struct rule_eval *eval, const struct rule_node *node);

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

/* rule_compute.c */
rule_evaluator rule_eval_arithmetic;
rule_evaluator rule_eval_divide;
rule_evaluator rule_eval_round;
rule_evaluator rule_eval_join;
rule_evaluator rule_eval_coalesce;
rule_evaluator rule_eval_when;
rule_evaluator rule_eval_substring;
rule_evaluator rule_eval_matches;

/* computed.c: a value of `map:`, a text that it has, and what is read in it */
rule_evaluator rule_eval_value;
rule_evaluator rule_eval_value_number;
rule_evaluator rule_eval_value_truth;

#endif
