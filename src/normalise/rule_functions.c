/* The functions of `rules:` and of the conditions of `map:`: one table for compiler and help. */
#include "rule_compile.h"

#include "pattern.h"
#include "rule.h"

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

struct rule_function {
    const char *name;
    const char *usage;
    const char *help; /* NULL: `map:` has the same, and lists it */
    enum rule_kind kind;
    rule_evaluator *evaluator;
    /* A letter each: t text, b birth date (text or date), d decimal, n number, c condition, p
     * pattern, i whole number literal, v value of the first v's kind, which is the call's; behind
     * the last `+`: one or more of it. */
    const char *args;
    bool in_map; /* conditions of `map:` have it too */
};

static const struct rule_function functions[] = {
    {"citizen_id_agrees", "citizen_id_agrees(citizen_id, sex, birth_date)",
     "in rules: sex and birth year are those that the number's digits say", RULE_BOOL,
     rule_eval_citizen_id_agrees, "ttb", false},
    {"land_uses_agree", "land_uses_agree(land_uses, area)",
     "in rules: the areas of the uses add up to the parcel's, give or take 0.1", RULE_BOOL,
     rule_eval_land_uses_agree, "td", false},
    {"length", "length(x)", "characters", RULE_INT, rule_eval_length, "t", true},
    {"matches", "matches(x, 'PATTERN')", "true if the pattern is found; ^ and $ tie it to the ends",
     RULE_BOOL, rule_eval_matches, "tp", true},
    {"divide", "divide(a, b, scale)",
     "quotient with so many digits behind the point, rounded half away from 0", RULE_DECIMAL,
     rule_eval_divide, "nni", true},
    {"round", "round(x, scale)", "number with at most so many digits behind the point, rounded so",
     RULE_DECIMAL, rule_eval_round, "ni", true},
    {"coalesce", "coalesce(a, b, ...)", NULL, RULE_NULL, rule_eval_coalesce, "vv+", false},
    {"when", "when(condition, a, b)", NULL, RULE_NULL, rule_eval_when, "cvv", false},
    {"substring", "substring(x, from, count)", NULL, RULE_TEXT, rule_eval_substring, "tii", false},
};

void rule_functions_each(void (*show)(const char *usage, const char *help, void *context),
                         void *context)
{
    for (size_t i = 0; i < KHO_COUNT(functions); i++) {
        if (functions[i].help != NULL)
            show(functions[i].usage, functions[i].help, context);
    }
}

static bool fits_arg(const struct rule_node *arg, char kind)
{
    if (kind == 'd')
        return arg->kind == RULE_DECIMAL;
    return arg->kind == RULE_TEXT || (kind == 'b' && arg->kind == RULE_DATE);
}

static struct rule_node *compile_computed(struct rule_compiler *c, const struct kho_expr *expr,
                                          char kind)
{
    struct rule_node *arg = rule_compile_node(c, expr);
    if (arg == NULL || kind == 'v')
        return arg;
    if (kind == 'n')
        return rule_to_decimal(c, arg, expr->pos);
    if (kind == 'c')
        return rule_to_truth(c, arg, expr->pos);
    if (fits_arg(arg, kind))
        return arg;
    kho_diag_error(c->diags, expr->pos, "a %s does not fit here", rule_kind_words[arg->kind]);
    return NULL;
}

static bool compile_pattern(struct rule_compiler *c, const struct kho_expr *expr,
                            struct rule_node *node)
{
    const char *fault = "a pattern is a text in quotes";
    if (expr->kind == KHO_EXPR_STRING)
        node->pattern = pattern_new(c->arena, expr->text, &fault);
    if (node->pattern == NULL)
        kho_diag_error(c->diags, expr->pos, "%s", fault);
    return node->pattern != NULL;
}

static bool compile_arg(struct rule_compiler *c, const struct kho_expr *expr, char kind,
                        struct rule_node *node)
{
    if (kind == 'p')
        return compile_pattern(c, expr, node);
    if (kind == 'i') {
        int64_t *number = &node->numbers[node->n_numbers++];
        if (expr->kind == KHO_EXPR_NUMBER && kho_text_to_int(expr->text, number))
            return true;
        kho_diag_error(c->diags, expr->pos, "a whole number stands here");
        return false;
    }
    node->args[node->n_args] = compile_computed(c, expr, kind);
    return node->args[node->n_args++] != NULL;
}

