/* Reads a job's `pull:` - full, changes, or a mapping that names a cursor. */
#include "project.h"

#include "value.h"

static const char *const full_check_words[] = {"monday", "tuesday",  "wednesday", "thursday",
                                               "friday", "saturday", "sunday",    "daily",
                                               "never",  NULL};

/* The written form; what it means is decided below. */
struct cursor_file {
    struct kho_text column;
    struct kho_text overlap;
    int full_check;
};

static const struct kho_field cursor_fields[] = {
    {.name = "cursor",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct cursor_file, column),
     .required = true,
     .help = "the source's column that grows with every change: a time, a date or a whole number"},
    {.name = "overlap",
     .kind = KHO_FIELD_TEXT,
     .offset = offsetof(struct cursor_file, overlap),
     .help = "read again this much before the last value seen: longer than the source's longest "
             "transaction; a duration (default 10m), for a number a number (default 10000)"},
    {.name = "full_check",
     .kind = KHO_FIELD_CHOICE,
     .offset = offsetof(struct cursor_file, full_check),
     .fallback = "sunday",
     .choices = full_check_words,
     .help = "when all rows are compared instead, deletions and NULL cursors too"},
};
const struct kho_field_table kho_cursor_table = {"pull: by a cursor", cursor_fields,
                                                 KHO_COUNT(cursor_fields)};

#define DEFAULT_OVERLAP_MS (10 * 60 * 1000)
#define DEFAULT_OVERLAP_STEPS 10000

static void read_overlap(const struct kho_reader *reader, const struct kho_yaml_node *node,
                         struct kho_text overlap, struct kho_pull *pull)
{
    pull->overlap_ms = DEFAULT_OVERLAP_MS;
    pull->overlap_steps = DEFAULT_OVERLAP_STEPS;
    if (kho_text_is_null(overlap))
        return;
    pull->overlap_ms = pull->overlap_steps = -1;
    if (!kho_value_duration(overlap, &pull->overlap_ms) &&
        (!kho_text_to_int(overlap, &pull->overlap_steps) || pull->overlap_steps < 0))
        kho_diag_error(reader->diags, kho_project_pos(node, "overlap"),
                       "'overlap' is a duration such as 10m, or a whole number for a cursor that "
                       "is one");
}

static void read_cursor(const struct kho_reader *reader, const struct kho_yaml_node *node,
                        struct kho_pull *pull)
{
    struct cursor_file file = {0};
    (void)kho_fields_read(&kho_cursor_table, node, &file, reader->arena, reader->diags);
    pull->mode = KHO_PULL_CURSOR;
    pull->cursor = file.column;
    pull->pos = kho_project_pos(node, "cursor");
    pull->full_check = (enum kho_full_check)file.full_check;
    read_overlap(reader, node, file.overlap, pull);
}

void kho_pull_read(const struct kho_reader *reader, const struct kho_yaml_node *node,
                   struct kho_pull *pull)
{
    static const char *const words[] = {"full", "changes"};
    *pull = (struct kho_pull){.mode = KHO_PULL_FULL};
    if (node == NULL)
        return;
    pull->pos = node->pos;
    if (node->kind == KHO_YAML_MAPPING) {
        read_cursor(reader, node, pull);
        return;
    }
    if (node->kind == KHO_YAML_SCALAR && kho_text_eq_cstr(node->scalar, "changes")) {
        pull->mode = KHO_PULL_CHANGES;
        return;
    }
    if (node->kind == KHO_YAML_SCALAR && kho_text_eq_cstr(node->scalar, "full"))
        return;
    const char *nearest = node->kind == KHO_YAML_SCALAR
                              ? kho_text_nearest(node->scalar, words, KHO_COUNT(words))
                              : NULL;
    kho_diag_error(reader->diags, node->pos,
                   "'pull' is full, changes, or {cursor: COLUMN, overlap: 10m, full_check: "
                   "sunday}%s%s%s",
                   nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
}
