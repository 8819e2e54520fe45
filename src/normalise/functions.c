/*
 * The functions of `map:`: one table for compiler and help, and a loop over the rows for each. They
 * read texts as the source wrote them and do not judge them; the column's parser does.
 */
#include <kho/core/utf8.h>

#include "code.h"
#include "letters.h"
#include "map.h"
#include "party.h"
#include "pattern.h"

static bool is_blank(struct kho_text text)
{
    for (size_t at = 0; at < text.len;) {
        unsigned char c = (unsigned char)text.ptr[at];
        if (c == ' ' || (c >= '\t' && c <= '\r'))
            at++;
        else if (c == 0xC2 && at + 1 < text.len && (unsigned char)text.ptr[at + 1] == 0xA0)
            at += 2;
        else
            return false;
    }
    return true;
}

static bool is_utf8(struct kho_text text)
{
    return kho_utf8_check(text) == text.len;
}

static const char *prepare_date(struct kho_arena *arena, const struct kho_schema_column *target,
                                struct node *node)
{
    (void)target;
    node->formats = kho_arena_array(arena, node->n_texts, sizeof *node->formats);
    for (size_t i = 0; i < node->n_texts; i++) {
        const char *fault = date_format_read(node->texts[i], &node->formats[i]);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

static void run_date(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(&values[0], i);
        node->cells[i] = KHO_TEXT_NULL;
        if (cell.ptr == NULL)
            continue;
        struct parsed parsed = date_by_formats(step->parse, node->formats, node->n_texts, cell);
        if (parsed_says(&parsed))
            step_note(step, i, &parsed);
        node->cells[i] = parsed.text;
    }
}

static const char *prepare_decode(struct kho_arena *arena, const struct kho_schema_column *target,
                                  struct node *node)
{
    (void)target;
    if (node->values[0]->kind != NODE_COLUMN)
        return "only a column of the source has an encoding";
    node->values[0]->charset = kho_charset_open(arena, node->texts[0]);
    return node->values[0]->charset != NULL
               ? NULL
               : kho_arena_printf(arena, "unknown encoding '%.*s'; known are %s",
                                  KHO_TEXT_ARGS(node->texts[0]), kho_charset_names(arena));
}

/* The column's node has decoded it. */
static void run_decode(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++)
        node->cells[i] = vec_at(&values[0], i);
}

static const char *prepare_number(struct kho_arena *arena, const struct kho_schema_column *target,
                                  struct node *node)
{
    (void)arena;
    (void)target;
    struct kho_text separator = node->texts[0];
    if (separator.len == 1 && (*separator.ptr == '.' || *separator.ptr == ','))
        return NULL;
    return "the decimal separator is '.' or ','";
}

static void run_number(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(&values[0], i);
        node->cells[i] = KHO_TEXT_NULL;
        if (cell.ptr == NULL)
            continue;
        struct parsed parsed = number_by_separator(step->out->arena, *node->texts[0].ptr, cell);
        if (parsed_says(&parsed))
            step_note(step, i, &parsed);
        node->cells[i] = parsed.text;
    }
}

/* The length of the number that a text begins with: digits, and separators between digits. */
static size_t number_length(struct kho_text text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool separator = text.ptr[i] == '.' || text.ptr[i] == ',';
        if (!is_digit(text.ptr[i]) && !(separator && i > 0 && i == n))
            break;
        if (!separator)
            n = i + 1;
    }
    return n;
}

/* Writes each number in a text so that it has one reading. */
static struct kho_text plain_numbers(struct kho_arena *arena, char separator, struct kho_text text)
{
    size_t size = text.len * 2 + 4;
    char *out = kho_arena_bytes(arena, size);
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        struct kho_text rest = {text.ptr + at, text.len - at};
        size_t n = number_length(rest);
        struct kho_text piece = {rest.ptr, KHO_MAX(n, 1)};
        at += piece.len;
        if (n > 0)
            piece = number_by_separator(arena, separator, piece).text;
        memcpy(out + len, piece.ptr, piece.len);
        len += piece.len;
    }
    return (struct kho_text){out, len};
}

static void run_numbers(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(&values[0], i);
        node->cells[i] =
            cell.ptr == NULL ? cell : plain_numbers(step->out->arena, *node->texts[0].ptr, cell);
    }
}

static void run_coalesce(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = KHO_TEXT_NULL;
        for (size_t v = 0; v < node->n_values && is_blank(cell); v++)
            cell = vec_at(&values[v], i);
        node->cells[i] = cell;
    }
}

