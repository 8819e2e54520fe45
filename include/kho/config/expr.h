/*
 * The expression language of `map:` and `rules:`, parsed to a tree with places. One grammar:
 *
 *   expr    = or ;  or = and {"or" and} ;  and = not {"and" not} ;  not = ["not"] compare
 *   compare = joined [ ("=" | "!=" | "<>" | "<" | "<=" | ">" | ">=") joined
 *                    | ["not"] "in" "(" joined {"," joined} ")" | "is" ["not"] "null" ]
 *   joined  = sum {"||" sum} ;  sum = product {("+" | "-") product}
 *   product = signed {"*" signed} ;  signed = ["-"] operand
 *   operand = string | number | "true" | "false" | "null" | column | call | "(" expr ")"
 *   call    = name "(" [expr {"," expr}] ")"
 *   column  = name | '"' any but '"', doubled '"' '"'
 *   string  = "'" any but "'", doubled "'" "'"
 *
 * Names are letters (any Unicode letter), digits and _, not beginning with a digit. Keywords are
 * case-insensitive. There is no `/`: a quotient has as many digits as divide(a, b, scale) says. A
 * minus before a number is part of it; before anything else it is 0 minus that.
 */
#ifndef KHO_CONFIG_EXPR_H
#define KHO_CONFIG_EXPR_H

#include <kho/config/diag.h>

enum kho_expr_kind {
    KHO_EXPR_COLUMN, /* text = name */
    KHO_EXPR_STRING, /* text = value, quotes undone */
    KHO_EXPR_NUMBER, /* text = as written: -?digits[.digits] */
    KHO_EXPR_BOOL,   /* truth */
    KHO_EXPR_NULL,
    KHO_EXPR_CALL,    /* text = function's name, args */
    KHO_EXPR_COMPARE, /* op, args[0], args[1] */
    KHO_EXPR_IN,      /* args[0] in args[1..]; truth = false for "not in" */
    KHO_EXPR_IS_NULL, /* args[0]; truth = false for "is not null" */
    KHO_EXPR_NOT,     /* args[0] */
    KHO_EXPR_AND,     /* args[0], args[1] */
    KHO_EXPR_OR,
    KHO_EXPR_JOIN, /* args[0] || args[1] */
    KHO_EXPR_ADD,
    KHO_EXPR_SUBTRACT,
    KHO_EXPR_MULTIPLY,
};

enum kho_expr_op { KHO_OP_EQ, KHO_OP_NE, KHO_OP_LT, KHO_OP_LE, KHO_OP_GT, KHO_OP_GE };

struct kho_expr {
    enum kho_expr_kind kind;
    enum kho_expr_op op;
    bool truth;
    struct kho_text text;
    struct kho_pos pos; /* of its first character */
    struct kho_expr **args;
    size_t n_args;
};

#define KHO_EXPR_MAX_DEPTH 32
#define KHO_EXPR_MAX_NODES 1000

/* Parses `source`, which begins at `pos` in its file (places inside count on from there; in a block
 * scalar they all say `pos`). Problems go to `diags`; returns NULL then. */
struct kho_expr *kho_expr_parse(struct kho_arena *arena, struct kho_text source, struct kho_pos pos,
                                struct kho_diags *diags);

/* Appends a canonical text of the tree: same meaning, same text. Fingerprints are made of it. */
void kho_expr_canonical(const struct kho_expr *expr, struct kho_buf *out);

/* Calls `visit` for each column the expression names, in order, repeats included. */
void kho_expr_columns(const struct kho_expr *expr,
                      void (*visit)(const struct kho_expr *column, void *context), void *context);

#endif
