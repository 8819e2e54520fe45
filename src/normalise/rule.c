/*
 * Compiles rules: finds the columns, checks that what is compared can be compared, and turns
 * literals into values of the other side's kind. Evaluation stands in rule_eval.c.
 */
#include "rule.h"

#include <kho/record/wire.h>

#include "parse.h"
#include "rule_compile.h"

const char *const rule_kind_words[] = {"null", "truth value", "whole number", "decimal",
                                       "text", "date",        "instant"};

struct rule_node *rule_new_node(struct rule_compiler *c, enum rule_kind kind,
                                rule_evaluator *evaluator, size_t n_args)
{
    struct rule_node *node = kho_arena_alloc(c->arena, sizeof *node);
    node->kind = kind;
    node->eval = evaluator;
    node->n_args = n_args;
    node->args = kho_arena_array(c->arena, n_args, sizeof *node->args);
    return node;
}

static enum rule_kind kind_of_type(enum kho_type type)
{
    switch (type) {
    case KHO_TYPE_INTEGER:
        return RULE_INT;
    case KHO_TYPE_DECIMAL:
    case KHO_TYPE_MONEY:
    case KHO_TYPE_AREA:
    case KHO_TYPE_NORTHING:
    case KHO_TYPE_EASTING:
        return RULE_DECIMAL;
    case KHO_TYPE_BOOLEAN:
        return RULE_BOOL;
    case KHO_TYPE_DATE:
        return RULE_DATE;
    case KHO_TYPE_TIMESTAMPTZ:
        return RULE_INSTANT;
    default:
        return RULE_TEXT;
    }
}

static const char *suggest_column(struct rule_compiler *c, struct kho_text name)
{
    const struct kho_schema *schema = c->schema;
    const char **names = kho_arena_array(c->arena, schema->n_columns, sizeof *names);
    for (size_t i = 0; i < schema->n_columns; i++)
        names[i] = kho_arena_cstr(c->arena, schema->columns[i].name);
    return kho_diag_suggest(c->diags, name, names, schema->n_columns);
}

static struct rule_node *compile_column(struct rule_compiler *c, const struct kho_expr *expr)
{
    if (c->foreign != NULL)
        return c->foreign(c, expr);
    int column = kho_schema_column_index(c->schema, expr->text);
    if (column < 0) {
        kho_diag_error(c->diags, expr->pos, "schema %.*s has no column '%.*s'%s",
                       KHO_TEXT_ARGS(c->schema->name), KHO_TEXT_ARGS(expr->text),
                       suggest_column(c, expr->text));
        return NULL;
    }
    enum rule_kind kind = kind_of_type(c->schema->columns[column].type);
    struct rule_node *node = rule_new_node(c, kind, rule_eval_column, 0);
    node->column = (size_t)column;
    return node;
}

static struct rule_node *constant(struct rule_compiler *c, struct rule_value value)
{
    struct rule_node *node = rule_new_node(c, value.kind, rule_eval_constant, 0);
    node->constant = value;
    return node;
}

static struct rule_node *number(struct rule_compiler *c, const struct kho_expr *expr)
{
    struct rule_value value = {.kind = RULE_INT};
    if (kho_text_to_int(expr->text, &value.number))
        return constant(c, value);
    value.kind = RULE_DECIMAL;
    if (kho_wire_from_decimal(c->arena, expr->text, &value.text))
        return constant(c, value);
    kho_diag_error(c->diags, expr->pos, "number is too long");
    return NULL;
}

static struct rule_node *wrap(struct rule_compiler *c, enum rule_kind kind,
                              rule_evaluator *evaluator, struct rule_node *node)
{
    struct rule_node *outer = rule_new_node(c, kind, evaluator, 1);
    outer->args[0] = node;
    return outer;
}

/* Turns a text literal into a date or an instant; false if it is none. */
static bool convert_literal(struct rule_compiler *c, struct rule_node *node, enum rule_kind kind)
{
    enum kho_type type = kind == RULE_DATE ? KHO_TYPE_DATE : KHO_TYPE_TIMESTAMPTZ;
    struct kho_schema_column column = {.type = type};
    struct parse parse = {.arena = c->arena, .column = &column};
    struct parsed parsed = parser_of(type)(&parse, node->constant.text);
    if (parsed.outcome != KHO_VALUE_OK)
        return false;
    node->kind = kind;
    node->constant = (struct rule_value){.kind = kind, .number = parsed.number};
    return true;
}

static bool is_text_literal(const struct rule_node *node)
{
    return node->kind == RULE_TEXT && node->eval == rule_eval_constant;
}

