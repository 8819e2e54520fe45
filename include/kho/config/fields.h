/*
 * Field tables: one table says a mapping's keys, their types, defaults and meaning. It drives the
 * parser, the messages, `kho help FILE-KIND` and the README's reference tables.
 */
#ifndef KHO_CONFIG_FIELDS_H
#define KHO_CONFIG_FIELDS_H

#include <kho/config/secret.h>
#include <kho/config/yaml.h>

enum kho_field_kind {
    KHO_FIELD_TEXT, /* struct kho_text */
    KHO_FIELD_NAME, /* struct kho_text: [a-z][a-z0-9_]*, dots allowed between, at most 63 bytes */
    KHO_FIELD_INT,  /* int64_t, not negative */
    KHO_FIELD_BOOL, /* bool: true, false (also yes, no) */
    KHO_FIELD_DURATION, /* int64_t milliseconds: 500ms, 30s, 5m, 2h, 1d */
    KHO_FIELD_SIZE,     /* int64_t bytes: 64MB (1024s), 10kB, 2GB */
    KHO_FIELD_PERCENT,  /* int64_t millionths: 2% is 20000; `none` is -1 */
    KHO_FIELD_CHOICE,   /* int: index into `choices` */
    KHO_FIELD_SECRET,   /* struct kho_secret */
    KHO_FIELD_TEXTS,    /* struct kho_texts: one scalar or a sequence of scalars */
    KHO_FIELD_GROUP,    /* a nested struct, described by `group` */
    KHO_FIELD_NODE,     /* const struct kho_yaml_node *: read by the caller */
};

struct kho_texts {
    struct kho_text *items;
    struct kho_pos *pos;
    size_t count;
};

struct kho_field {
    const char *name;
    enum kho_field_kind kind;
    size_t offset; /* of the value in the target struct */
    bool required;
    const char *fallback;       /* the default as it would be written in YAML; NULL = zero */
    const char *help;           /* one line */
    const char *const *choices; /* CHOICE: NULL-terminated words; NODE: words to show in help */
    const struct kho_field_table *group; /* GROUP */
};

struct kho_field_table {
    const char *title; /* of the reference table, e.g. "A job: etl/jobs/NAME.yaml" */
    const struct kho_field *fields;
    size_t count;
};

#define KHO_FIELD_TABLE(title, array) ((struct kho_field_table){title, array, KHO_COUNT(array)})

/* Fills `target` from a mapping: defaults first, then what is written. Unknown keys, wrong types,
 * values out of range and missing required keys go to `diags`. Texts live in the tree's arena.
 * Returns whether this mapping had no errors. */
bool kho_fields_read(const struct kho_field_table *table, const struct kho_yaml_node *mapping,
                     void *target, struct kho_arena *arena, struct kho_diags *diags);

/* Writes the table as text (`kho help job`) or as a Markdown table (the README's). */
void kho_fields_show(const struct kho_field_table *table, bool markdown, struct kho_buf *out);

#endif
