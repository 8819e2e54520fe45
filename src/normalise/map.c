/*
 * Compiles and runs the trees of `map:` expressions. What a function does stands in functions.c.
 */
#include "map.h"

#include <kho/record/wire.h>

#include "computed.h"
#include "rule_compile.h"
#include "wire_in.h"

struct node *map_node(struct compiler *compiler, enum node_kind kind, struct kho_pos pos)
{
    struct node *node = kho_arena_alloc(compiler->arena, sizeof *node);
    node->kind = kind;
    node->pos = pos;
    return node;
}

struct node *map_column(struct compiler *compiler, struct kho_text name, struct kho_pos pos)
{
    struct node *node = map_node(compiler, NODE_COLUMN, pos);
    node->charset = compiler->charset;
    for (size_t i = 0; i < compiler->n_inputs; i++) {
        if (kho_text_eq_cstr(name, compiler->inputs[i])) {
            node->input = i;
            return node;
        }
    }
    node->input = compiler->n_inputs;
    const char **slot = kho_arena_push(compiler->arena, (void *)&compiler->inputs,
                                       &compiler->n_inputs, sizeof *slot);
    *slot = kho_arena_cstr(compiler->arena, name);
    return node;
}

static struct node *compile_column(struct compiler *compiler, const struct kho_expr *expr)
{
    bool found = compiler->available == NULL;
    for (size_t i = 0; i < compiler->n_available && !found; i++)
        found = kho_text_eq_cstr(expr->text, compiler->available[i]);
    if (found)
        return map_column(compiler, expr->text, expr->pos);
    kho_diag_error(
        compiler->diags, expr->pos, "the source has no column '%.*s'%s", KHO_TEXT_ARGS(expr->text),
        kho_diag_suggest(compiler->diags, expr->text, compiler->available, compiler->n_available));
    return NULL;
}

static struct node *literal(struct compiler *compiler, const struct kho_expr *expr,
                            struct kho_text text)
{
    struct node *node = map_node(compiler, NODE_LITERAL, expr->pos);
    node->cells = kho_arena_array(compiler->arena, KHO_BATCH_ROWS, sizeof *node->cells);
    for (size_t i = 0; i < KHO_BATCH_ROWS; i++)
        node->cells[i] = text;
    return node;
}

static const struct function *find_function(struct compiler *compiler, const struct kho_expr *expr)
{
    const char *names[32];
    KHO_BUG_IF(n_map_functions > KHO_COUNT(names));
    for (size_t i = 0; i < n_map_functions; i++) {
        names[i] = map_functions[i].name;
        if (kho_text_eq_cstr(expr->text, names[i]))
            return &map_functions[i];
    }
    kho_diag_error(compiler->diags, expr->pos, "unknown function '%.*s'%s",
                   KHO_TEXT_ARGS(expr->text),
                   kho_diag_suggest(compiler->diags, expr->text, names, n_map_functions));
    return NULL;
}

/* The kind of the i-th argument, or 0 if there is none. */
static char arg_kind(const char *args, size_t i)
{
    size_t n = strlen(args);
    if (i < n && args[i] != '+' && args[i] != '?')
        return args[i];
    return args[n - 1] == '+' ? args[n - 2] : '\0';
}

static bool count_fits(const struct function *function, size_t n)
{
    const char *plus = strchr(function->args, '+');
    bool optional = strchr(function->args, '?') != NULL;
    size_t least = strlen(function->args) - (plus != NULL) - 2 * optional;
    if (optional)
        return n == least || n == least + 1;
    return plus != NULL ? n >= least && n <= FUNCTION_ARGS_MAX : n == least;
}

static bool compile_arg(struct compiler *compiler, struct node *node, char kind,
                        const struct kho_expr *arg)
{
    struct kho_diags *diags = compiler->diags;
    if (kind == 'v' || kind == 'c') {
        struct node *value =
            kind == 'c' ? computed_compile(compiler, arg, true) : map_compile(compiler, arg);
        node->values[node->n_values++] = value;
        return value != NULL;
    }
    if (kind == 's') {
        if (arg->kind != KHO_EXPR_STRING) {
            kho_diag_error(diags, arg->pos, "%s takes a text in quotes here: %s",
                           node->function->name, node->function->usage);
            return false;
        }
        node->texts[node->n_texts++] = arg->text;
        return true;
    }
    if (arg->kind != KHO_EXPR_NUMBER ||
        !kho_text_to_int(arg->text, &node->numbers[node->n_numbers++])) {
        kho_diag_error(diags, arg->pos, "%s takes a whole number here: %s", node->function->name,
                       node->function->usage);
        return false;
    }
    return true;
}

