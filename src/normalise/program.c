/*
 * A job's program: one target a schema column, then the rules. Compiling and running a mapping's
 * expression is left to map.c, parsing of values to the parsers, rules to rule.c.
 */
#include "code.h"
#include "map.h"
#include "rule.h"
#include "wire_in.h"

/* Goes up whenever a parser answers differently: then everything is compared anew. */
#define PARSERS_VERSION 2

struct target {
    const char *name;
    const char *rule;            /* the type's word */
    struct node *root;           /* NULL: nothing maps the column */
    const struct kho_expr *expr; /* NULL: the column of the same name */
    struct parse parse;
    struct kho_origin origin;
    bool canonical; /* what the root makes needs no parser any more */
};

struct kho_program {
    struct kho_arena *arena;
    const struct kho_schema *schema;
    const struct kho_zone *zone;
    const char *encoding;   /* of the source; NULL = UTF-8 */
    struct target *targets; /* one a schema column */
    struct rule *rules;
    size_t n_rules;
    const char **inputs;
    size_t n_inputs;
    const enum kho_wire *wires;
    uint8_t *bad;
};

static const struct kho_mapping *mapping_of(const struct kho_job *job, struct kho_text column)
{
    for (size_t i = 0; i < job->n_map; i++) {
        if (kho_text_eq(job->map[i].column, column))
            return &job->map[i];
    }
    return NULL;
}

static bool is_available(const struct compiler *compiler, struct kho_text name)
{
    for (size_t i = 0; i < compiler->n_available; i++) {
        if (kho_text_eq_cstr(name, compiler->available[i]))
            return true;
    }
    return false;
}

/* date() and code() answer in the canonical form of these types. */
static bool is_canonical(const struct node *root, enum kho_type type)
{
    if (root == NULL || root->kind != NODE_CALL)
        return false;
    const char *name = root->function->name;
    return (type == KHO_TYPE_PARTIAL_DATE && strcmp(name, "date") == 0) ||
           (type == KHO_TYPE_CODE && strncmp(name, "code", 4) == 0);
}

static void compile_target(struct kho_program *program, struct compiler *compiler,
                           const struct kho_job *job, size_t i)
{
    const struct kho_schema_column *column = &program->schema->columns[i];
    struct target *target = &program->targets[i];
    const struct kho_mapping *mapping = mapping_of(job, column->name);
    target->name = kho_arena_cstr(program->arena, column->name);
    target->rule = kho_type_word(column->type);
    target->parse = (struct parse){.column = column, .zone = program->zone};
    target->parse.not_in_list = not_in_list_reason(program->arena, column);
    compiler->target = column;
    if (mapping != NULL) {
        target->expr = mapping->expr;
        target->root = map_compile(compiler, mapping->expr);
        target->canonical = is_canonical(target->root, column->type);
    } else if (is_available(compiler, column->name)) {
        target->root = map_column(compiler, column->name, job->pos);
    }
    const char *fault =
        target->root != NULL ? code_fault(program->arena, column, target->root) : NULL;
    if (fault != NULL)
        kho_diag_error(compiler->diags, mapping != NULL ? mapping->pos : job->pos, "%s", fault);
    if (target->root != NULL) {
        map_origin(program->arena, target->root, &target->origin);
    } else if (mapping == NULL && column->required && compiler->available != NULL) {
        kho_diag_error(compiler->diags, job->pos, "nothing maps '%s', which schema %.*s requires",
                       target->name, KHO_TEXT_ARGS(program->schema->name));
    }
}

/* Mappings whose column the schema does not have. */
static void check_columns(struct kho_program *program, const struct kho_job *job,
                          struct kho_diags *diags)
{
    const struct kho_schema *schema = program->schema;
    const char **names = kho_arena_array(program->arena, schema->n_columns, sizeof *names);
    for (size_t i = 0; i < schema->n_columns; i++)
        names[i] = kho_arena_cstr(program->arena, schema->columns[i].name);
    for (size_t i = 0; i < job->n_map; i++) {
        struct kho_text column = job->map[i].column;
        if (kho_schema_column_index(schema, column) < 0)
            kho_diag_error(diags, job->map[i].pos, "schema %.*s has no column '%.*s'%s",
                           KHO_TEXT_ARGS(schema->name), KHO_TEXT_ARGS(column),
                           kho_diag_suggest(diags, column, names, schema->n_columns));
    }
}

static void compile_rules(struct kho_program *program, struct kho_diags *diags)
{
    const struct kho_schema *schema = program->schema;
    program->rules = kho_arena_array(program->arena, schema->n_rules, sizeof *program->rules);
    for (size_t i = 0; i < schema->n_rules; i++) {
        if (rule_compile(program->arena, schema, &schema->rules[i], diags,
                         &program->rules[program->n_rules]))
            program->n_rules++;
    }
}

