/*
 * Reads a mapping by its field table into a struct. What a value means beyond its type is for the
 * caller to check.
 */
#include <kho/config/fields.h>

#include "value.h"

#define NAME_MAX_BYTES 63

struct reader {
    const struct kho_field_table *table;
    struct kho_arena *arena;
    struct kho_diags *diags;
};

static void fail_value(struct reader *r, const struct kho_yaml_node *node,
                       const struct kho_field *field, const char *want)
{
    kho_diag_error(r->diags, node->pos, "'%s' is no %s for '%s'", node->scalar.ptr, want,
                   field->name);
}

/* Returns whether the node is one value that is not empty. */
static bool check_scalar(struct reader *r, const struct kho_yaml_node *node,
                         const struct kho_field *field)
{
    if (node->kind != KHO_YAML_SCALAR)
        kho_diag_error(r->diags, node->pos, "'%s' takes one value, not a %s", field->name,
                       node->kind == KHO_YAML_SEQUENCE ? "list" : "mapping");
    else if (kho_text_is_null(node->scalar) || kho_text_trim(node->scalar).len == 0)
        kho_diag_error(r->diags, node->pos, "'%s' has no value", field->name);
    else
        return true;
    return false;
}

static bool is_name(struct kho_text text)
{
    bool begins = true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_letter = c >= 'a' && c <= 'z';
        bool fits = is_letter || (!begins && ((c >= '0' && c <= '9') || c == '_' || c == '.'));
        if (!fits)
            return false;
        begins = c == '.';
    }
    return text.len > 0 && text.len <= NAME_MAX_BYTES && !begins;
}

static void read_name(struct reader *r, const struct kho_yaml_node *node,
                      const struct kho_field *field, struct kho_text *value)
{
    *value = node->scalar;
    if (!is_name(node->scalar))
        kho_diag_error(r->diags, node->pos,
                       "'%s' is no name for '%s': a-z, 0-9 and _, a letter first, at most %d bytes",
                       node->scalar.ptr, field->name, NAME_MAX_BYTES);
}

static void read_int(struct reader *r, const struct kho_yaml_node *node,
                     const struct kho_field *field, int64_t *value)
{
    if (!kho_text_to_int(node->scalar, value))
        fail_value(r, node, field, "whole number");
    else if (*value < 0)
        kho_diag_error(r->diags, node->pos, "'%s' cannot be negative", field->name);
}

static size_t count_choices(const struct kho_field *field)
{
    size_t n = 0;
    while (field->choices[n] != NULL)
        n++;
    return n;
}

