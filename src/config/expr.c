/*
 * Parses the expressions of `map:` and `rules:` by recursive descent. It knows the grammar only:
 * whether a function or column exists is asked by those who know them.
 */
#include <kho/config/expr.h>

#include <kho/core/utf8.h>

#include "expr_lex.h"

struct parser {
    struct kho_arena *arena;
    struct kho_diags *diags;
    struct kho_lexer lexer;
    struct kho_token token; /* the next one */
    int depth;
    size_t n_nodes;
    bool failed; /* reported; the first problem of an expression ends it */
};

static struct kho_expr *parse_or(struct parser *p);

static struct kho_expr *fail(struct parser *p, struct kho_pos pos, const char *message)
{
    if (!p->failed)
        kho_diag_error(p->diags, pos, "%s", message);
    p->failed = true;
    return NULL;
}

static struct kho_expr *fail_expected(struct parser *p, const char *what)
{
    if (p->failed || p->token.kind == KHO_TOKEN_BROKEN) {
        p->failed = true;
        return NULL;
    }
    const char *found = "the end of the expression";
    if (p->token.kind != KHO_TOKEN_END)
        found = kho_arena_printf(p->arena, "'%.*s'", KHO_TEXT_ARGS(p->token.raw));
    return fail(p, p->token.pos, kho_arena_printf(p->arena, "expected %s, found %s", what, found));
}

static void next(struct parser *p)
{
    p->token = kho_lexer_next(&p->lexer);
}

static bool accept(struct parser *p, const char *word)
{
    if (!kho_token_is(&p->token, word))
        return false;
    next(p);
    return true;
}

static bool expect(struct parser *p, const char *sign)
{
    if (accept(p, sign))
        return true;
    (void)fail_expected(p, kho_arena_printf(p->arena, "'%s'", sign));
    return false;
}

static struct kho_expr *new_node(struct parser *p, enum kho_expr_kind kind, struct kho_pos pos)
{
    if (++p->n_nodes > KHO_EXPR_MAX_NODES)
        return fail(p, pos,
                    kho_arena_printf(p->arena, "the expression has more than %d parts",
                                     KHO_EXPR_MAX_NODES));
    struct kho_expr *node = kho_arena_alloc(p->arena, sizeof *node);
    node->kind = kind;
    node->pos = pos;
    node->truth = true;
    return node;
}

static void add_arg(struct parser *p, struct kho_expr *node, struct kho_expr *arg)
{
    struct kho_expr **place =
        kho_arena_push(p->arena, &node->args, &node->n_args, sizeof(struct kho_expr *));
    *place = arg;
}

static struct kho_expr *new_pair(struct parser *p, enum kho_expr_kind kind, struct kho_expr *left,
                                 struct kho_expr *right)
{
    if (left == NULL || right == NULL)
        return NULL;
    struct kho_expr *node = new_node(p, kind, left->pos);
    if (node == NULL)
        return NULL;
    add_arg(p, node, left);
    add_arg(p, node, right);
    return node;
}

/* Takes the token as a leaf. */
static struct kho_expr *parse_leaf(struct parser *p, enum kho_expr_kind kind)
{
    struct kho_expr *node = new_node(p, kind, p->token.pos);
    if (node == NULL)
        return NULL;
    node->text = p->token.text;
    next(p);
    return node;
}

/* Takes `expr {"," expr} ")"` as arguments. */
static struct kho_expr *parse_args(struct parser *p, struct kho_expr *node)
{
    do {
        struct kho_expr *arg = parse_or(p);
        if (arg == NULL)
            return NULL;
        add_arg(p, node, arg);
    } while (accept(p, ","));
    return expect(p, ")") ? node : NULL;
}

static bool is_keyword(const struct kho_token *token)
{
    static const char *const words[] = {"or", "and", "not", "in", "is"};
    for (size_t i = 0; i < KHO_COUNT(words); i++)
        if (kho_token_is(token, words[i]))
            return true;
    return false;
}