struct kho_program *kho_program_new(struct kho_arena *arena,
                                    const struct kho_program_options *options,
                                    struct kho_diags *diags)
{
    size_t errors = diags->errors;
    struct kho_program *program = kho_arena_alloc(arena, sizeof *program);
    struct compiler compiler = {.arena = arena,
                                .diags = diags,
                                .available = options->available,
                                .n_available =
                                    options->available != NULL ? options->n_available : 0};
    program->arena = arena;
    program->schema = options->schema;
    program->zone = options->zone;
    program->targets = kho_arena_array(arena, program->schema->n_columns, sizeof *program->targets);
    program->bad = kho_arena_array(arena, KHO_BATCH_ROWS, sizeof *program->bad);
    if (!kho_text_is_null(options->encoding)) {
        compiler.charset = kho_charset_open(arena, options->encoding);
        KHO_BUG_IF(compiler.charset == NULL); /* the configuration was checked */
        program->encoding = kho_charset_name(compiler.charset);
    }
    check_columns(program, options->job, diags);
    for (size_t i = 0; i < program->schema->n_columns; i++)
        compile_target(program, &compiler, options->job, i);
    compile_rules(program, diags);
    program->inputs = compiler.inputs;
    program->n_inputs = compiler.n_inputs;
    return diags->errors == errors ? program : NULL;
}

const char *const *kho_program_inputs(const struct kho_program *program, size_t *count)
{
    *count = program->n_inputs;
    return program->inputs;
}

static bool check_wire(const struct kho_program *program, const struct target *target,
                       const enum kho_wire *wires, struct kho_err *err)
{
    if (target->root->kind != NODE_COLUMN)
        return true;
    enum kho_wire wire = wires[target->root->input];
    if (wire_is_taken(target->parse.column->type, wire))
        return true;
    kho_err_set(err, KHO_ERR_CONFIG, "column '%s' is of type %s, which cannot become %s",
                program->inputs[target->root->input], kho_wire_sql(wire), target->rule);
    return kho_err_context(err, "mapping '%s' of schema %.*s", target->name,
                           KHO_TEXT_ARGS(program->schema->name));
}

bool kho_program_bind(struct kho_program *program, const enum kho_wire *wires, struct kho_err *err)
{
    enum kho_wire *copy = kho_arena_array(program->arena, program->n_inputs, sizeof *copy);
    for (size_t i = 0; i < program->n_inputs; i++)
        copy[i] = wires[i];
    program->wires = copy;
    for (size_t i = 0; i < program->schema->n_columns; i++) {
        struct target *target = &program->targets[i];
        if (target->root == NULL)
            continue;
        KHO_TRY(check_wire(program, target, wires, err));
        KHO_TRY(map_bind(program->arena, target->root, wires, program->inputs, true, err));
    }
    return true;
}

static void put_target(struct kho_buf *out, const struct target *target)
{
    const struct kho_schema_column *column = target->parse.column;
    char hex[KHO_HASH_HEX_SIZE] = "";
    if (column->codes != NULL)
        kho_hash_hex(column->codes->fingerprint, hex);
    kho_buf_printf(out, "%s %s %d %d %d %s ", target->name, target->rule, column->precision,
                   column->scale, column->required, hex);
    if (target->expr != NULL)
        kho_expr_canonical(target->expr, out);
    else if (target->root != NULL)
        kho_buf_puts(out, "same");
    kho_buf_char(out, '\n');
}

struct kho_hash128 kho_program_fingerprint(const struct kho_program *program)
{
    struct kho_buf out;
    kho_buf_init(&out, 64 * 1024 * 1024);
    kho_buf_printf(&out, "parsers %d\nzone %s\n", PARSERS_VERSION, kho_zone_name(program->zone));
    if (program->encoding != NULL)
        kho_buf_printf(&out, "encoding %s\n", program->encoding);
    for (size_t i = 0; i < program->schema->n_columns; i++)
        put_target(&out, &program->targets[i]);
    for (size_t i = 0; i < program->schema->n_rules; i++) {
        const struct kho_schema_rule *rule = &program->schema->rules[i];
        kho_buf_printf(&out, "rule %.*s %d ", KHO_TEXT_ARGS(rule->name), (int)rule->severity);
        kho_expr_canonical(rule->check, &out);
        kho_buf_char(&out, '\n');
    }
    struct kho_text text = kho_buf_as_text(&out);
    struct kho_hash128 hash = kho_hash_bytes(text.ptr, text.len, 0);
    kho_buf_release(&out);
    return hash;
}

