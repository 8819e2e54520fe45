/*
 * Expressions of `map:` as trees of column steps: each node turns the rows of a batch into one
 * vector of cells. Compiled once, run a column at a time.
 */
#ifndef KHO_SRC_NORMALISE_MAP_H
#define KHO_SRC_NORMALISE_MAP_H

#include <kho/core/charset.h>
#include <kho/normalise/program.h>
#include <kho/record/codes_history.h>

#include "date.h"
#include "parse.h"

#define FUNCTION_ARGS_MAX 16

/* Cells of one wire type; row i is cells[rows[i]], or cells[i] when `rows` is NULL. */
struct vec {
    enum kho_wire wire;
    const struct kho_text *cells;
    const uint32_t *rows;
};

static inline struct kho_text vec_at(const struct vec *vec, size_t i)
{
    return vec->cells[vec->rows != NULL ? vec->rows[i] : i];
}

/* WHEN: values are a condition and what is chosen by it. COMPUTED: a condition, or what it could
 * compare; its values are the columns and calls in it. */
enum node_kind { NODE_COLUMN, NODE_LITERAL, NODE_CALL, NODE_WHEN, NODE_COMPUTED };

struct node {
    enum node_kind kind;
    struct kho_pos pos;
    size_t input;                      /* COLUMN: number among the program's inputs */
    const struct kho_charset *charset; /* COLUMN: of its texts; NULL = UTF-8 */
    const struct function *function;   /* CALL */
    struct node **values;              /* CALL: arguments that are computed */
    size_t n_values;
    struct kho_text *texts; /* CALL: arguments that are literal strings */
    size_t n_texts;
    int64_t numbers[2]; /* CALL: arguments that are literal numbers */
    size_t n_numbers;
    struct date_format *formats;             /* date(): one a text */
    int system;                              /* code() */
    const struct kho_codes_history *history; /* code() as of a day, or by name; else NULL */
    bool forward;                            /* code(): to what stands today */
    struct pattern *pattern;                 /* extract() */
    const struct rule_node *rule;            /* COMPUTED */
    bool is_number;                          /* COLUMN: once bound, its cells are numbers */
    uint8_t *mute[2];                        /* WHEN: one a row, of those not chosen */
    struct kho_text *cells; /* room for what the node makes; LITERAL: filled once */
};

/* Where a column is being made: its target, the rows, and which of them are already rejected. */
struct step {
    const struct parse *parse; /* of the target column */
    const char *column;
    const struct kho_origin *origin; /* the inputs that the column is made of */
    const struct kho_batch *in;
    const uint32_t *rows;
    size_t n;
    struct kho_batch *out;
    uint8_t *bad;        /* one a row */
    const uint8_t *mute; /* one a row: nothing is noted, the value is not used; NULL = none */
};

struct function {
    const char *name;
    /* One letter an argument: v value, c condition, s string literal, i whole number literal;
     * behind the last
     * `+`: one or more of it, `?`: it may be left out. */
    const char *args;
    const char *usage;
    const char *help;
    /* Checks the literals; may be NULL. Says what is wrong, or NULL. */
    const char *(*prepare)(struct kho_arena *arena, const struct kho_schema_column *target,
                           struct node *node);
    /* NULL: when(), whose values are computed one after the other. */
    void (*run)(struct step *step, const struct node *node, const struct vec *values);
    bool text_only; /* refuses columns of numbers, which say themselves what they are */
};

void run_extract(struct step *step, const struct node *node, const struct vec *values);
extern const struct function map_functions[];
extern const size_t n_map_functions;

/* What the compiler knows while it walks over a job's mappings. */
struct compiler {
    struct kho_arena *arena;
    struct kho_diags *diags;
    const char *const *available; /* NULL = unknown */
    size_t n_available;
    const char **inputs;
    size_t n_inputs;
    const struct kho_schema_column *target;
    const struct kho_charset *charset; /* of the source's texts; NULL = UTF-8 */
};

/* Returns the node of an expression, or NULL after saying why in `diags`. */
struct node *map_compile(struct compiler *compiler, const struct kho_expr *expr);
/* An empty node. */
struct node *map_node(struct compiler *compiler, enum node_kind kind, struct kho_pos pos);
/* The node of a source column by its name, which is known to exist. */
struct node *map_column(struct compiler *compiler, struct kho_text name, struct kho_pos pos);

/* Makes room and checks the wire types of what the node's functions read. */
KHO_MUST_USE bool map_bind(struct kho_arena *arena, struct node *node, const enum kho_wire *wires,
                           const char *const *inputs, bool is_root, struct kho_err *err);

/* As map_run(), with all cells written as text. */
struct vec map_run_text(struct step *step, const struct node *node);

/* Computes a node. A column stays as it came; everything else is text. */
struct vec map_run(struct step *step, const struct node *node);

/* Adds the inputs that a node reads to the origin, each once. */
void map_origin(struct kho_arena *arena, const struct node *node, struct kho_origin *origin);

/* Notes what a parser says of a value: a reject with its row marked bad, a warning, a repair. */
void step_note(struct step *step, size_t i, const struct parsed *parsed);

#endif