static struct node *compile_call(struct compiler *compiler, const struct kho_expr *expr)
{
    const struct function *function = find_function(compiler, expr);
    if (function == NULL)
        return NULL;
    if (!count_fits(function, expr->n_args)) {
        kho_diag_error(compiler->diags, expr->pos, "wrong number of arguments: %s",
                       function->usage);
        return NULL;
    }
    struct node *node =
        map_node(compiler, function->run == NULL ? NODE_WHEN : NODE_CALL, expr->pos);
    bool ok = true;
    node->function = function;
    node->values = kho_arena_array(compiler->arena, expr->n_args, sizeof(struct node *));
    node->texts = kho_arena_array(compiler->arena, expr->n_args, sizeof *node->texts);
    node->cells = kho_arena_array(compiler->arena, KHO_BATCH_ROWS, sizeof *node->cells);
    for (size_t i = 0; i < expr->n_args; i++)
        ok &= compile_arg(compiler, node, arg_kind(function->args, i), expr->args[i]);
    if (!ok)
        return NULL;
    for (size_t i = 0; i < 2 && node->kind == NODE_WHEN; i++)
        node->mute[i] = kho_arena_alloc(compiler->arena, KHO_BATCH_ROWS);
    const char *fault = function->prepare != NULL
                            ? function->prepare(compiler->arena, compiler->target, node)
                            : NULL;
    if (fault == NULL)
        return node;
    /* A pattern is long enough to be pointed at itself */
    struct kho_pos pos = function->run == run_extract ? expr->args[1]->pos : expr->pos;
    kho_diag_error(compiler->diags, pos, "%s: %s", function->name, fault);
    return NULL;
}

struct node *map_compile(struct compiler *compiler, const struct kho_expr *expr)
{
    switch (expr->kind) {
    case KHO_EXPR_COLUMN:
        return compile_column(compiler, expr);
    case KHO_EXPR_STRING:
    case KHO_EXPR_NUMBER:
        return literal(compiler, expr, expr->text);
    case KHO_EXPR_BOOL:
        return literal(compiler, expr, expr->truth ? KHO_TEXT("true") : KHO_TEXT("false"));
    case KHO_EXPR_NULL:
        return literal(compiler, expr, KHO_TEXT_NULL);
    case KHO_EXPR_CALL:
        return rule_map_has(expr->text) ? computed_compile(compiler, expr, false)
                                        : compile_call(compiler, expr);
    default:
        return computed_compile(compiler, expr, false);
    }
}

static bool is_number(enum kho_wire wire)
{
    return wire >= KHO_WIRE_INT2 && wire <= KHO_WIRE_NUMERIC;
}

static bool fits_function(const struct node *node, const enum kho_wire *wires,
                          const char *const *inputs, struct kho_err *err)
{
    for (size_t i = 0; node->kind == NODE_CALL && i < node->n_values; i++) {
        const struct node *value = node->values[i];
        if (node->function->text_only && value->kind == NODE_COLUMN &&
            is_number(wires[value->input]))
            return kho_err_set(err, KHO_ERR_CONFIG,
                               "column '%s' is a number already, without %s(), at %s:%d:%d",
                               inputs[value->input], node->function->name, node->pos.file,
                               node->pos.line, node->pos.column);
    }
    return true;
}

bool map_bind(struct kho_arena *arena, struct node *node, const enum kho_wire *wires,
              const char *const *inputs, bool is_root, struct kho_err *err)
{
    for (size_t i = 0; i < node->n_values; i++)
        KHO_TRY(map_bind(arena, node->values[i], wires, inputs, false, err));
    KHO_TRY(fits_function(node, wires, inputs, err));
    node->is_number = node->kind == NODE_COLUMN && is_number(wires[node->input]);
    if (node->kind == NODE_COLUMN && node->charset != NULL)
        node->cells = kho_arena_array(arena, KHO_BATCH_ROWS, sizeof *node->cells);
    if (node->kind != NODE_COLUMN || is_root || wires[node->input] == KHO_WIRE_TEXT)
        return true;
    if (wires[node->input] == KHO_WIRE_BYTEA)
        return kho_err_set(err, KHO_ERR_CONFIG,
                           "column '%s' is bytea, which no function can read, at %s:%d:%d",
                           inputs[node->input], node->pos.file, node->pos.line, node->pos.column);
    if (node->cells == NULL)
        node->cells = kho_arena_array(arena, KHO_BATCH_ROWS, sizeof *node->cells);
    return true;
}

void map_origin(struct kho_arena *arena, const struct node *node, struct kho_origin *origin)
{
    for (size_t i = 0; i < node->n_values; i++)
        map_origin(arena, node->values[i], origin);
    if (node->kind != NODE_COLUMN)
        return;
    for (size_t i = 0; i < origin->n_columns; i++) {
        if (origin->columns[i] == node->input)
            return;
    }
    size_t *slot =
        kho_arena_push(arena, (void *)&origin->columns, &origin->n_columns, sizeof *slot);
    *slot = node->input;
}

