/*
 * Builds the tree from libyaml's events, the only place where libyaml is used. What the subset
 * leaves out is reported here; what is wrong with the bytes is found before, by yaml_text.c.
 */
#include <kho/config/yaml.h>

#include <yaml.h>

#include "yaml_text.h"

struct builder {
    struct kho_arena *arena;
    struct kho_diags *diags;
    const char *file;
    const char *text;
    yaml_parser_t parser;
    bool broken; /* no usable tree: reported */
};

static struct kho_pos pos_of(const struct builder *b, yaml_mark_t mark)
{
    return (struct kho_pos){b->file, b->text, (int)mark.line + 1, (int)mark.column + 1};
}

/* libyaml's words, and ours for what they mean to the writer of the file. */
static const struct {
    const char *theirs;
    const char *ours;
    bool at_context; /* the fault is where the thing began, not where it was noticed */
} syntax_words[] = {
    {"mapping values are not allowed in this context",
     "a second ': ' in one line; put the value in quotes", false},
    {"could not find expected ':'", "expected ':' behind this key", true},
    {"found character that cannot start any token",
     "a value cannot begin with this character; put it in quotes", false},
    {"found unexpected end of stream", "this quote is never closed", true},
    {"found unexpected document indicator", "this quote is never closed", true},
    {"did not find expected key", "expected a key here; check the indentation and the line before",
     false},
    {"did not find expected '-' indicator",
     "expected '- ' here; check the indentation and the line before", false},
    {"did not find expected ',' or ']'", "expected ',' or ']' in this list", false},
    {"did not find expected ',' or '}'", "expected ',' or '}' in this mapping", false},
    {"did not find expected node content", "expected a value here", false},
    {"block sequence entries are not allowed in this context",
     "a list item ('- ') cannot stand here; begin it on a line of its own", false},
    {"found a tab character that violates indentation", "a tab cannot indent; use spaces", false},
    {"found unknown escape character", "unknown escape in double quotes", false},
    {"did not find expected alphabetic or numeric character",
     "a value that begins with '*' or '&' needs quotes", true},
};

static const char *translate(const char *theirs, bool *at_context)
{
    *at_context = false;
    for (size_t i = 0; i < KHO_COUNT(syntax_words); i++)
        if (strcmp(theirs, syntax_words[i].theirs) == 0) {
            *at_context = syntax_words[i].at_context;
            return syntax_words[i].ours;
        }
    return theirs;
}

static void report_syntax(struct builder *b)
{
    b->broken = true;
    if (b->parser.error == YAML_MEMORY_ERROR)
        kho_out_of_memory(0);
    const char *theirs = b->parser.problem != NULL ? b->parser.problem : "not readable as YAML";
    struct kho_pos pos = pos_of(b, b->parser.problem_mark);
    int tab = kho_yaml_text_tab_column(b->text, pos.line);
    if (tab > 0) {
        pos.column = tab;
        kho_diag_error(b->diags, pos, "a tab cannot indent; use spaces");
        return;
    }
    bool at_context;
    const char *message = translate(theirs, &at_context);
    if (at_context && b->parser.context != NULL)
        pos = pos_of(b, b->parser.context_mark);
    kho_diag_error(b->diags, pos, "%s", message);
}

static bool next_event(struct builder *b, yaml_event_t *event)
{
    if (b->broken)
        return false;
    if (yaml_parser_parse(&b->parser, event) == 0)
        report_syntax(b);
    return !b->broken;
}

static void refuse(struct builder *b, yaml_mark_t mark, const char *what)
{
    kho_diag_error(b->diags, pos_of(b, mark), "%s", what);
}

static void check_properties(struct builder *b, const yaml_event_t *event,
                             const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor != NULL)
        refuse(b, event->start_mark, "anchors (&name) are not supported; write the value out");
    if (tag != NULL)
        refuse(b, event->start_mark, "tags (!name) are not supported");
}

static bool is_null_word(struct kho_text text)
{
    return text.len == 0 || kho_text_eq_cstr(text, "~") || kho_text_eq_cstr(text, "null") ||
           kho_text_eq_cstr(text, "Null") || kho_text_eq_cstr(text, "NULL");
}