/* Joins the values of row `i`; `keep_blank` says whether blank ones count. */
static struct kho_text joined(struct step *step, const struct node *node, const struct vec *values,
                              size_t i, bool keep_blank)
{
    struct kho_text separator = node->n_texts > 0 ? node->texts[0] : KHO_TEXT("");
    size_t size = 0;
    size_t count = 0;
    for (size_t v = 0; v < node->n_values; v++) {
        struct kho_text cell = vec_at(&values[v], i);
        if (cell.ptr == NULL || (!keep_blank && is_blank(cell)))
            continue;
        size += cell.len + (count > 0 ? separator.len : 0);
        count++;
    }
    if (count == 0)
        return KHO_TEXT_NULL;
    char *bytes = kho_arena_bytes(step->out->arena, size);
    size_t len = 0;
    for (size_t v = 0; v < node->n_values; v++) {
        struct kho_text cell = vec_at(&values[v], i);
        if (cell.ptr == NULL || (!keep_blank && is_blank(cell)))
            continue;
        if (len > 0) {
            memcpy(bytes + len, separator.ptr, separator.len);
            len += separator.len;
        }
        memcpy(bytes + len, cell.ptr, cell.len);
        len += cell.len;
    }
    return (struct kho_text){bytes, len};
}

static void run_concat(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++)
        node->cells[i] = joined(step, node, values, i, true);
}

static void run_join(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++)
        node->cells[i] = joined(step, node, values, i, false);
}

static void run_null_if(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(&values[0], i);
        struct kho_text trimmed = cell.ptr != NULL ? kho_text_trim(cell) : cell;
        for (size_t t = 0; t < node->n_texts && cell.ptr != NULL; t++) {
            if (kho_text_eq(trimmed, node->texts[t]))
                cell = KHO_TEXT_NULL;
        }
        node->cells[i] = cell;
    }
}

static const char *prepare_substring(struct kho_arena *arena,
                                     const struct kho_schema_column *target, struct node *node)
{
    (void)arena;
    (void)target;
    if (node->numbers[0] < 1 || node->numbers[1] < 0)
        return "characters count from 1, and their number is not negative";
    return NULL;
}

static void run_substring(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(&values[0], i);
        if (cell.ptr != NULL && is_utf8(cell))
            cell = letters_between(cell, node->numbers[0], node->numbers[1]);
        node->cells[i] = cell;
    }
}

static struct kho_text mapped(struct kho_arena *arena, struct kho_text text,
                              uint32_t (*map)(uint32_t))
{
    /* A letter's other case has at most two bytes more: three for one of a few */
    char *bytes = kho_arena_bytes(arena, text.len * 3 + 4);
    size_t len = 0;
    for (size_t at = 0; at < text.len;)
        len += letter_put(map(kho_utf8_next(text, &at)), bytes + len);
    kho_arena_shrink(arena, bytes, text.len * 3 + 4, len);
    return (struct kho_text){bytes, len};
}

static void run_case(struct step *step, const struct node *node, const struct vec *values,
                     uint32_t (*map)(uint32_t))
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(&values[0], i);
        if (cell.ptr != NULL && is_utf8(cell))
            cell = mapped(step->out->arena, cell, map);
        node->cells[i] = cell;
    }
}

static void run_upper(struct step *step, const struct node *node, const struct vec *values)
{
    run_case(step, node, values, letter_upper);
}

static void run_lower(struct step *step, const struct node *node, const struct vec *values)
{
    run_case(step, node, values, letter_lower);
}

static struct kho_text trimmed(struct kho_text text)
{
    size_t start = 0;
    size_t end = 0;
    for (size_t at = 0; at < text.len;) {
        bool space = kho_utf8_is_space(kho_utf8_next(text, &at));
        if (!space)
            end = at;
        else if (end == 0)
            start = at;
    }
    return (struct kho_text){text.ptr + start, end > start ? end - start : 0};
}

static void run_trim(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(&values[0], i);
        node->cells[i] = cell.ptr != NULL && is_utf8(cell) ? trimmed(cell) : cell;
    }
}

static const char *prepare_split(struct kho_arena *arena, const struct kho_schema_column *target,
                                 struct node *node)
{
    (void)arena;
    (void)target;
    if (node->texts[0].len == 0)
        return "the separator is empty";
    return node->numbers[0] < 1 ? "parts count from 1" : NULL;
}