void step_note(struct step *step, size_t i, const struct parsed *parsed)
{
    bool reject = parsed->outcome == KHO_VALUE_REJECT;
    if (step->mute != NULL && step->mute[i] != 0)
        return;
    if (reject)
        step->bad[i] = 1;
    if (parsed->reason != NULL)
        kho_batch_reject(step->out, i, reject ? KHO_REJECT : KHO_WARN, step->column,
                         kho_type_word(step->parse->column->type), "%s", parsed->reason);
    if (parsed->repair != NULL && !reject)
        kho_batch_repair(step->out, i, step->column, kho_type_word(step->parse->column->type),
                         parsed->repair, step->origin);
}

/* Texts in another encoding become UTF-8 before anything reads them. */
static struct vec decoded_vec(struct step *step, const struct node *node, const struct vec *vec)
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(vec, i);
        node->cells[i] = KHO_TEXT_NULL;
        if (cell.ptr == NULL)
            continue;
        if (vec->wire == KHO_WIRE_BPCHAR)
            cell = without_padding(cell);
        if (kho_charset_decode(node->charset, step->out->arena, cell, &node->cells[i]))
            continue;
        struct parsed broken = parsed_reject(kho_arena_printf(
            step->out->arena, "bytes that are no %s", kho_charset_name(node->charset)));
        step_note(step, i, &broken);
        node->cells[i] = KHO_TEXT_NULL;
    }
    return (struct vec){KHO_WIRE_TEXT, node->cells, NULL};
}

static struct vec column_vec(struct step *step, const struct node *node)
{
    const struct kho_batch_column *column = &step->in->columns[node->input];
    struct vec vec = {column->wire, column->cells, step->rows};
    bool text = vec.wire == KHO_WIRE_TEXT || vec.wire == KHO_WIRE_BPCHAR;
    return node->charset != NULL && text ? decoded_vec(step, node, &vec) : vec;
}

/* Functions read text: other cells are written out for them. */
struct vec map_run_text(struct step *step, const struct node *node)
{
    struct vec vec = map_run(step, node);
    if (vec.wire == KHO_WIRE_TEXT)
        return vec;
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text *out = &node->cells[i];
        struct kho_text cell = vec_at(&vec, i);
        if (vec.wire == KHO_WIRE_BPCHAR) {
            *out = without_padding(cell);
        } else if (!kho_wire_to_text(step->out->arena, vec.wire, cell, out)) {
            struct parsed broken = parsed_reject("the source sent a malformed value");
            step_note(step, i, &broken);
            *out = KHO_TEXT_NULL;
        }
    }
    return (struct vec){KHO_WIRE_TEXT, node->cells, NULL};
}

/* Takes the cells of the rows that are not mute from what is computed for them alone. */
static void choose(struct step *step, const struct node *node, size_t branch)
{
    const uint8_t *outer = step->mute;
    const uint8_t *mute = node->mute[branch];
    step->mute = mute;
    struct vec vec = {KHO_WIRE_TEXT, NULL, NULL};
    if (branch + 1 < node->n_values)
        vec = map_run_text(step, node->values[branch + 1]);
    for (size_t i = 0; i < step->n; i++) {
        if (mute[i] == 0)
            node->cells[i] = vec.cells != NULL ? vec_at(&vec, i) : KHO_TEXT_NULL;
    }
    step->mute = outer;
}

static void run_when(struct step *step, const struct node *node)
{
    struct vec condition = map_run_text(step, node->values[0]);
    for (size_t i = 0; i < step->n; i++) {
        bool outer = step->mute != NULL && step->mute[i] != 0;
        bool holds = kho_text_eq_cstr(vec_at(&condition, i), COMPUTED_TRUE);
        node->cells[i] = KHO_TEXT_NULL;
        node->mute[0][i] = outer || !holds;
        node->mute[1][i] = outer || holds;
    }
    choose(step, node, 0);
    choose(step, node, 1);
}

struct vec map_run(struct step *step, const struct node *node)
{
    if (node->kind == NODE_COLUMN)
        return column_vec(step, node);
    if (node->kind == NODE_WHEN)
        run_when(step, node);
    if (node->kind == NODE_COMPUTED)
        computed_run(step, node);
    if (node->kind == NODE_CALL) {
        struct vec values[FUNCTION_ARGS_MAX];
        for (size_t i = 0; i < node->n_values; i++)
            values[i] = map_run_text(step, node->values[i]);
        node->function->run(step, node, values);
    }
    return (struct vec){KHO_WIRE_TEXT, node->cells, NULL};
}
