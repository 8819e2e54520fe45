/*
 * The bridge from mappings to conditions. A source's columns have no kind before the source is
 * asked: they are texts here, and read as numbers or truth values where they meet such.
 */
#include "computed.h"

#include <kho/record/wire.h>

#include "rule_compile.h"

struct bridge {
    struct compiler *compiler;
    struct node *node;
    const struct kho_expr *exprs[FUNCTION_ARGS_MAX]; /* one a value of the node */
};

/* Each column is one value, and what `in` compares with several is one too. */
static bool is_same(const struct kho_expr *a, const struct kho_expr *b)
{
    return a == b || (a->kind == KHO_EXPR_COLUMN && b->kind == KHO_EXPR_COLUMN &&
                      kho_text_eq(a->text, b->text));
}

static struct rule_node *compile_value(struct rule_compiler *c, const struct kho_expr *expr)
{
    struct bridge *bridge = c->context;
    struct node *node = bridge->node;
    struct rule_node *rule = rule_new_node(c, RULE_TEXT, rule_eval_value, 0);
    for (size_t i = 0; i < node->n_values; i++) {
        rule->column = i;
        if (is_same(bridge->exprs[i], expr))
            return rule;
    }
    if (node->n_values == FUNCTION_ARGS_MAX) {
        kho_diag_error(c->diags, expr->pos, "more than %d columns and calls in one expression",
                       FUNCTION_ARGS_MAX);
        return NULL;
    }
    struct node *value = map_compile(bridge->compiler, expr);
    if (value == NULL)
        return NULL;
    rule->column = node->n_values;
    bridge->exprs[node->n_values] = expr;
    node->values[node->n_values++] = value;
    return rule;
}

struct node *computed_compile(struct compiler *compiler, const struct kho_expr *expr,
                              bool is_condition)
{
    struct node *node = map_node(compiler, NODE_COMPUTED, expr->pos);
    node->values = kho_arena_array(compiler->arena, FUNCTION_ARGS_MAX, sizeof *node->values);
    node->cells = kho_arena_array(compiler->arena, KHO_BATCH_ROWS, sizeof *node->cells);
    struct bridge bridge = {.compiler = compiler, .node = node};
    struct rule_compiler c = {.arena = compiler->arena,
                              .diags = compiler->diags,
                              .foreign = compile_value,
                              .context = &bridge};
    struct rule_node *rule = rule_compile_node(&c, expr);
    if (rule != NULL && is_condition)
        rule = rule_to_truth(&c, rule, expr->pos);
    node->rule = rule;
    return rule != NULL ? node : NULL;
}

struct rule_value rule_eval_value(struct rule_eval *e, const struct rule_node *node)
{
    struct kho_text text = vec_at(&e->values[node->column], e->row);
    return text.ptr != NULL ? (struct rule_value){.kind = RULE_TEXT, .text = text} : rule_null();
}

/* Reads a value as a type's parser does: OK, nothing, or a fault of the row. */
static bool read_as(struct rule_eval *e, const struct rule_node *node, enum kho_type type,
                    struct parsed *parsed)
{
    const struct rule_node *source = node->args[0];
    struct rule_value value = source->eval(e, source);
    struct kho_schema_column column = {.type = type};
    struct parse parse = {.arena = e->arena, .column = &column};
    if (value.kind == RULE_NULL)
        return false;
    /* What the source holds as a number is written with a point; people have other ways */
    bool is_plain = type == KHO_TYPE_DECIMAL && e->host->values[source->column]->is_number;
    parser *read = is_plain ? parse_plain_decimal : parser_of(type);
    *parsed = read(&parse, value.text);
    if (parsed->outcome == KHO_VALUE_REJECT)
        e->fault = parsed->reason;
    return parsed->outcome == KHO_VALUE_OK;
}

struct rule_value rule_eval_value_number(struct rule_eval *e, const struct rule_node *node)
{
    struct parsed parsed;
    struct rule_value value = {.kind = RULE_DECIMAL};
    if (!read_as(e, node, KHO_TYPE_DECIMAL, &parsed))
        return rule_null();
    if (kho_wire_from_decimal(e->arena, parsed.text, &value.text))
        return value;
    e->fault = "a number of more than 1000 digits";
    return rule_null();
}

struct rule_value rule_eval_value_truth(struct rule_eval *e, const struct rule_node *node)
{
    struct parsed parsed;
    if (!read_as(e, node, KHO_TYPE_BOOLEAN, &parsed))
        return rule_null();
    return rule_bool(parsed.number != 0);
}

/* A number in the one way that a column's parser reads alone: no digits behind the point that say
 * nothing, unless three of them could part thousands. */
static struct kho_text number_text(struct step *step, struct kho_text cell)
{
    struct kho_text text;
    KHO_BUG_IF(!kho_wire_to_text(step->out->arena, KHO_WIRE_NUMERIC, cell, &text));
    if (memchr(text.ptr, '.', text.len) != NULL) {
        while (text.ptr[text.len - 1] == '0')
            text.len--;
        text.len -= text.ptr[text.len - 1] == '.';
    }
    if (kho_type_wire(step->parse->column->type) != KHO_WIRE_NUMERIC)
        return text;
    return number_by_separator(step->out->arena, '.', text).text;
}

static struct kho_text write_value(struct step *step, const struct rule_value *value)
{
    switch (value->kind) {
    case RULE_BOOL:
        return value->number != 0 ? KHO_TEXT(COMPUTED_TRUE) : KHO_TEXT(COMPUTED_FALSE);
    case RULE_INT:
        return kho_text_of(kho_arena_printf(step->out->arena, "%" PRId64, value->number));
    case RULE_DECIMAL:
        return number_text(step, value->text);
    case RULE_TEXT:
        return value->text;
    default: /* conditions make no days of their own */
        return KHO_TEXT_NULL;
    }
}

void computed_run(struct step *step, const struct node *node)
{
    struct vec values[FUNCTION_ARGS_MAX];
    struct rule_eval e = {.arena = step->out->arena, .host = node, .values = values};
    for (size_t i = 0; i < node->n_values; i++)
        values[i] = map_run_text(step, node->values[i]);
    for (e.row = 0; e.row < step->n; e.row++) {
        e.fault = NULL;
        struct rule_value value = node->rule->eval(&e, node->rule);
        if (KHO_UNLIKELY(e.fault != NULL)) {
            struct parsed parsed = parsed_reject(e.fault);
            step_note(step, e.row, &parsed);
            value = rule_null();
        }
        node->cells[e.row] = write_value(step, &value);
    }
}