static void read_choice(struct reader *r, const struct kho_yaml_node *node,
                        const struct kho_field *field, int *value)
{
    size_t n = count_choices(field);
    struct kho_buf words;
    for (size_t i = 0; i < n; i++)
        if (kho_text_eq_cstr(node->scalar, field->choices[i])) {
            *value = (int)i;
            return;
        }
    kho_buf_init(&words, 1000);
    for (size_t i = 0; i < n; i++)
        kho_buf_printf(&words, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", field->choices[i]);
    kho_diag_error(r->diags, node->pos, "'%s' is no value for '%s': %s%s", node->scalar.ptr,
                   field->name, kho_buf_cstr(&words),
                   kho_diag_suggest(r->diags, node->scalar, field->choices, n));
    kho_buf_release(&words);
}

static void read_unit(struct reader *r, const struct kho_yaml_node *node,
                      const struct kho_field *field, int64_t *value)
{
    if (field->kind == KHO_FIELD_DURATION) {
        if (!kho_value_duration(node->scalar, value))
            fail_value(r, node, field, "duration (500ms, 30s, 5m, 2h, 1d)");
    } else if (field->kind == KHO_FIELD_SIZE) {
        if (!kho_value_size(node->scalar, value))
            fail_value(r, node, field, "size (10kB, 64MB, 2GB)");
    } else if (!kho_value_percent(node->scalar, value)) {
        fail_value(r, node, field, "percentage (2%, 0.5%, none)");
    }
}

static void read_texts(struct reader *r, const struct kho_yaml_node *node,
                       const struct kho_field *field, struct kho_texts *texts)
{
    bool is_list = node->kind == KHO_YAML_SEQUENCE;
    size_t count = is_list ? node->count : 1;
    if (count == 0) {
        kho_diag_error(r->diags, node->pos, "'%s' is an empty list", field->name);
        return;
    }
    texts->items = kho_arena_array(r->arena, count, sizeof *texts->items);
    texts->pos = kho_arena_array(r->arena, count, sizeof *texts->pos);
    for (size_t i = 0; i < count; i++) {
        const struct kho_yaml_node *item = is_list ? node->items[i] : node;
        if (!check_scalar(r, item, field))
            continue;
        texts->items[texts->count] = item->scalar;
        texts->pos[texts->count++] = item->pos;
    }
}

/* Reads one value that is a scalar by its kind. */
static void read_scalar(struct reader *r, const struct kho_yaml_node *node,
                        const struct kho_field *field, void *place)
{
    switch (field->kind) {
    case KHO_FIELD_TEXT:
        *(struct kho_text *)place = node->scalar;
        break;
    case KHO_FIELD_NAME:
        read_name(r, node, field, place);
        break;
    case KHO_FIELD_INT:
        read_int(r, node, field, place);
        break;
    case KHO_FIELD_BOOL:
        if (!kho_value_bool(node->scalar, place))
            fail_value(r, node, field, "truth value (true, false)");
        break;
    case KHO_FIELD_DURATION:
    case KHO_FIELD_SIZE:
    case KHO_FIELD_PERCENT:
        read_unit(r, node, field, place);
        break;
    case KHO_FIELD_CHOICE:
        read_choice(r, node, field, place);
        break;
    case KHO_FIELD_SECRET:
        (void)kho_secret_parse(node->scalar, node->pos, place, r->diags);
        break;
    default:
        KHO_BUG_IF(true);
    }
}

static void read_field(struct reader *r, const struct kho_yaml_node *node,
                       const struct kho_field *field, char *target)
{
    void *place = target + field->offset;
    if (field->kind == KHO_FIELD_NODE)
        *(const struct kho_yaml_node **)place = node;
    else if (field->kind == KHO_FIELD_GROUP)
        (void)kho_fields_read(field->group, node, place, r->arena, r->diags);
    else if (field->kind == KHO_FIELD_TEXTS)
        read_texts(r, node, field, place);
    else if (check_scalar(r, node, field))
        read_scalar(r, node, field, place);
}

/* Defaults are written as in YAML and go through the same readers; a wrong one is our mistake. */
static void apply_defaults(struct reader *r, char *target)
{
    for (size_t i = 0; i < r->table->count; i++) {
        const struct kho_field *field = &r->table->fields[i];
        if (field->kind == KHO_FIELD_GROUP) {
            struct reader inner = {field->group, r->arena, r->diags};
            apply_defaults(&inner, target + field->offset);
        }
        if (field->fallback == NULL)
            continue;
        struct kho_yaml_node node = {.kind = KHO_YAML_SCALAR,
                                     .scalar = kho_text_of(field->fallback)};
        size_t errors = r->diags->errors;
        read_field(r, &node, field, target);
        KHO_BUG_IF(r->diags->errors != errors);
    }
}

static const struct kho_field *find_field(const struct kho_field_table *table, struct kho_text name)
{
    for (size_t i = 0; i < table->count; i++)
        if (kho_text_eq_cstr(name, table->fields[i].name))
            return &table->fields[i];
    return NULL;
}

/* `{type: decimal(12,2)}` is cut at its comma: a key `2)` without a value. */
static bool is_cut_value(const struct kho_yaml_key *key, const struct kho_yaml_node *value)
{
    return value->kind == KHO_YAML_SCALAR && kho_text_is_null(value->scalar) &&
           kho_text_ends(key->name, KHO_TEXT(")"));
}

static void report_unknown(struct reader *r, const struct kho_yaml_key *key,
                           const struct kho_yaml_node *value)
{
    const char **names = kho_arena_array(r->arena, r->table->count, sizeof *names);
    for (size_t i = 0; i < r->table->count; i++)
        names[i] = r->table->fields[i].name;
    const char *hint = kho_diag_suggest(r->diags, key->name, names, r->table->count);
    struct kho_pos pos = key->pos;
    const char *near = *hint != '\0' ? kho_text_nearest(key->name, names, r->table->count) : NULL;
    if (near != NULL && find_field(r->table, kho_text_of(near))->kind == KHO_FIELD_SECRET)
        pos.text = NULL; /* a secret may stand behind the misspelt key */
    if (is_cut_value(key, value))
        hint = "; inside { } a value with a comma needs quotes";
    kho_diag_error(r->diags, pos, "unknown key '%.*s'%s", KHO_TEXT_ARGS(key->name), hint);
}

static bool is_first(const struct kho_yaml_node *mapping, size_t i)
{
    return kho_yaml_get(mapping, mapping->keys[i].name.ptr) == mapping->items[i];
}

static void check_required(struct reader *r, const struct kho_yaml_node *mapping)
{
    for (size_t i = 0; i < r->table->count; i++) {
        const struct kho_field *field = &r->table->fields[i];
        if (field->required && kho_yaml_get(mapping, field->name) == NULL)
            kho_diag_error(r->diags, mapping->pos, "missing key '%s': %s", field->name,
                           field->help);
    }
}

bool kho_fields_read(const struct kho_field_table *table, const struct kho_yaml_node *mapping,
                     void *target, struct kho_arena *arena, struct kho_diags *diags)
{
    struct reader r = {table, arena, diags};
    size_t errors = diags->errors;
    apply_defaults(&r, target);
    if (mapping->kind != KHO_YAML_MAPPING) {
        kho_diag_error(diags, mapping->pos, "expected a mapping (key: value), as in '%s: ...'",
                       table->fields[0].name);
        return false;
    }
    for (size_t i = 0; i < mapping->count; i++) {
        const struct kho_field *field = find_field(table, mapping->keys[i].name);
        if (field == NULL)
            report_unknown(&r, &mapping->keys[i], mapping->items[i]);
        else if (is_first(mapping, i)) /* a duplicate was reported by the parser */
            read_field(&r, mapping->items[i], field, target);
    }
    check_required(&r, mapping);
    return diags->errors == errors;
}