/* A value of `map:` is a text, and read as what it is used for. */
static struct rule_node *read_value(struct rule_compiler *c, struct rule_node *node,
                                    enum rule_kind kind)
{
    if (kind == RULE_INT || kind == RULE_DECIMAL)
        return wrap(c, RULE_DECIMAL, rule_eval_value_number, node);
    if (kind == RULE_BOOL)
        return wrap(c, RULE_BOOL, rule_eval_value_truth, node);
    return node;
}

struct rule_node *rule_to_decimal(struct rule_compiler *c, struct rule_node *node,
                                  struct kho_pos pos)
{
    if (node->eval == rule_eval_value)
        return read_value(c, node, RULE_DECIMAL);
    if (node->kind == RULE_INT)
        return wrap(c, RULE_DECIMAL, rule_eval_to_decimal, node);
    if (node->kind == RULE_DECIMAL)
        return node;
    kho_diag_error(c->diags, pos, "a %s is no number to compute with", rule_kind_words[node->kind]);
    return NULL;
}

struct rule_node *rule_to_truth(struct rule_compiler *c, struct rule_node *node, struct kho_pos pos)
{
    if (node->eval == rule_eval_value)
        return read_value(c, node, RULE_BOOL);
    if (node->kind == RULE_BOOL || node->kind == RULE_NULL)
        return node;
    kho_diag_error(c->diags, pos, "a %s is neither true nor false", rule_kind_words[node->kind]);
    return NULL;
}

/* Brings `a` to the kind in which it compares with `b`, if that is its part to do. */
static struct rule_node *adapt(struct rule_compiler *c, struct rule_node *a,
                               const struct rule_node *b, struct kho_pos pos)
{
    if (a->eval == rule_eval_value)
        return read_value(c, a, b->kind);
    if (a->kind == RULE_INT && b->kind == RULE_DECIMAL)
        return wrap(c, RULE_DECIMAL, rule_eval_to_decimal, a);
    if (is_text_literal(a) && (b->kind == RULE_DATE || b->kind == RULE_INSTANT)) {
        if (convert_literal(c, a, b->kind))
            return a;
        kho_diag_error(c->diags, pos, "this text is no %s in ISO 8601", rule_kind_words[b->kind]);
        return NULL;
    }
    if (a->kind == RULE_DATE && b->kind == RULE_TEXT && !is_text_literal(b))
        return wrap(c, RULE_TEXT, rule_eval_iso_text, a);
    return a;
}

/* Compiles two operands to one kind. */
static bool compile_pair(struct rule_compiler *c, const struct kho_expr *left,
                         const struct kho_expr *right, struct rule_node **pair)
{
    struct rule_node *a = rule_compile_node(c, left);
    struct rule_node *b = rule_compile_node(c, right);
    if (a == NULL || b == NULL)
        return false;
    if (a->kind == RULE_NULL || b->kind == RULE_NULL) {
        kho_diag_error(c->diags, (a->kind == RULE_NULL ? left : right)->pos,
                       "a comparison with null is never true: write 'is null'");
        return false;
    }
    struct rule_node *adapted = adapt(c, a, b, left->pos);
    if (adapted == NULL)
        return false;
    b = adapt(c, b, adapted, right->pos);
    if (b == NULL)
        return false;
    if (adapted->kind != b->kind) {
        kho_diag_error(c->diags, right->pos, "a %s cannot be compared with a %s",
                       rule_kind_words[adapted->kind], rule_kind_words[b->kind]);
        return false;
    }
    pair[0] = adapted;
    pair[1] = b;
    return true;
}

static struct rule_node *compile_compare(struct rule_compiler *c, const struct kho_expr *expr)
{
    struct rule_node *node = rule_new_node(c, RULE_BOOL, rule_eval_compare, 2);
    node->op = expr->op;
    return compile_pair(c, expr->args[0], expr->args[1], node->args) ? node : NULL;
}

static struct rule_node *compile_in(struct rule_compiler *c, const struct kho_expr *expr)
{
    struct rule_node *node = rule_new_node(c, RULE_BOOL, rule_eval_in, (expr->n_args - 1) * 2);
    node->truth = expr->truth;
    bool ok = true;
    for (size_t i = 1; i < expr->n_args; i++)
        ok &= compile_pair(c, expr->args[0], expr->args[i], node->args + (i - 1) * 2);
    return ok ? node : NULL;
}

