/*
 * Compiles rules: finds the columns, checks that what is compared can be compared, and turns
 * literals into values of the other side's kind. Evaluation stands in rule_eval.c.
 */
#include "rule.h"

#include <kho/record/wire.h>

#include "parse.h"
#include "rule_node.h"

struct rule_compiler {
    struct kho_arena *arena;
    const struct kho_schema *schema;
    struct kho_diags *diags;
};

static const char *const kind_words[] = {"null", "truth value", "whole number", "decimal",
                                         "text", "date",        "instant"};

static struct rule_node *compile(struct rule_compiler *c, const struct kho_expr *expr);

static struct rule_node *new_node(struct rule_compiler *c, enum rule_kind kind,
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
    int column = kho_schema_column_index(c->schema, expr->text);
    if (column < 0) {
        kho_diag_error(c->diags, expr->pos, "schema %.*s has no column '%.*s'%s",
                       KHO_TEXT_ARGS(c->schema->name), KHO_TEXT_ARGS(expr->text),
                       suggest_column(c, expr->text));
        return NULL;
    }
    enum rule_kind kind = kind_of_type(c->schema->columns[column].type);
    struct rule_node *node = new_node(c, kind, rule_eval_column, 0);
    node->column = (size_t)column;
    return node;
}

static struct rule_node *constant(struct rule_compiler *c, struct rule_value value)
{
    struct rule_node *node = new_node(c, value.kind, rule_eval_constant, 0);
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
    struct rule_node *outer = new_node(c, kind, evaluator, 1);
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

/* Brings `a` to the kind in which it compares with `b`, if that is its part to do. */
static struct rule_node *adapt(struct rule_compiler *c, struct rule_node *a,
                               const struct rule_node *b, struct kho_pos pos)
{
    if (a->kind == RULE_INT && b->kind == RULE_DECIMAL)
        return wrap(c, RULE_DECIMAL, rule_eval_to_decimal, a);
    if (is_text_literal(a) && (b->kind == RULE_DATE || b->kind == RULE_INSTANT)) {
        if (convert_literal(c, a, b->kind))
            return a;
        kho_diag_error(c->diags, pos, "this text is no %s in ISO 8601", kind_words[b->kind]);
        return NULL;
    }
    if (a->kind == RULE_DATE && b->kind == RULE_TEXT && !is_text_literal(b))
        return wrap(c, RULE_TEXT, rule_eval_iso_text, a);
    return a;
}

/* Compiles two operands to one kind. */
static bool compile_pair(struct rule_compiler *c, const struct kho_expr *left,
                         const struct kho_expr *right, const struct rule_node **pair)
{
    struct rule_node *a = compile(c, left);
    struct rule_node *b = compile(c, right);
    if (a == NULL || b == NULL)
        return false;
    if (a->kind == RULE_NULL || b->kind == RULE_NULL) {
        kho_diag_error(c->diags, (a->kind == RULE_NULL ? left : right)->pos,
                       "a comparison with null is never true: write 'is null'");
        return false;
    }
    struct rule_node *adapted = adapt(c, a, b, left->pos);
    b = adapt(c, b, a, right->pos);
    if (adapted == NULL || b == NULL)
        return false;
    if (adapted->kind != b->kind) {
        kho_diag_error(c->diags, right->pos, "a %s cannot be compared with a %s",
                       kind_words[adapted->kind], kind_words[b->kind]);
        return false;
    }
    pair[0] = adapted;
    pair[1] = b;
    return true;
}

static struct rule_node *compile_compare(struct rule_compiler *c, const struct kho_expr *expr)
{
    struct rule_node *node = new_node(c, RULE_BOOL, rule_eval_compare, 2);
    node->op = expr->op;
    return compile_pair(c, expr->args[0], expr->args[1], node->args) ? node : NULL;
}

static struct rule_node *compile_in(struct rule_compiler *c, const struct kho_expr *expr)
{
    struct rule_node *node = new_node(c, RULE_BOOL, rule_eval_in, (expr->n_args - 1) * 2);
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
    struct rule_node *node = new_node(c, RULE_BOOL, evaluator, expr->n_args);
    bool ok = true;
    for (size_t i = 0; i < expr->n_args; i++) {
        struct rule_node *arg = compile(c, expr->args[i]);
        ok &= arg != NULL;
        if (arg != NULL && arg->kind != RULE_BOOL && arg->kind != RULE_NULL) {
            kho_diag_error(c->diags, expr->args[i]->pos, "a %s is neither true nor false",
                           kind_words[arg->kind]);
            ok = false;
        }
        node->args[i] = arg;
    }
    return ok ? node : NULL;
}

static struct rule_node *compile_is_null(struct rule_compiler *c, const struct kho_expr *expr)
{
    struct rule_node *arg = compile(c, expr->args[0]);
    if (arg == NULL)
        return NULL;
    struct rule_node *node = wrap(c, RULE_BOOL, rule_eval_is_null, arg);
    node->truth = expr->truth;
    return node;
}

/* What the sex column's list calls men and women; 1 and 2 where it is no list. */
static void find_sexes(struct rule_compiler *c, struct rule_node *node)
{
    const struct rule_node *sex = node->args[1];
    const struct kho_codes *codes =
        sex->eval == rule_eval_column ? c->schema->columns[sex->column].codes : NULL;
    node->male = KHO_TEXT("1");
    node->female = KHO_TEXT("2");
    if (codes == NULL)
        return;
    if (!kho_codes_find(codes, KHO_CODES_ANY, KHO_TEXT("Nam"), &node->male))
        (void)kho_codes_find(codes, KHO_CODES_ANY, KHO_TEXT("male"), &node->male);
    if (!kho_codes_find(codes, KHO_CODES_ANY, KHO_TEXT("Nữ"), &node->female))
        (void)kho_codes_find(codes, KHO_CODES_ANY, KHO_TEXT("female"), &node->female);
}

static const struct {
    const char *name;
    const char *usage;
    const char *help;
    enum rule_kind kind;
    rule_evaluator *evaluator;
    const char *args; /* a letter each: t text, b birth date (text or date), d decimal */
} functions[] = {
    {"citizen_id_agrees", "citizen_id_agrees(citizen_id, sex, birth_date)",
     "in rules: sex and birth year are those that the number's digits say", RULE_BOOL,
     rule_eval_citizen_id_agrees, "ttb"},
    {"land_uses_agree", "land_uses_agree(land_uses, area)",
     "in rules: the areas of the uses add up to the parcel's, give or take 0.1", RULE_BOOL,
     rule_eval_land_uses_agree, "td"},
    {"length", "length(x)", "in rules: characters", RULE_INT, rule_eval_length, "t"},
};

void rule_functions_each(void (*show)(const char *usage, const char *help, void *context),
                         void *context)
{
    for (size_t i = 0; i < KHO_COUNT(functions); i++)
        show(functions[i].usage, functions[i].help, context);
}

static bool fits_arg(const struct rule_node *arg, char kind)
{
    if (kind == 'd')
        return arg->kind == RULE_DECIMAL;
    return arg->kind == RULE_TEXT || (kind == 'b' && arg->kind == RULE_DATE);
}

static bool compile_args(struct rule_compiler *c, const struct kho_expr *expr, const char *kinds,
                         struct rule_node *node)
{
    bool ok = true;
    for (size_t i = 0; i < expr->n_args; i++) {
        struct rule_node *arg = compile(c, expr->args[i]);
        node->args[i] = arg;
        ok &= arg != NULL;
        if (arg == NULL || fits_arg(arg, kinds[i]))
            continue;
        kho_diag_error(c->diags, expr->args[i]->pos, "a %s does not fit here",
                       kind_words[arg->kind]);
        ok = false;
    }
    return ok;
}

static struct rule_node *compile_call(struct rule_compiler *c, const struct kho_expr *expr)
{
    const char *names[KHO_COUNT(functions)];
    for (size_t i = 0; i < KHO_COUNT(functions); i++) {
        names[i] = functions[i].name;
        if (!kho_text_eq_cstr(expr->text, names[i]))
            continue;
        if (expr->n_args != strlen(functions[i].args)) {
            kho_diag_error(c->diags, expr->pos, "wrong number of arguments: %s",
                           functions[i].usage);
            return NULL;
        }
        struct rule_node *node =
            new_node(c, functions[i].kind, functions[i].evaluator, expr->n_args);
        if (!compile_args(c, expr, functions[i].args, node))
            return NULL;
        if (node->eval == rule_eval_citizen_id_agrees)
            find_sexes(c, node);
        return node;
    }
    kho_diag_error(c->diags, expr->pos, "rules have no function '%.*s'%s",
                   KHO_TEXT_ARGS(expr->text),
                   kho_diag_suggest(c->diags, expr->text, names, KHO_COUNT(names)));
    return NULL;
}

/* One case a kind of expression. */
static struct rule_node *compile(struct rule_compiler *c, const struct kho_expr *expr)
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
        return compile_call(c, expr);
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
    }
    return NULL;
}

bool rule_compile(struct kho_arena *arena, const struct kho_schema *schema,
                  const struct kho_schema_rule *source, struct kho_diags *diags, struct rule *rule)
{
    struct rule_compiler c = {arena, schema, diags};
    struct rule_node *root = compile(&c, source->check);
    if (root == NULL)
        return false;
    if (root->kind != RULE_BOOL) {
        kho_diag_error(diags, source->check->pos, "a rule is true or false, this is a %s",
                       kind_words[root->kind]);
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
