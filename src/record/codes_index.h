/* The spellings of a code list by hash: which row a text stands for in a column. */
#ifndef KHO_SRC_RECORD_CODES_INDEX_H
#define KHO_SRC_RECORD_CODES_INDEX_H

#include <kho/record/codes.h>

/* A row number, or that there is none, or several. */
#define CODES_NONE UINT32_MAX
#define CODES_AMBIGUOUS (UINT32_MAX - 1)

struct kho_codes_index {
    struct kho_codes_entry *slots; /* open addressing, a power of two */
    size_t n_slots;
    size_t n_used;
    struct kho_arena *arena;
    size_t code; /* the columns that each list has */
    size_t name;
    size_t valid_to; /* SIZE_MAX = the list has none */
};

struct kho_codes_index *codes_index_new(struct kho_arena *arena);

/* Says that `spelling` stands for `row` in `column`, as written and folded. Returns the row that it
 * stood for as written before, or CODES_NONE. Folded spellings of two rows become ambiguous. */
uint32_t codes_index_add(struct kho_codes_index *index, size_t column, struct kho_text spelling,
                         uint32_t row);

/* Returns the row (or CODES_NONE, CODES_AMBIGUOUS) of a spelling as it is written, and of one that
 * codes_fold() made. */
uint32_t codes_index_exact(const struct kho_codes_index *index, size_t column,
                           struct kho_text spelling);
uint32_t codes_index_folded(const struct kho_codes_index *index, size_t column,
                            struct kho_text folded);

#define CODES_FOLD_MAX 512
/* Lower case, no outer white space, into `out`; false if it is too long or no UTF-8. */
bool codes_fold(struct kho_text spelling, char out[CODES_FOLD_MAX], struct kho_text *folded);

#endif
