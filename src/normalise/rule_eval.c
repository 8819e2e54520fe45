/*
 * Evaluates rules, a row at a time. Numbers are compared digit by digit as exact decimals, texts
 * and dates of reduced precision by their bytes.
 */
#include <kho/core/utf8.h>
#include <kho/record/wire.h>

#include "decimal.h"
#include "land.h"
#include "rule.h"
#include "rule_node.h"

static struct rule_value eval(struct rule_eval *e, const struct rule_node *node)
{
    return node->eval(e, node);
}

struct rule_value rule_eval_constant(struct rule_eval *e, const struct rule_node *node)
{
    (void)e;
    return node->constant;
}

struct rule_value rule_eval_column(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value value = {.kind = node->kind};
    struct kho_text cell = e->batch->columns[node->column].cells[e->row];
    bool truth = false;
    bool read = true;
    if (cell.ptr == NULL)
        return rule_null();
    switch (node->kind) {
    case RULE_BOOL:
        read = kho_wire_bool(cell, &truth);
        value.number = truth;
        break;
    case RULE_INT:
        read = kho_wire_int(KHO_WIRE_INT8, cell, &value.number);
        break;
    case RULE_DATE:
        read = kho_wire_date(cell, &value.number);
        break;
    case RULE_INSTANT:
        read = kho_wire_timestamp(cell, &value.number);
        break;
    default:
        value.text = cell;
    }
    KHO_BUG_IF(!read); /* the cells are ours */
    return value;
}

struct rule_value rule_eval_iso_text(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value value = eval(e, node->args[0]);
    if (value.kind == RULE_NULL)
        return value;
    struct kho_text cell;
    KHO_BUG_IF(!kho_wire_from_date(e->arena, value.number, &cell));
    KHO_BUG_IF(!kho_wire_to_text(e->arena, KHO_WIRE_DATE, cell, &value.text));
    value.kind = RULE_TEXT;
    return value;
}

struct rule_value rule_eval_to_decimal(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value value = eval(e, node->args[0]);
    if (value.kind == RULE_NULL)
        return value;
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, value.number);
    KHO_BUG_IF(
        !kho_wire_from_decimal(e->arena, (struct kho_text){digits, (size_t)len}, &value.text));
    value.kind = RULE_DECIMAL;
    return value;
}

/* Numeric cells as kho_wire_from_decimal() makes them: no zero groups at either end. */
static int compare_decimals(struct kho_text a, struct kho_text b)
{
    int n_a = kho_be16(a.ptr), n_b = kho_be16(b.ptr);
    int sign_a = n_a == 0 ? 0 : kho_be16(a.ptr + 4) == 0 ? 1 : -1;
    int sign_b = n_b == 0 ? 0 : kho_be16(b.ptr + 4) == 0 ? 1 : -1;
    if (sign_a != sign_b || sign_a == 0)
        return sign_a - sign_b;
    int weight_a = (int16_t)kho_be16(a.ptr + 2), weight_b = (int16_t)kho_be16(b.ptr + 2);
    if (weight_a != weight_b)
        return weight_a > weight_b ? sign_a : -sign_a;
    for (int i = 0; i < n_a && i < n_b; i++) {
        int group_a = kho_be16(a.ptr + 8 + i * 2), group_b = kho_be16(b.ptr + 8 + i * 2);
        if (group_a != group_b)
            return group_a > group_b ? sign_a : -sign_a;
    }
    return n_a == n_b ? 0 : n_a > n_b ? sign_a : -sign_a;
}

static int compare(const struct rule_value *a, const struct rule_value *b)
{
    if (a->kind == RULE_TEXT) {
        size_t len = KHO_MIN(a->text.len, b->text.len);
        int order = len > 0 ? memcmp(a->text.ptr, b->text.ptr, len) : 0;
        return order != 0 ? order : (a->text.len > b->text.len) - (a->text.len < b->text.len);
    }
    if (a->kind == RULE_DECIMAL)
        return compare_decimals(a->text, b->text);
    return (a->number > b->number) - (a->number < b->number);
}

struct rule_value rule_eval_compare(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value a = eval(e, node->args[0]);
    struct rule_value b = eval(e, node->args[1]);
    if (a.kind == RULE_NULL || b.kind == RULE_NULL)
        return rule_null();
    int order = compare(&a, &b);
    switch (node->op) {
    case KHO_OP_EQ:
        return rule_bool(order == 0);
    case KHO_OP_NE:
        return rule_bool(order != 0);
    case KHO_OP_LT:
        return rule_bool(order < 0);
    case KHO_OP_LE:
        return rule_bool(order <= 0);
    case KHO_OP_GT:
        return rule_bool(order > 0);
    case KHO_OP_GE:
        return rule_bool(order >= 0);
    }
    return rule_null();
}

