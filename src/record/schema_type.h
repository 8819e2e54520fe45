/* What the readers of schemas/ share. */
#ifndef KHO_RECORD_SCHEMA_TYPE_H
#define KHO_RECORD_SCHEMA_TYPE_H

#include <kho/record/schema.h>

/* Reads `text`, `decimal(12,2)`, `code(sex)` into the column; problems go to `diags`. */
void kho_schema_type_read(const struct kho_schemas *schemas, const struct kho_yaml_node *node,
                          struct kho_schema_column *column, struct kho_diags *diags);

/* Checks that `name` can be the name of a column in the store, or of a table there (`kind`). */
void kho_schema_name_check(const char *kind, struct kho_text name, struct kho_pos pos,
                           struct kho_diags *diags);

#endif
