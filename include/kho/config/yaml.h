/*
 * A YAML file as a tree whose nodes know their places. The subset: mappings, sequences, scalars;
 * anchors, aliases, merge keys, tags, several documents, duplicate keys and nesting over 32 levels
 * are errors. All scalars are text: what they mean is decided by the field that reads them.
 */
#ifndef KHO_CONFIG_YAML_H
#define KHO_CONFIG_YAML_H

#include <kho/config/diag.h>

enum kho_yaml_kind { KHO_YAML_SCALAR, KHO_YAML_SEQUENCE, KHO_YAML_MAPPING };

#define KHO_YAML_MAX_DEPTH 32

struct kho_yaml_node {
    enum kho_yaml_kind kind;
    struct kho_pos pos;
    struct kho_text scalar; /* SCALAR; an empty plain scalar, `~` and `null` are KHO_TEXT_NULL */
    bool quoted;            /* SCALAR: was written in quotes or as a block */
    bool block;             /* SCALAR: | or > */
    size_t count;           /* SEQUENCE and MAPPING: number of items */
    struct kho_yaml_node **items;
    struct kho_yaml_key {
        struct kho_text name;
        struct kho_pos pos;
    } * keys; /* MAPPING: items[i] stands under keys[i] */
};

/* Parses `content` (copied into the arena, for messages) as the file shown as
 * `file`. Problems go to `diags`; returns NULL if there is no usable tree. An empty file has no
 * tree and is a problem. */
struct kho_yaml_node *kho_yaml_parse(struct kho_arena *arena, const char *file,
                                     struct kho_text content, struct kho_diags *diags);

/* Returns the value under `name` of a mapping, or NULL. */
const struct kho_yaml_node *kho_yaml_get(const struct kho_yaml_node *mapping, const char *name);

#endif
