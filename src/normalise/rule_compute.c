/*
 * Evaluates what computes: arithmetic, joining, choosing, patterns. What cannot be computed is a
 * fault of the row, never a guess; only what is asked for is computed.
 */
#include <kho/record/wire.h>

#include "letters.h"
#include "pattern.h"
#include "rule_node.h"

#define TOO_LONG "a number of more than 1000 digits"

static struct rule_value fault(struct rule_eval *e, const char *reason)
{
    e->fault = reason;
    return rule_null();
}

static struct rule_value eval(struct rule_eval *e, const struct rule_node *node)
{
    return node->eval(e, node);
}

/* The digits of a numeric cell. */
static struct kho_text digits_of(struct rule_eval *e, const struct rule_value *value)
{
    struct kho_text text;
    KHO_BUG_IF(!kho_wire_to_text(e->arena, KHO_WIRE_NUMERIC, value->text, &text));
    return text;
}

static struct rule_value decimal(struct rule_eval *e, struct kho_text digits)
{
    struct rule_value value = {.kind = RULE_DECIMAL};
    if (!kho_wire_from_decimal(e->arena, digits, &value.text))
        return fault(e, TOO_LONG);
    return value;
}

struct rule_value rule_eval_arithmetic(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value a = eval(e, node->args[0]);
    struct rule_value b = eval(e, node->args[1]);
    if (a.kind == RULE_NULL || b.kind == RULE_NULL)
        return rule_null();
    return decimal(e,
                   exact_compute(e->arena, node->arithmetic, digits_of(e, &a), digits_of(e, &b)));
}

struct rule_value rule_eval_divide(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value a = eval(e, node->args[0]);
    struct rule_value b = eval(e, node->args[1]);
    struct kho_text quotient;
    if (a.kind == RULE_NULL || b.kind == RULE_NULL)
        return rule_null();
    if (!exact_divide(e->arena, digits_of(e, &a), digits_of(e, &b), (size_t)node->numbers[0],
                      &quotient))
        return fault(e, "a division by 0");
    return decimal(e, quotient);
}

struct rule_value rule_eval_round(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value a = eval(e, node->args[0]);
    if (a.kind == RULE_NULL)
        return a;
    return decimal(e, exact_round(e->arena, digits_of(e, &a), (size_t)node->numbers[0]));
}

struct rule_value rule_eval_join(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value a = eval(e, node->args[0]);
    struct rule_value b = eval(e, node->args[1]);
    if (a.kind == RULE_NULL || b.kind == RULE_NULL)
        return rule_null();
    size_t len = a.text.len + b.text.len;
    char *bytes = kho_arena_bytes(e->arena, len);
    memcpy(bytes, a.text.ptr, a.text.len);
    memcpy(bytes + a.text.len, b.text.ptr, b.text.len);
    return (struct rule_value){.kind = RULE_TEXT, .text = {bytes, len}};
}

struct rule_value rule_eval_coalesce(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value value = rule_null();
    for (size_t i = 0; i < node->n_args && value.kind == RULE_NULL; i++)
        value = eval(e, node->args[i]);
    return value;
}

struct rule_value rule_eval_when(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value condition = eval(e, node->args[0]);
    bool holds = condition.kind == RULE_BOOL && condition.number != 0;
    return eval(e, node->args[holds ? 1 : 2]);
}

struct rule_value rule_eval_substring(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value a = eval(e, node->args[0]);
    if (a.kind == RULE_TEXT)
        a.text = letters_between(a.text, node->numbers[0], node->numbers[1]);
    return a;
}

struct rule_value rule_eval_matches(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value a = eval(e, node->args[0]);
    bool found = false;
    if (a.kind == RULE_NULL)
        return a;
    const char *reason = pattern_find(node->pattern, a.text, &found, NULL);
    return reason != NULL ? fault(e, reason) : rule_bool(found);
}