/* args come in pairs: each member stands behind the operand in the kind of their comparison. */
struct rule_value rule_eval_in(struct rule_eval *e, const struct rule_node *node)
{
    bool unknown = false;
    for (size_t i = 0; i < node->n_args; i += 2) {
        struct rule_value a = eval(e, node->args[i]);
        struct rule_value b = eval(e, node->args[i + 1]);
        if (a.kind == RULE_NULL || b.kind == RULE_NULL)
            unknown = true;
        else if (compare(&a, &b) == 0)
            return rule_bool(node->truth);
    }
    return unknown ? rule_null() : rule_bool(!node->truth);
}

struct rule_value rule_eval_is_null(struct rule_eval *e, const struct rule_node *node)
{
    return rule_bool((eval(e, node->args[0]).kind == RULE_NULL) == node->truth);
}

struct rule_value rule_eval_not(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value a = eval(e, node->args[0]);
    return a.kind == RULE_NULL ? a : rule_bool(a.number == 0);
}

struct rule_value rule_eval_and(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value a = eval(e, node->args[0]);
    if (a.kind == RULE_BOOL && a.number == 0)
        return a;
    struct rule_value b = eval(e, node->args[1]);
    if (b.kind == RULE_BOOL && b.number == 0)
        return b;
    return a.kind == RULE_NULL ? a : b;
}

struct rule_value rule_eval_or(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value a = eval(e, node->args[0]);
    if (a.kind == RULE_BOOL && a.number == 1)
        return a;
    struct rule_value b = eval(e, node->args[1]);
    if (b.kind == RULE_BOOL && b.number == 1)
        return b;
    return a.kind == RULE_NULL ? a : b;
}

struct rule_value rule_eval_length(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value a = eval(e, node->args[0]);
    if (a.kind == RULE_NULL)
        return a;
    return (struct rule_value){.kind = RULE_INT, .number = (int64_t)kho_utf8_length(a.text)};
}

/* The year in which someone was born, from a date of any precision; -1 if it is not known. */
static int birth_year(const struct rule_value *birth)
{
    if (birth->kind == RULE_DATE)
        return birth->number == INT64_MIN || birth->number == INT64_MAX
                   ? -1
                   : kho_date_from_days(birth->number).year;
    if (birth->kind != RULE_TEXT || birth->text.len < 4)
        return -1;
    int year = 0;
    for (size_t i = 0; i < 4; i++)
        year = year * 10 + (birth->text.ptr[i] - '0');
    return year;
}

/* The fourth digit counts the centuries from 1900 by two: even for men, odd for women. */
struct rule_value rule_eval_citizen_id_agrees(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value id = eval(e, node->args[0]);
    struct rule_value sex = eval(e, node->args[1]);
    struct rule_value birth = eval(e, node->args[2]);
    if (id.kind == RULE_NULL || id.text.len != 12)
        return rule_null();
    int digit = id.text.ptr[3] - '0';
    int year = 1900 + digit / 2 * 100 + (id.text.ptr[4] - '0') * 10 + (id.text.ptr[5] - '0');
    int born = birth_year(&birth);
    bool is_male = sex.kind == RULE_TEXT && kho_text_eq(sex.text, node->male);
    bool is_female = sex.kind == RULE_TEXT && kho_text_eq(sex.text, node->female);
    if ((is_male && digit % 2 != 0) || (is_female && digit % 2 == 0))
        return rule_bool(false);
    if (born >= 0 && born != year)
        return rule_bool(false);
    return is_male || is_female || born >= 0 ? rule_bool(true) : rule_null();
}

/* Areas are surveyed to a tenth of a square metre. */
#define AREA_TOLERANCE (DECIMAL_UNITS / 10)

struct rule_value rule_eval_land_uses_agree(struct rule_eval *e, const struct rule_node *node)
{
    struct rule_value uses = eval(e, node->args[0]);
    struct rule_value area = eval(e, node->args[1]);
    struct kho_text text;
    struct decimal d = {0};
    int64_t sum, units;
    if (uses.kind == RULE_NULL || area.kind == RULE_NULL || !land_uses_sum(uses.text, &sum))
        return rule_null();
    KHO_BUG_IF(!kho_wire_to_text(e->arena, KHO_WIRE_NUMERIC, area.text, &text));
    if (!split_decimal(text, &d) || !decimal_units(d, &units))
        return rule_null();
    return rule_bool(sum - units <= AREA_TOLERANCE && units - sum <= AREA_TOLERANCE);
}

void rule_run(const struct rule *rule, struct kho_batch *batch)
{
    struct rule_eval e = {.batch = batch, .arena = batch->arena};
    for (e.row = 0; e.row < batch->n_rows; e.row++) {
        e.fault = NULL;
        struct rule_value value = eval(&e, rule->root);
        if (KHO_UNLIKELY(e.fault != NULL))
            kho_batch_reject(batch, e.row, rule->severity, NULL, rule->name, "cannot be judged: %s",
                             e.fault);
        else if (value.kind == RULE_BOOL && value.number == 0)
            kho_batch_reject(batch, e.row, rule->severity, NULL, rule->name, "%s", rule->reason);
    }
}
