/*
 * Shared schemas: schemas/<domain>.<name>.yaml. A schema names its columns with types, who may see
 * them (`pii`), and rules over a row. See type.h for what a type means.
 */
#ifndef KHO_RECORD_SCHEMA_H
#define KHO_RECORD_SCHEMA_H

#include <kho/config/expr.h>
#include <kho/config/fields.h>
#include <kho/record/codes.h>
#include <kho/record/type.h>

enum kho_pii { KHO_PII_NONE, KHO_PII_BASIC, KHO_PII_SENSITIVE, KHO_PII_ID };

struct kho_schema;

struct kho_schema_column {
    struct kho_text name;
    struct kho_pos pos;
    enum kho_type type;
    const struct kho_codes *codes; /* CODE, LAND_USES */
    int precision;                 /* NUMERIC on the wire: decimal(12,2), 0 = any; SECTOR: year */
    int scale;
    bool required;
    enum kho_pii pii;
    struct kho_text title; /* the column's comment; NULL = none */
    struct kho_texts was;  /* names that it had before */
    /* domain.table.column whose values it should be among, NULL = none; and what that is. */
    struct kho_text references;
    const struct kho_schema *referred_schema;
    const struct kho_schema_column *referred_column;
};

/* REJECT: the row is not loaded; WARN: it is, somebody should look; REPAIR: it is, with a value
 * that was mended where only one reading is possible, and its original is kept. */
enum kho_severity { KHO_REJECT, KHO_WARN, KHO_REPAIR };

/* reject, warn, repair */
const char *kho_severity_word(enum kho_severity severity);

struct kho_schema_rule {
    struct kho_text name;
    struct kho_pos pos;
    struct kho_expr *check; /* a row passes unless this is false (NULL passes, as in SQL's CHECK) */
    enum kho_severity severity;
};

/* What a run does when the source's table has changed. */
enum kho_drift_action { KHO_DRIFT_REPORT, KHO_DRIFT_STOP };

struct kho_drift {
    int new_column; /* enum kho_drift_action */
    int missing_column;
    int type_change;
};

struct kho_schema {
    struct kho_text name;   /* population.person */
    struct kho_text domain; /* population: the store's schema */
    struct kho_text table;  /* person */
    struct kho_pos pos;
    int64_t version;
    struct kho_text title;
    struct kho_texts identity; /* columns that make records of two sources speak of one person */
    struct kho_schema_column *columns;
    size_t n_columns;
    struct kho_schema_rule *rules;
    size_t n_rules;
    struct kho_drift drift;
};

struct kho_schemas {
    struct kho_schema *items; /* ordered by name */
    size_t count;
    struct kho_codes **codes; /* all code lists, ordered by name */
    size_t n_codes;
};

/* Reads schemas/ and schemas/codes/ under `dir`. Problems of the files go to `diags`; column names
 * beginning with _, SQL type words (`kho_type_*`) and unknown code lists are checked here. */
KHO_MUST_USE bool kho_schemas_load(struct kho_arena *arena, const char *dir,
                                   struct kho_schemas *schemas, struct kho_diags *diags,
                                   struct kho_err *err);

const struct kho_schema *kho_schemas_find(const struct kho_schemas *schemas, struct kho_text name);
/* Returns the column's index or -1. */
int kho_schema_column_index(const struct kho_schema *schema, struct kho_text name);

extern const struct kho_field_table *const kho_schema_tables[];

#endif