static struct kho_text part_of(struct kho_text text, struct kho_text separator, int64_t n)
{
    for (;; n--) {
        const char *next = memmem(text.ptr, text.len, separator.ptr, separator.len);
        size_t len = next != NULL ? (size_t)(next - text.ptr) : text.len;
        if (n == 1)
            return (struct kho_text){text.ptr, len};
        if (next == NULL)
            return KHO_TEXT_NULL;
        text.ptr = next + separator.len;
        text.len -= len + separator.len;
    }
}

static void run_split(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(&values[0], i);
        if (cell.ptr != NULL)
            cell = part_of(cell, node->texts[0], node->numbers[0]);
        node->cells[i] = cell;
    }
}

static const char *prepare_extract(struct kho_arena *arena, const struct kho_schema_column *target,
                                   struct node *node)
{
    const char *fault = NULL;
    (void)target;
    node->pattern = pattern_new(arena, node->texts[0], &fault);
    return fault;
}

void run_extract(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(&values[0], i);
        bool found = false;
        node->cells[i] = KHO_TEXT_NULL;
        if (cell.ptr == NULL)
            continue;
        const char *fault = pattern_find(node->pattern, cell, &found, &node->cells[i]);
        if (fault == NULL)
            continue;
        struct parsed parsed = parsed_reject(fault);
        step_note(step, i, &parsed);
    }
}

const struct function map_functions[] = {
    {"date", "vs+", "date(x, 'FORMAT', ...)",
     "day by the first format that fits: YYYY YY MM M DD D and other characters as they are; dmy "
     "and mdy: in any form that has day and month in this order",
     prepare_date, run_date, false},
    {"number", "vs", "number(x, ',')",
     "number as text whose decimal separator is ',' or '.'; the other one parts thousands",
     prepare_number, run_number, true},
    {"numbers", "vs", "numbers(x, ',')", "text in which each number is written as number() would",
     prepare_number, run_numbers, true},
    {"decode", "vs", "decode(x, 'ENCODING')",
     "text of a column in another encoding than its source's: tcvn3, vni, ...", prepare_decode,
     run_decode, true},
    {"code", "vsv?", "code(x, 'system'[, as_of])",
     "code of the column's list, as that department writes it ('name': by code or name); as of a "
     "day: as it was written then, brought forward to the code of today",
     prepare_code, run_code, false},
    {"code_then", "vsv", "code_then(x, 'system', as_of)", "the same, but the code of that day",
     prepare_code, run_code, false},
    {"coalesce", "vv+", "coalesce(a, b, ...)", "first that is not NULL or blank; in rules too",
     NULL, run_coalesce, false},
    {"concat", "vv+", "concat(a, b, ...)",
     "joined as they are, NULL counts as nothing; NULL if all are", NULL, run_concat, false},
    {"join", "sv+", "join('sep', a, b, ...)", "joined with a separator, NULL and blank left out",
     NULL, run_join, false},
    {"null_if", "vs+", "null_if(x, 'a', ...)", "NULL where the trimmed text is one of the literals",
     NULL, run_null_if, false},
    {"substring", "vii", "substring(x, from, count)", "characters, from 1; in rules too",
     prepare_substring, run_substring, false},
    {"extract", "vs", "extract(x, 'PATTERN')",
     "what the pattern's first group takes, or all of it if it has none; NULL if it is not found",
     prepare_extract, run_extract, false},
    {"when", "cvv?", "when(condition, a[, b])",
     "a where the condition is true, else b or NULL; what is not chosen is not judged; in rules "
     "too, with b",
     NULL, NULL, false},
    {"upper", "v", "upper(x)", "upper case, as Unicode has it", NULL, run_upper, false},
    {"lower", "v", "lower(x)", "lower case, as Unicode has it", NULL, run_lower, false},
    {"trim", "v", "trim(x)", "without white space at both ends", NULL, run_trim, false},
    {"split", "vsi", "split(x, 'sep', n)", "n-th part, from 1; NULL beyond the last", prepare_split,
     run_split, false},
    {"person", "vi", "person(x, n)",
     "n-th of the persons that a cell names; NULL for organisations", prepare_person, run_person,
     true},
    {"organisation", "v", "organisation(x)", "the text if an organisation's name, else NULL", NULL,
     run_organisation, true},
    {"party_kind", "v", "party_kind(x)", "person, couple, group, household or organisation", NULL,
     run_party_kind, true},
};
const size_t n_map_functions = KHO_COUNT(map_functions);