struct kho_batch *kho_program_output(const struct kho_program *program, struct kho_arena *parent)
{
    struct kho_batch *batch = kho_batch_new(parent, program->schema->n_columns);
    for (size_t i = 0; i < batch->n_columns; i++) {
        batch->columns[i].name = program->targets[i].name;
        batch->columns[i].wire = kho_type_wire(program->schema->columns[i].type);
    }
    return batch;
}

/* Parses one cell (not NULL) into a cell of the target's wire type. */
static void fill_cell(struct step *step, enum kho_wire wire, struct kho_text cell, size_t i,
                      struct kho_text *out)
{
    struct parsed parsed = parse_cell(step->parse, wire, cell);
    *out = KHO_TEXT_NULL;
    if (parsed.outcome == KHO_VALUE_OK)
        parsed_cell(step->parse->arena, step->parse->column->type, &parsed, out);
    if (KHO_UNLIKELY(parsed_says(&parsed)))
        step_note(step, i, &parsed);
}

/* The loop that most cells go through: text in, text out. */
static void fill_texts(struct step *step, const struct vec *vec, struct kho_text *cells)
{
    parser *parse = parser_of(step->parse->column->type);
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(vec, i);
        cells[i] = KHO_TEXT_NULL;
        if (cell.ptr == NULL)
            continue;
        struct parsed parsed = parse(step->parse, cell);
        cells[i] = parsed.text;
        if (KHO_UNLIKELY(parsed_says(&parsed)))
            step_note(step, i, &parsed);
    }
}

static void fill(struct step *step, const struct target *target, struct kho_text *cells)
{
    struct vec vec = map_run(step, target->root);
    if (target->canonical) {
        memcpy(cells, vec.cells, step->n * sizeof *cells);
        return;
    }
    if (vec.wire == KHO_WIRE_TEXT && kho_type_wire(target->parse.column->type) == KHO_WIRE_TEXT) {
        fill_texts(step, &vec, cells);
        return;
    }
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(&vec, i);
        if (cell.ptr == NULL)
            cells[i] = KHO_TEXT_NULL;
        else
            fill_cell(step, vec.wire, cell, i, &cells[i]);
    }
}

static void require(struct step *step, const struct kho_text *cells)
{
    for (size_t i = 0; i < step->n; i++) {
        if (cells[i].ptr == NULL && step->bad[i] == 0)
            kho_batch_reject(step->out, i, KHO_REJECT, step->column, "required", "is missing");
    }
}

static void run_target(struct kho_program *program, struct step *step, size_t i)
{
    struct target *target = &program->targets[i];
    struct kho_text *cells = step->out->columns[i].cells;
    target->parse.arena = step->out->arena;
    step->parse = &target->parse;
    step->column = target->name;
    step->origin = &target->origin;
    step->bad = program->bad;
    memset(program->bad, 0, step->n);
    if (target->root == NULL)
        memset(cells, 0, step->n * sizeof *cells);
    else
        fill(step, target, cells);
    if (target->parse.column->required)
        require(step, cells);
}

void kho_program_run(struct kho_program *program, const struct kho_batch *in, const uint32_t *rows,
                     size_t n, struct kho_batch *out)
{
    KHO_BUG_IF(program->wires == NULL || n > KHO_BATCH_ROWS);
    kho_batch_clear(out);
    out->n_rows = n;
    out->first_row = in->first_row;
    for (size_t i = 0; i < n; i++) {
        out->keys[i] = in->keys[rows[i]];
        out->hashes[i] = in->hashes[rows[i]];
    }
    struct step step = {.in = in, .rows = rows, .n = n, .out = out};
    for (size_t i = 0; i < program->schema->n_columns; i++)
        run_target(program, &step, i);
    for (size_t i = 0; i < program->n_rules; i++)
        rule_run(&program->rules[i], out);
}

struct listing {
    bool markdown;
    struct kho_buf *out;
};

static void show_function(const char *usage, const char *help, void *context)
{
    const struct listing *listing = context;
    if (listing->markdown)
        kho_buf_printf(listing->out, "| `%s` | %s |\n", usage, help);
    else
        kho_buf_printf(listing->out, "%-48s %s\n", usage, help);
}

void kho_program_functions_show(bool markdown, struct kho_buf *out)
{
    struct listing listing = {markdown, out};
    if (markdown)
        kho_buf_puts(out, "| function | what it makes |\n|---|---|\n");
    for (size_t i = 0; i < n_map_functions; i++)
        show_function(map_functions[i].usage, map_functions[i].help, &listing);
    rule_functions_each(show_function, &listing);
}