static struct kho_expr *parse_name(struct parser *p)
{
    struct kho_expr *node = new_node(p, KHO_EXPR_COLUMN, p->token.pos);
    if (node == NULL)
        return NULL;
    struct kho_token name = p->token;
    next(p);
    node->text = name.text;
    if (accept(p, "(")) {
        node->kind = KHO_EXPR_CALL;
        return accept(p, ")") ? node : parse_args(p, node);
    }
    if (kho_token_is(&name, "null"))
        node->kind = KHO_EXPR_NULL;
    if (kho_token_is(&name, "true") || kho_token_is(&name, "false"))
        node->kind = KHO_EXPR_BOOL;
    if (node->kind != KHO_EXPR_COLUMN)
        node->text = KHO_TEXT_NULL;
    node->truth = !kho_token_is(&name, "false");
    return node;
}

static struct kho_expr *parse_operand(struct parser *p)
{
    switch (p->token.kind) {
    case KHO_TOKEN_STRING:
        return parse_leaf(p, KHO_EXPR_STRING);
    case KHO_TOKEN_NUMBER:
        return parse_leaf(p, KHO_EXPR_NUMBER);
    case KHO_TOKEN_QUOTED:
        if (p->token.text.len == 0)
            return fail(p, p->token.pos, "a column's name cannot be empty");
        return parse_leaf(p, KHO_EXPR_COLUMN);
    case KHO_TOKEN_NAME:
        if (!is_keyword(&p->token))
            return parse_name(p);
        break;
    default:
        break;
    }
    if (!accept(p, "("))
        return fail_expected(p, "a value");
    struct kho_expr *inner = parse_or(p);
    if (inner == NULL || !expect(p, ")"))
        return NULL;
    return inner;
}

/* A minus makes a number negative, or takes anything else from 0. */
static struct kho_expr *parse_signed(struct parser *p)
{
    struct kho_token minus = p->token;
    if (!accept(p, "-"))
        return parse_operand(p);
    bool is_number = p->token.kind == KHO_TOKEN_NUMBER;
    struct kho_expr *inner = parse_operand(p);
    if (inner == NULL)
        return NULL;
    if (is_number) {
        const char *negative = kho_arena_printf(p->arena, "-%.*s", KHO_TEXT_ARGS(inner->text));
        inner->text = kho_text_of(negative);
        inner->pos = minus.pos;
        return inner;
    }
    struct kho_expr *zero = new_node(p, KHO_EXPR_NUMBER, minus.pos);
    if (zero != NULL)
        zero->text = KHO_TEXT("0");
    return new_pair(p, KHO_EXPR_SUBTRACT, zero, inner);
}

static struct kho_expr *parse_product(struct parser *p)
{
    struct kho_expr *left = parse_signed(p);
    while (left != NULL && accept(p, "*"))
        left = new_pair(p, KHO_EXPR_MULTIPLY, left, parse_signed(p));
    return left;
}

static struct kho_expr *parse_sum(struct parser *p)
{
    struct kho_expr *left = parse_product(p);
    while (left != NULL) {
        if (accept(p, "+"))
            left = new_pair(p, KHO_EXPR_ADD, left, parse_product(p));
        else if (accept(p, "-"))
            left = new_pair(p, KHO_EXPR_SUBTRACT, left, parse_product(p));
        else
            break;
    }
    return left;
}

static struct kho_expr *parse_joined(struct parser *p)
{
    struct kho_expr *left = parse_sum(p);
    while (left != NULL && accept(p, "||"))
        left = new_pair(p, KHO_EXPR_JOIN, left, parse_sum(p));
    return left;
}