static struct kho_yaml_node *new_node(struct builder *b, enum kho_yaml_kind kind,
                                      const yaml_event_t *event)
{
    struct kho_yaml_node *node = kho_arena_alloc(b->arena, sizeof *node);
    node->kind = kind;
    node->pos = pos_of(b, event->start_mark);
    return node;
}

static struct kho_yaml_node *build_scalar(struct builder *b, const yaml_event_t *event)
{
    struct kho_yaml_node *node = new_node(b, KHO_YAML_SCALAR, event);
    struct kho_text text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    yaml_scalar_style_t style = event->data.scalar.style;
    node->quoted = style != YAML_PLAIN_SCALAR_STYLE;
    node->block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    check_properties(b, event, event->data.scalar.anchor, event->data.scalar.tag);
    if (memchr(text.ptr, '\0', text.len) != NULL) {
        refuse(b, event->start_mark, "a NUL character (\\0) cannot be part of a value");
        b->broken = true;
    } else if (node->quoted || !is_null_word(text)) {
        node->scalar = kho_arena_text(b->arena, text);
    }
    return node;
}

static struct kho_yaml_node *build_node(struct builder *b, const yaml_event_t *event, int depth);

static struct kho_yaml_node *build_sequence(struct builder *b, const yaml_event_t *event, int depth)
{
    struct kho_yaml_node *node = new_node(b, KHO_YAML_SEQUENCE, event);
    yaml_event_t item;
    check_properties(b, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
    while (next_event(b, &item)) {
        bool end = item.type == YAML_SEQUENCE_END_EVENT;
        if (!end) {
            struct kho_yaml_node **place = kho_arena_push(b->arena, &node->items, &node->count,
                                                          sizeof(struct kho_yaml_node *));
            *place = build_node(b, &item, depth + 1);
        }
        yaml_event_delete(&item);
        if (end)
            break;
    }
    return node;
}

static void build_key(struct builder *b, const yaml_event_t *event, struct kho_yaml_key *key)
{
    key->pos = pos_of(b, event->start_mark);
    if (event->type != YAML_SCALAR_EVENT) {
        refuse(b, event->start_mark, "a key must be a word");
        b->broken = true;
        return;
    }
    struct kho_yaml_node *node = build_scalar(b, event);
    key->name = kho_text_is_null(node->scalar) ? KHO_TEXT("") : node->scalar;
    if (key->name.len == 0)
        refuse(b, event->start_mark, "a key must be a word");
    else if (!node->quoted && kho_text_eq_cstr(key->name, "<<"))
        refuse(b, event->start_mark, "merge keys (<<) are not supported; write the keys out");
}

static int compare_keys(const void *left, const void *right)
{
    const struct kho_yaml_key *a = *(const struct kho_yaml_key *const *)left;
    const struct kho_yaml_key *b = *(const struct kho_yaml_key *const *)right;
    int order = kho_text_compare(a->name, b->name);
    return order != 0 ? order : (a > b) - (a < b);
}

static void check_duplicates(struct builder *b, const struct kho_yaml_node *mapping)
{
    if (mapping->count < 2)
        return;
    const struct kho_yaml_key **sorted =
        kho_arena_array(b->arena, mapping->count, sizeof(struct kho_yaml_key *));
    for (size_t i = 0; i < mapping->count; i++)
        sorted[i] = &mapping->keys[i];
    qsort(sorted, mapping->count, sizeof *sorted, compare_keys);
    for (size_t i = 1; i < mapping->count; i++)
        if (sorted[i]->name.len > 0 && kho_text_eq(sorted[i - 1]->name, sorted[i]->name))
            kho_diag_error(b->diags, sorted[i]->pos, "duplicate key '%.*s'; it stands in line %d",
                           KHO_TEXT_ARGS(sorted[i]->name), sorted[i - 1]->pos.line);
}

static void build_pair(struct builder *b, struct kho_yaml_node *node, const yaml_event_t *key_event,
                       int depth)
{
    struct kho_yaml_key key = {0};
    yaml_event_t event;
    build_key(b, key_event, &key);
    if (!next_event(b, &event))
        return;
    size_t n_keys = node->count;
    struct kho_yaml_key *place =
        kho_arena_push(b->arena, &node->keys, &n_keys, sizeof(struct kho_yaml_key));
    *place = key;
    struct kho_yaml_node **item =
        kho_arena_push(b->arena, &node->items, &node->count, sizeof(struct kho_yaml_node *));
    *item = build_node(b, &event, depth + 1);
    yaml_event_delete(&event);
}

static struct kho_yaml_node *build_mapping(struct builder *b, const yaml_event_t *event, int depth)
{
    struct kho_yaml_node *node = new_node(b, KHO_YAML_MAPPING, event);
    yaml_event_t key;
    check_properties(b, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    while (next_event(b, &key)) {
        bool end = key.type == YAML_MAPPING_END_EVENT;
        if (!end)
            build_pair(b, node, &key, depth);
        yaml_event_delete(&key);
        if (end)
            break;
    }
    if (!b->broken)
        check_duplicates(b, node);
    return node;
}

static struct kho_yaml_node *build_node(struct builder *b, const yaml_event_t *event, int depth)
{
    if (depth > KHO_YAML_MAX_DEPTH && event->type != YAML_SCALAR_EVENT) {
        kho_diag_error(b->diags, pos_of(b, event->start_mark), "nested deeper than %d levels",
                       KHO_YAML_MAX_DEPTH);
        b->broken = true;
        return new_node(b, KHO_YAML_SCALAR, event);
    }
    if (event->type == YAML_SCALAR_EVENT)
        return build_scalar(b, event);
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return build_sequence(b, event, depth);
    if (event->type == YAML_MAPPING_START_EVENT)
        return build_mapping(b, event, depth);
    refuse(b, event->start_mark, "aliases (*name) are not supported; write the value out");
    b->broken = true;
    return new_node(b, KHO_YAML_SCALAR, event);
}

static void refuse_document(struct builder *b, const yaml_event_t *event, bool first)
{
    bool has_directive = event->data.document_start.version_directive != NULL ||
                         event->data.document_start.tag_directives.start !=
                             event->data.document_start.tag_directives.end;
    if (has_directive)
        refuse(b, event->start_mark, "directives (%YAML, %TAG) are not supported");
    if (!first)
        refuse(b, event->start_mark, "a second document begins here; a file holds one");
    b->broken = b->broken || has_directive || !first;
}

/* Walks over the events outside the documents; the first document's root becomes the tree. */
static struct kho_yaml_node *build_tree(struct builder *b)
{
    struct kho_yaml_node *root = NULL;
    bool first = true;
    yaml_event_t event;
    while (next_event(b, &event)) {
        bool end = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT) {
            refuse_document(b, &event, first);
            first = false;
        } else if (event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_END_EVENT &&
                   !end) {
            root = build_node(b, &event, 1);
        }
        yaml_event_delete(&event);
        if (end)
            break;
    }
    return root;
}

static bool is_empty(const struct kho_yaml_node *root)
{
    return root == NULL || (root->kind == KHO_YAML_SCALAR && kho_text_is_null(root->scalar));
}

struct kho_yaml_node *kho_yaml_parse(struct kho_arena *arena, const char *file,
                                     struct kho_text content, struct kho_diags *diags)
{
    /* the copy ends in NUL, which the lines shown in messages rely on */
    const char *text = kho_arena_cstr(arena, content);
    struct builder b = {.arena = arena, .diags = diags, .file = file, .text = text};
    if (!kho_yaml_text_check((struct kho_text){text, content.len}, file, diags))
        return NULL;
    if (yaml_parser_initialize(&b.parser) == 0)
        kho_out_of_memory(sizeof b.parser);
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, content.len);
    struct kho_yaml_node *root = build_tree(&b);
    yaml_parser_delete(&b.parser);
    if (b.broken)
        return NULL;
    if (is_empty(root)) {
        kho_diag_error(diags, (struct kho_pos){.file = file}, "the file is empty");
        return NULL;
    }
    return root;
}

const struct kho_yaml_node *kho_yaml_get(const struct kho_yaml_node *mapping, const char *name)
{
    if (mapping == NULL || mapping->kind != KHO_YAML_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->count; i++)
        if (kho_text_eq_cstr(mapping->keys[i].name, name))
            return mapping->items[i];
    return NULL;
}
