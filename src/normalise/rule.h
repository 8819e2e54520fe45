/*
 * Rules over the columns of a schema, in the three-valued logic of SQL: a row fails a rule only
 * where it is false.
 */
#ifndef KHO_SRC_NORMALISE_RULE_H
#define KHO_SRC_NORMALISE_RULE_H

#include <kho/record/batch.h>
#include <kho/record/schema.h>

struct rule_node;

struct rule {
    const char *name;
    const char *reason;
    enum kho_severity severity;
    const struct rule_node *root;
};

/* Compiles a rule; false after saying why in `diags`. */
bool rule_compile(struct kho_arena *arena, const struct kho_schema *schema,
                  const struct kho_schema_rule *source, struct kho_diags *diags, struct rule *rule);

/* Judges the rows of a batch with the schema's columns; notes those that fail. */
void rule_run(const struct rule *rule, struct kho_batch *batch);

#endif