/* not, and, or: operands that are true or false. */
static struct rule_node *compile_logic(struct rule_compiler *c, const struct kho_expr *expr,
                                       rule_evaluator *evaluator)
{
    struct rule_node *node = rule_new_node(c, RULE_BOOL, evaluator, expr->n_args);
    bool ok = true;
    for (size_t i = 0; i < expr->n_args; i++) {
        struct rule_node *arg = rule_compile_node(c, expr->args[i]);
        node->args[i] = arg != NULL ? rule_to_truth(c, arg, expr->args[i]->pos) : NULL;
        ok &= node->args[i] != NULL;
    }
    return ok ? node : NULL;
}

static struct rule_node *compile_arithmetic(struct rule_compiler *c, const struct kho_expr *expr,
                                            enum exact_op op)
{
    struct rule_node *node = rule_new_node(c, RULE_DECIMAL, rule_eval_arithmetic, 2);
    node->arithmetic = op;
    bool ok = true;
    for (size_t i = 0; i < 2; i++) {
        struct rule_node *arg = rule_compile_node(c, expr->args[i]);
        node->args[i] = arg != NULL ? rule_to_decimal(c, arg, expr->args[i]->pos) : NULL;
        ok &= node->args[i] != NULL;
    }
    return ok ? node : NULL;
}

static struct rule_node *compile_join(struct rule_compiler *c, const struct kho_expr *expr)
{
    struct rule_node *node = rule_new_node(c, RULE_TEXT, rule_eval_join, 2);
    for (size_t i = 0; i < 2; i++) {
        struct rule_node *arg = rule_compile_node(c, expr->args[i]);
        if (arg == NULL)
            return NULL;
        node->args[i] = arg;
        if (arg->kind == RULE_TEXT)
            continue;
        kho_diag_error(c->diags, expr->args[i]->pos, "|| joins texts, this is a %s",
                       rule_kind_words[arg->kind]);
        return NULL;
    }
    return node;
}

static struct rule_node *compile_is_null(struct rule_compiler *c, const struct kho_expr *expr)
{
    struct rule_node *arg = rule_compile_node(c, expr->args[0]);
    if (arg == NULL)
        return NULL;
    struct rule_node *node = wrap(c, RULE_BOOL, rule_eval_is_null, arg);
    node->truth = expr->truth;
    return node;
}

/* One case a kind of expression. */
struct rule_node *rule_compile_node(struct rule_compiler *c, const struct kho_expr *expr)
{
    switch (expr->kind) {
    case KHO_EXPR_COLUMN:
        return compile_column(c, expr);
    case KHO_EXPR_STRING:
        return constant(c, (struct rule_value){.kind = RULE_TEXT, .text = expr->text});
    case KHO_EXPR_NUMBER:
        return number(c, expr);
    case KHO_EXPR_BOOL:
        return constant(c, rule_bool(expr->truth));
    case KHO_EXPR_NULL:
        return constant(c, rule_null());
    case KHO_EXPR_CALL:
        return rule_compile_call(c, expr);
    case KHO_EXPR_COMPARE:
        return compile_compare(c, expr);
    case KHO_EXPR_IN:
        return compile_in(c, expr);
    case KHO_EXPR_IS_NULL:
        return compile_is_null(c, expr);
    case KHO_EXPR_NOT:
        return compile_logic(c, expr, rule_eval_not);
    case KHO_EXPR_AND:
        return compile_logic(c, expr, rule_eval_and);
    case KHO_EXPR_OR:
        return compile_logic(c, expr, rule_eval_or);
    case KHO_EXPR_JOIN:
        return compile_join(c, expr);
    case KHO_EXPR_ADD:
        return compile_arithmetic(c, expr, EXACT_ADD);
    case KHO_EXPR_SUBTRACT:
        return compile_arithmetic(c, expr, EXACT_SUBTRACT);
    case KHO_EXPR_MULTIPLY:
        return compile_arithmetic(c, expr, EXACT_MULTIPLY);
    }
    return NULL;
}

bool rule_compile(struct kho_arena *arena, const struct kho_schema *schema,
                  const struct kho_schema_rule *source, struct kho_diags *diags, struct rule *rule)
{
    struct rule_compiler c = {.arena = arena, .schema = schema, .diags = diags};
    struct rule_node *root = rule_compile_node(&c, source->check);
    if (root == NULL)
        return false;
    if (root->kind != RULE_BOOL) {
        kho_diag_error(diags, source->check->pos, "a rule is true or false, this is a %s",
                       rule_kind_words[root->kind]);
        return false;
    }
    struct kho_buf check;
    kho_buf_init(&check, 400);
    kho_expr_canonical(source->check, &check);
    rule->name = kho_arena_cstr(arena, source->name);
    rule->reason = kho_arena_printf(arena, "does not hold: %s", kho_buf_cstr(&check));
    rule->severity = source->severity;
    rule->root = root;
    kho_buf_release(&check);
    return true;
}
