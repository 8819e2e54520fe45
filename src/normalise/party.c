/*
 * Cells in which offices wrote whoever holds the land or the licence: husband and wife in one cell,
 * a household by its head, an organisation where a person should stand. They are taken apart here;
 * what is left is read by the parser of the column.
 */
#include "party.h"

#include "person_name.h"
#include <kho/core/utf8.h>

#define PARTIES_MAX 8

struct parties {
    struct kho_text names[PARTIES_MAX];
    size_t count;
    bool organisation;
    bool household;
};

/* What parts two names; those with spaces around stand between words. */
static const struct {
    const char *text;
} separators[] = {{";"}, {"\n"}, {" - "}, {" – "}, {" và "}, {" & "}, {" + "}};

/* Finds the first separator; the text if there is none. */
static size_t find_separator(struct kho_text text, size_t *len)
{
    size_t first = text.len;
    *len = 0;
    for (size_t i = 0; i < KHO_COUNT(separators); i++) {
        struct kho_text word = kho_text_of(separators[i].text);
        const char *found = memmem(text.ptr, text.len, word.ptr, word.len);
        if (found == NULL || (size_t)(found - text.ptr) >= first)
            continue;
        first = (size_t)(found - text.ptr);
        *len = word.len;
    }
    return first;
}

/* Takes the names apart; false if there are more than anybody writes into a cell. */
static bool take_apart(struct kho_text text, struct parties *parties)
{
    *parties = (struct parties){0};
    struct kho_text trimmed = kho_text_trim(text);
    parties->organisation = name_is_organisation(trimmed);
    parties->household = name_is_household(trimmed);
    while (!parties->organisation && text.len > 0) {
        size_t len;
        size_t end = find_separator(text, &len);
        struct kho_text name = kho_text_trim((struct kho_text){text.ptr, end});
        if (name.len > 0) {
            if (parties->count == PARTIES_MAX)
                return false;
            parties->names[parties->count++] = name;
        }
        text = (struct kho_text){text.ptr + end + len, text.len - end - len};
    }
    return true;
}

const char *prepare_person(struct kho_arena *arena, const struct kho_schema_column *target,
                           struct node *node)
{
    (void)arena;
    (void)target;
    return node->numbers[0] < 1 || node->numbers[0] > PARTIES_MAX ? "persons count from 1 to 8"
                                                                  : NULL;
}

static bool read_cell(struct kho_text cell, struct parties *parties)
{
    return cell.ptr != NULL && kho_utf8_check(cell) == cell.len && take_apart(cell, parties);
}

void run_person(struct step *step, const struct node *node, const struct vec *values)
{
    size_t n = (size_t)node->numbers[0];
    for (size_t i = 0; i < step->n; i++) {
        struct parties parties;
        struct kho_text cell = vec_at(&values[0], i);
        node->cells[i] = cell;
        if (!read_cell(cell, &parties)) /* the column's parser says what is wrong with it */
            continue;
        node->cells[i] = n <= parties.count ? parties.names[n - 1] : KHO_TEXT_NULL;
        if (parties.count < 2 || n > parties.count)
            continue;
        struct parsed split = parsed_repaired(NULL, 0, "one of several persons in a cell");
        split.reason = n == 1 ? "several persons in a cell" : NULL;
        step_note(step, i, &split);
    }
}

void run_organisation(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct parties parties;
        struct kho_text cell = vec_at(&values[0], i);
        bool is_one = read_cell(cell, &parties) && parties.organisation;
        node->cells[i] = is_one ? cell : KHO_TEXT_NULL;
    }
}

void run_party_kind(struct step *step, const struct node *node, const struct vec *values)
{
    for (size_t i = 0; i < step->n; i++) {
        struct parties parties;
        struct kho_text cell = vec_at(&values[0], i);
        node->cells[i] = KHO_TEXT_NULL;
        if (!read_cell(cell, &parties))
            continue;
        if (parties.organisation)
            node->cells[i] = KHO_TEXT("organisation");
        else if (parties.household)
            node->cells[i] = KHO_TEXT("household");
        else if (parties.count > 0)
            node->cells[i] = parties.count == 1   ? KHO_TEXT("person")
                             : parties.count == 2 ? KHO_TEXT("couple")
                                                  : KHO_TEXT("group");
    }
}