static bool accept_op(struct parser *p, enum kho_expr_op *op)
{
    static const struct {
        const char *sign;
        enum kho_expr_op op;
    } ops[] = {{"=", KHO_OP_EQ},  {"!=", KHO_OP_NE}, {"<>", KHO_OP_NE}, {"<", KHO_OP_LT},
               {"<=", KHO_OP_LE}, {">", KHO_OP_GT},  {">=", KHO_OP_GE}};
    for (size_t i = 0; i < KHO_COUNT(ops); i++)
        if (accept(p, ops[i].sign)) {
            *op = ops[i].op;
            return true;
        }
    return false;
}

static struct kho_expr *parse_in(struct parser *p, struct kho_expr *left, bool truth)
{
    struct kho_expr *node = new_node(p, KHO_EXPR_IN, left->pos);
    if (node == NULL || !expect(p, "("))
        return NULL;
    node->truth = truth;
    add_arg(p, node, left);
    do {
        struct kho_expr *operand = parse_joined(p);
        if (operand == NULL)
            return NULL;
        add_arg(p, node, operand);
    } while (accept(p, ","));
    return expect(p, ")") ? node : NULL;
}

static struct kho_expr *parse_is(struct parser *p, struct kho_expr *left)
{
    struct kho_expr *node = new_node(p, KHO_EXPR_IS_NULL, left->pos);
    if (node == NULL)
        return NULL;
    node->truth = !accept(p, "not");
    add_arg(p, node, left);
    return expect(p, "null") ? node : NULL;
}

static struct kho_expr *parse_compare(struct parser *p)
{
    struct kho_expr *left = parse_joined(p);
    enum kho_expr_op op;
    if (left == NULL)
        return NULL;
    if (accept_op(p, &op)) {
        struct kho_expr *node = new_pair(p, KHO_EXPR_COMPARE, left, parse_joined(p));
        if (node != NULL)
            node->op = op;
        return node;
    }
    if (accept(p, "is"))
        return parse_is(p, left);
    if (accept(p, "in"))
        return parse_in(p, left, true);
    if (!accept(p, "not"))
        return left;
    return accept(p, "in") ? parse_in(p, left, false) : fail_expected(p, "'in'");
}

static struct kho_expr *parse_not(struct parser *p)
{
    struct kho_pos pos = p->token.pos;
    if (!accept(p, "not"))
        return parse_compare(p);
    struct kho_expr *inner = parse_compare(p);
    struct kho_expr *node = inner != NULL ? new_node(p, KHO_EXPR_NOT, pos) : NULL;
    if (node != NULL)
        add_arg(p, node, inner);
    return node;
}

static struct kho_expr *parse_and(struct parser *p)
{
    struct kho_expr *left = parse_not(p);
    while (left != NULL && accept(p, "and"))
        left = new_pair(p, KHO_EXPR_AND, left, parse_not(p));
    return left;
}

/* Every nesting of the grammar comes through here: depth is counted in one place. */
static struct kho_expr *parse_or(struct parser *p)
{
    if (p->depth >= KHO_EXPR_MAX_DEPTH)
        return fail(p, p->token.pos,
                    kho_arena_printf(p->arena, "the expression is nested deeper than %d levels",
                                     KHO_EXPR_MAX_DEPTH));
    p->depth++;
    struct kho_expr *left = parse_and(p);
    while (left != NULL && accept(p, "or"))
        left = new_pair(p, KHO_EXPR_OR, left, parse_and(p));
    p->depth--;
    return left;
}

struct kho_expr *kho_expr_parse(struct kho_arena *arena, struct kho_text source, struct kho_pos pos,
                                struct kho_diags *diags)
{
    struct parser p = {.arena = arena, .diags = diags};
    if (kho_utf8_check(source) < source.len)
        return fail(&p, pos, "the expression is not valid UTF-8");
    kho_lexer_init(&p.lexer, arena, source, pos, diags);
    next(&p);
    struct kho_expr *root = parse_or(&p);
    if (root != NULL && p.token.kind != KHO_TOKEN_END)
        return fail_expected(&p, "the end of the expression");
    return root;
}
