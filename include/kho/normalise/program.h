/*
 * A job's mapping and its schema's rules, compiled to column programs: source columns in, schema
 * columns out, a column at a time over a batch. Pure: no I/O, no clock, no locale. A bad value is a
 * reject in the batch with its rule and column, never an error.
 *
 * `map:` and `rules:` share one grammar (kho/config/expr.h); `kho help functions` lists what they
 * have. The value of a mapping goes through the parser of its column's type. In `map:` operands are
 * source columns: texts, read as numbers or truth values where they meet such, and what cannot be
 * read or computed rejects the row. In `rules:` they are schema columns with the kind of their
 * type; a row that cannot be judged breaks the rule.
 */
#ifndef KHO_NORMALISE_PROGRAM_H
#define KHO_NORMALISE_PROGRAM_H

#include <kho/config/warehouse.h>
#include <kho/core/zone.h>
#include <kho/record/batch.h>
#include <kho/record/schema.h>

struct kho_program;

struct kho_program_options {
    const struct kho_job *job;
    const struct kho_schema *schema;
    /* The source table's columns, or NULL when they are not known (no connection): then the columns
     * are taken to exist, and same-named columns do not map themselves. */
    const char *const *available;
    size_t n_available;
    /* Of TIMESTAMP cells (no zone) that become instants; NULL = UTC. */
    const struct kho_zone *zone;
    /* Of the source's texts, as kho_charset_open() names it; NULL = UTF-8. */
    struct kho_text encoding;
};

/* Compiles; problems (unknown function, wrong number or kind of arguments, a column that neither
 * side has, a required schema column that nothing maps) go to `diags` with their places. Returns
 * NULL if there were errors. */
struct kho_program *kho_program_new(struct kho_arena *arena,
                                    const struct kho_program_options *options,
                                    struct kho_diags *diags);

/* The source columns that the program reads, distinct: the columns a pull has to select. */
const char *const *kho_program_inputs(const struct kho_program *program, size_t *count);

/* Tells the wire types of the inputs, in that order, once, before kho_program_run(). CONFIG if a
 * function cannot take such a type. */
KHO_MUST_USE bool kho_program_bind(struct kho_program *program, const enum kho_wire *wires,
                                   struct kho_err *err);

/* Fingerprint of all that decides an output value from an input row: expressions, types, rules,
 * code lists, zone, the parsers' version. Hashes of rows are seeded with it. */
struct kho_hash128 kho_program_fingerprint(const struct kho_program *program);

/* Makes a batch with the schema's columns, for kho_program_run(). */
struct kho_batch *kho_program_output(const struct kho_program *program, struct kho_arena *parent);

/* Normalises the rows `rows[0..n)` of `in` (columns = inputs; ascending row numbers) into `out`,
 * which is cleared first: row i of `out` is row rows[i] of `in`, with its key and hash. Cells of
 * `out` may point into `in`'s arena: clear `out` first. Rejected rows stay in `out`, marked. */
void kho_program_run(struct kho_program *program, const struct kho_batch *in, const uint32_t *rows,
                     size_t n, struct kho_batch *out);

/* Writes the functions' table for `kho help functions`, or Markdown for the README. */
void kho_program_functions_show(bool markdown, struct kho_buf *out);

#endif
