/*
 * Codes as departments write them, of today or as of a day. What was written so on that day is
 * brought forward to what stands today, if only one thing can have become of it.
 */
#include "code.h"

#include "clean.h"

#define TEXT_DROPPED "text behind the code dropped"
#define FOUND_LOOSELY "found without type word or diacritics"

/* By code or by name, as the list has them. */
#define BY_NAME "name"

const char *prepare_code(struct kho_arena *arena, const struct kho_schema_column *target,
                         struct node *node)
{
    bool by_name = kho_text_eq_cstr(node->texts[0], BY_NAME);
    if (target->type != KHO_TYPE_CODE)
        return "the column it is for is no code of a list";
    node->system = by_name ? KHO_CODES_ANY : kho_codes_system(target->codes, node->texts[0]);
    node->forward = strcmp(node->function->name, "code") == 0;
    if (by_name || node->n_values > 1)
        node->history = kho_codes_history_new(arena, target->codes);
    if (node->system >= 0)
        return NULL;
    return kho_arena_printf(arena, "code list %.*s has no system '%.*s' (a column of %s)",
                            KHO_TEXT_ARGS(target->codes->name), KHO_TEXT_ARGS(node->texts[0]),
                            target->codes->file);
}

/* `4711 - Bán lẻ`: the code stands before a dash or colon, its meaning behind. */
static struct kho_text before_text(struct kho_text text)
{
    static const char *const marks[] = {" - ", " – ", ": "};
    for (size_t i = 0; i < KHO_COUNT(marks); i++) {
        struct kho_text mark = kho_text_of(marks[i]);
        const char *found = memmem(text.ptr, text.len, mark.ptr, mark.len);
        if (found != NULL)
            return kho_text_trim((struct kho_text){text.ptr, (size_t)(found - text.ptr)});
    }
    return KHO_TEXT_NULL;
}

static struct parsed find_code(struct step *step, const struct node *node, struct kho_text cell)
{
    const struct kho_codes *codes = step->parse->column->codes;
    struct kho_text code;
    if (kho_codes_find(codes, node->system, cell, &code))
        return parsed_text(code.ptr, code.len);
    struct cleaned cleaned = clean_noting(step->out->arena, cell);
    if (cleaned.fault != NULL)
        return parsed_reject(cleaned.fault);
    if (cleaned.text.len == 0)
        return parsed_null(NULL);
    if (kho_codes_find(codes, node->system, cleaned.text, &code))
        return parsed_repaired(code.ptr, code.len, cleaned.repair);
    if (kho_codes_find(codes, node->system, before_text(cleaned.text), &code))
        return parsed_repaired(code.ptr, code.len, TEXT_DROPPED);
    return parsed_reject(step->parse->not_in_list);
}

static struct parsed answered(struct step *step, const struct kho_codes_found *found,
                              const char *repair)
{
    struct kho_arena *arena = step->out->arena;
    switch (found->answer) {
    case KHO_CODES_ONE: {
        struct parsed parsed = parsed_repaired(found->code.ptr, found->code.len, repair);
        if (found->loosely)
            parsed.repair = FOUND_LOOSELY;
        return parsed;
    }
    case KHO_CODES_SEVERAL:
        return parsed_reject(
            kho_arena_printf(arena, "one name of several codes: %s", found->candidates));
    case KHO_CODES_SPLIT:
        return parsed_null(kho_arena_printf(arena, "%.*s was divided: it may be %s now",
                                            KHO_TEXT_ARGS(found->code), found->candidates));
    case KHO_CODES_ENDED:
        return parsed_null(kho_arena_printf(arena,
                                            "%.*s has ended, and the list does not say "
                                            "what it became",
                                            KHO_TEXT_ARGS(found->code)));
    case KHO_CODES_NONE:
        break;
    }
    return parsed_reject(step->parse->not_in_list);
}

/* A day that a text begins with: ISO 8601, of any precision; NULL if it is none. */
static struct kho_text day_of(struct kho_text text)
{
    struct kho_schema_column partial = {.type = KHO_TYPE_PARTIAL_DATE};
    struct parse parse = {.column = &partial};
    if (text.ptr == NULL)
        return text;
    if (text.len > 10 && (text.ptr[10] == 'T' || text.ptr[10] == ' '))
        text.len = 10;
    if (text.len != 4 && text.len != 7 && text.len != 10)
        return KHO_TEXT_NULL;
    return parse_partial_date(&parse, text).outcome == KHO_VALUE_OK ? text : KHO_TEXT_NULL;
}

static struct parsed find_as_of(struct step *step, const struct node *node, struct kho_text cell,
                                struct kho_text day)
{
    struct kho_codes_question question = {
        .system = node->system, .as_of = day_of(day), .forward = node->forward};
    if (day.ptr != NULL && question.as_of.ptr == NULL)
        return parsed_reject("the day as of which it is meant is no date in ISO 8601");
    struct cleaned cleaned = clean_noting(step->out->arena, cell);
    if (cleaned.fault != NULL)
        return parsed_reject(cleaned.fault);
    if (cleaned.text.len == 0)
        return parsed_null(NULL);
    question.spelling = cleaned.text;
    struct kho_codes_found found =
        kho_codes_history_find(node->history, step->out->arena, &question);
    struct kho_text before = before_text(cleaned.text);
    if (found.answer != KHO_CODES_NONE || before.ptr == NULL)
        return answered(step, &found, cleaned.repair);
    question.spelling = before;
    found = kho_codes_history_find(node->history, step->out->arena, &question);
    return answered(step, &found, TEXT_DROPPED);
}

void run_code(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct kho_text cell = vec_at(&values[0], i);
        node->cells[i] = KHO_TEXT_NULL;
        if (cell.ptr == NULL)
            continue;
        struct parsed parsed =
            node->history == NULL
                ? find_code(step, node, cell)
                : find_as_of(step, node, cell,
                             node->n_values > 1 ? vec_at(&values[1], i) : KHO_TEXT_NULL);
        if (parsed_says(&parsed))
            step_note(step, i, &parsed);
        node->cells[i] = parsed.text;
    }
}

static bool calls_code(const struct node *node)
{
    if (node->kind == NODE_CALL && node->function->run == run_code)
        return true;
    for (size_t i = 0; i < node->n_values; i++) {
        if (calls_code(node->values[i]))
            return true;
    }
    return false;
}

const char *code_fault(struct kho_arena *arena, const struct kho_schema_column *column,
                       const struct node *root)
{
    if (column->type != KHO_TYPE_CODE || root->kind == NODE_LITERAL || calls_code(root))
        return NULL;
    struct kho_text system = kho_codes_contradicting(column->codes);
    if (kho_text_is_null(system))
        return NULL;
    return kho_arena_printf(
        arena,
        "code list %.*s has numberings that contradict one another ('%.*s'): say "
        "which one the source uses: code(column, 'system')",
        KHO_TEXT_ARGS(column->codes->name), KHO_TEXT_ARGS(system));
}