/* The kind of the i-th argument, or 0 if there is none. */
static char arg_kind(const char *args, size_t i)
{
    size_t n = strcspn(args, "+");
    if (i < n)
        return args[i];
    return args[n] == '+' ? args[n - 1] : '\0';
}

static bool count_fits(const char *args, size_t n)
{
    size_t least = strcspn(args, "+");
    return args[least] == '+' ? n >= least : n == least;
}

static const char *literal_fault(const struct rule_node *node)
{
    if (node->eval == rule_eval_substring && (node->numbers[0] < 1 || node->numbers[1] < 0))
        return "characters count from 1, and their number is not negative";
    bool is_scaled = node->eval == rule_eval_divide || node->eval == rule_eval_round;
    if (is_scaled && (node->numbers[0] < 0 || node->numbers[0] > EXACT_SCALE_MAX))
        return "a scale is 0 to 100 digits";
    return NULL;
}

/* Brings the values that a call chooses from to one kind, which becomes the call's. */
static bool unify(struct rule_compiler *c, const struct kho_expr *expr, size_t first,
                  struct rule_node *node)
{
    enum rule_kind kind = RULE_NULL;
    for (size_t i = first; i < node->n_args; i++) {
        enum rule_kind other = node->args[i]->kind;
        if (kind == RULE_NULL || (kind == RULE_INT && other == RULE_DECIMAL))
            kind = other;
    }
    for (size_t i = first; i < node->n_args; i++) {
        enum rule_kind other = node->args[i]->kind;
        if (kind == RULE_DECIMAL && other == RULE_INT)
            node->args[i] = rule_to_decimal(c, node->args[i], expr->args[i]->pos);
        else if (other != kind && other != RULE_NULL) {
            kho_diag_error(c->diags, expr->args[i]->pos, "a %s does not fit beside a %s",
                           rule_kind_words[other], rule_kind_words[kind]);
            return false;
        }
    }
    node->kind = kind;
    return true;
}

static struct rule_node *compile_function(struct rule_compiler *c, const struct kho_expr *expr,
                                          const struct rule_function *function)
{
    if (!count_fits(function->args, expr->n_args)) {
        kho_diag_error(c->diags, expr->pos, "wrong number of arguments: %s", function->usage);
        return NULL;
    }
    struct rule_node *node = rule_new_node(c, function->kind, function->evaluator, expr->n_args);
    bool ok = true;
    node->n_args = 0;
    for (size_t i = 0; i < expr->n_args; i++)
        ok &= compile_arg(c, expr->args[i], arg_kind(function->args, i), node);
    const char *fault = ok ? literal_fault(node) : NULL;
    if (fault != NULL)
        kho_diag_error(c->diags, expr->pos, "%s: %s", function->name, fault);
    if (!ok || fault != NULL)
        return NULL;
    const char *chosen = strchr(function->args, 'v');
    if (chosen != NULL && !unify(c, expr, (size_t)(chosen - function->args), node))
        return NULL;
    if (node->eval == rule_eval_citizen_id_agrees)
        find_sexes(c, node);
    return node;
}

struct rule_node *rule_compile_call(struct rule_compiler *c, const struct kho_expr *expr)
{
    const char *names[KHO_COUNT(functions)];
    for (size_t i = 0; i < KHO_COUNT(functions); i++) {
        names[i] = functions[i].name;
        bool is_known = c->foreign == NULL || functions[i].in_map;
        if (is_known && kho_text_eq_cstr(expr->text, names[i]))
            return compile_function(c, expr, &functions[i]);
    }
    if (c->foreign != NULL)
        return c->foreign(c, expr);
    kho_diag_error(c->diags, expr->pos, "rules have no function '%.*s'%s",
                   KHO_TEXT_ARGS(expr->text),
                   kho_diag_suggest(c->diags, expr->text, names, KHO_COUNT(names)));
    return NULL;
}

bool rule_map_has(struct kho_text name)
{
    for (size_t i = 0; i < KHO_COUNT(functions); i++) {
        if (functions[i].in_map && kho_text_eq_cstr(name, functions[i].name))
            return true;
    }
    return false;
}
