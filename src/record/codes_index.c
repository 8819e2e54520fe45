/*
 * A hash table of spellings for each column of a code list, in two layers: as written, and folded
 * (lower case, trimmed, diacritics kept). Built once when the list is read.
 */
#include "codes_index.h"

#include <kho/core/hash.h>
#include <kho/core/utf8.h>

struct kho_codes_entry {
    struct kho_text spelling; /* ptr NULL = a free slot */
    uint32_t layer;
    uint32_t row;
};

struct kho_codes_index *codes_index_new(struct kho_arena *arena)
{
    struct kho_codes_index *index = kho_arena_alloc(arena, sizeof *index);
    index->arena = arena;
    index->n_slots = 64;
    index->slots = kho_arena_array(arena, index->n_slots, sizeof *index->slots);
    return index;
}

static uint32_t layer_of(size_t column, bool folded)
{
    return (uint32_t)(column * 2 + folded);
}

/* The slot that holds the spelling, or the free one where it would go. */
static struct kho_codes_entry *slot_of(const struct kho_codes_index *index, uint32_t layer,
                                       struct kho_text spelling)
{
    size_t mask = index->n_slots - 1;
    size_t at = kho_hash_bytes(spelling.ptr, spelling.len, layer).low & mask;
    for (;; at = (at + 1) & mask) {
        struct kho_codes_entry *entry = &index->slots[at];
        if (entry->spelling.ptr == NULL)
            return entry;
        if (entry->layer == layer && kho_text_eq(entry->spelling, spelling))
            return entry;
    }
}

static void grow(struct kho_codes_index *index)
{
    struct kho_codes_entry *old = index->slots;
    size_t n_old = index->n_slots;
    index->n_slots *= 2;
    index->slots = kho_arena_array(index->arena, index->n_slots, sizeof *index->slots);
    for (size_t i = 0; i < n_old; i++) {
        if (old[i].spelling.ptr != NULL)
            *slot_of(index, old[i].layer, old[i].spelling) = old[i];
    }
}

/* Returns the slot of the spelling, made if it is new (then its row is CODES_NONE). */
static struct kho_codes_entry *claim(struct kho_codes_index *index, uint32_t layer,
                                     struct kho_text spelling)
{
    if (index->n_used * 2 >= index->n_slots)
        grow(index);
    struct kho_codes_entry *entry = slot_of(index, layer, spelling);
    if (entry->spelling.ptr == NULL) {
        *entry =
            (struct kho_codes_entry){kho_arena_text(index->arena, spelling), layer, CODES_NONE};
        index->n_used++;
    }
    return entry;
}

bool codes_fold(struct kho_text spelling, char out[CODES_FOLD_MAX], struct kho_text *folded)
{
    if (spelling.len > CODES_FOLD_MAX / 2 || kho_utf8_check(spelling) != spelling.len)
        return false;
    size_t len = 0;
    size_t end = 0; /* behind the last character that is no space */
    for (size_t at = 0; at < spelling.len;) {
        uint32_t c = kho_utf8_next(spelling, &at);
        bool space = kho_utf8_is_space(c);
        if (space && end == 0)
            continue;
        len += kho_utf8_put(kho_utf8_lower(c), out + len);
        if (len + 4 > CODES_FOLD_MAX)
            return false;
        if (!space)
            end = len;
    }
    *folded = (struct kho_text){out, end};
    return true;
}

uint32_t codes_index_add(struct kho_codes_index *index, size_t column, struct kho_text spelling,
                         uint32_t row)
{
    struct kho_codes_entry *exact = claim(index, layer_of(column, false), spelling);
    uint32_t before = exact->row;
    exact->row = before == CODES_NONE || before == row ? row : CODES_AMBIGUOUS;
    char bytes[CODES_FOLD_MAX];
    struct kho_text folded;
    if (codes_fold(spelling, bytes, &folded)) {
        struct kho_codes_entry *entry = claim(index, layer_of(column, true), folded);
        entry->row = entry->row == CODES_NONE || entry->row == row ? row : CODES_AMBIGUOUS;
    }
    return before;
}

uint32_t codes_index_exact(const struct kho_codes_index *index, size_t column,
                           struct kho_text spelling)
{
    struct kho_codes_entry *entry = slot_of(index, layer_of(column, false), spelling);
    return entry->spelling.ptr != NULL ? entry->row : CODES_NONE;
}

uint32_t codes_index_folded(const struct kho_codes_index *index, size_t column,
                            struct kho_text folded)
{
    struct kho_codes_entry *entry = slot_of(index, layer_of(column, true), folded);
    return entry->spelling.ptr != NULL ? entry->row : CODES_NONE;
}
