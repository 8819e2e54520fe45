/*
 * Finding codes and names as of a day. All spellings of all rows stand in one sorted array, each in
 * the ways in which it may be looked for; a question is a binary search and a look at the dates.
 */
#include <kho/record/codes_history.h>

#include <kho/core/utf8.h>

#include "codes_index.h"
#include "tone.h"

/* How a spelling was changed before it is compared. */
enum way { AS_WRITTEN, FOLDED, WITHOUT_TYPE, WITHOUT_MARKS, WAYS };

struct entry {
    size_t column;
    enum way way;
    struct kho_text text;
    uint32_t row;
};

struct kho_codes_history {
    const struct kho_codes *codes;
    struct entry *entries;
    size_t n_entries;
    size_t valid_from, valid_to, became; /* columns; SIZE_MAX = none */
};

#define HOPS_MAX 16
#define CANDIDATES_MAX 16

/* Words before the names of administrative units, folded; longer ones first. */
static const char *const type_words[] = {
    "thành phố ", "thị trấn ", "đặc khu ", "phường ", "huyện ", "thị xã ", "quận ", "tỉnh ", "xã ",
};

/* The same without diacritics. */
static const char *const bare_type_words[KHO_COUNT(type_words)] = {
    "thanh pho ", "thi tran ", "dac khu ", "phuong ", "huyen ", "thi xa ", "quan ", "tinh ", "xa ",
};

static struct kho_text without_type(struct kho_text folded, const char *const *words)
{
    for (size_t i = 0; i < KHO_COUNT(type_words); i++) {
        struct kho_text word = kho_text_of(words[i]);
        if (folded.len > word.len && kho_text_starts(folded, word))
            return (struct kho_text){folded.ptr + word.len, folded.len - word.len};
    }
    return folded;
}

/* Lower case, tone marks in their old place, numbers without leading zeros (Phường 07). */
static struct kho_text fold(struct kho_arena *arena, struct kho_text text)
{
    char *out = kho_arena_bytes(arena, text.len * 3 + 4);
    size_t len = 0;
    bool in_word = false;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = kho_utf8_lower(kho_utf8_next(text, &at));
        bool zero =
            c == '0' && !in_word && at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9';
        if (zero)
            continue;
        in_word = c != ' ';
        len += kho_utf8_put(c, out + len);
    }
    return kho_tone_old_style(arena, kho_text_trim((struct kho_text){out, len}));
}

static struct kho_text changed(struct kho_arena *arena, enum way way, struct kho_text text)
{
    switch (way) {
    case FOLDED:
        return fold(arena, text);
    case WITHOUT_TYPE:
        return without_type(fold(arena, text), type_words);
    case WITHOUT_MARKS:
        return without_type(kho_utf8_fold(arena, fold(arena, text)), bare_type_words);
    default:
        return text;
    }
}

static int compare_keys(const struct entry *a, const struct entry *b)
{
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    if (a->way != b->way)
        return a->way < b->way ? -1 : 1;
    return kho_text_compare(a->text, b->text);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = compare_keys(a, b);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static size_t column_of(const struct kho_codes *codes, const char *name)
{
    for (size_t i = 0; i < codes->n_columns; i++) {
        if (kho_text_eq_cstr(codes->header[i], name))
            return i;
    }
    return SIZE_MAX;
}

static struct kho_text cell_of(const struct kho_codes *codes, size_t row, size_t column)
{
    return column == SIZE_MAX ? KHO_TEXT_NULL : codes->cells[row * codes->n_columns + column];
}

static void add(struct kho_codes_history *history, struct kho_arena *arena, struct entry entry,
                enum way last)
{
    struct kho_text spelling = entry.text;
    if (kho_utf8_check(spelling) != spelling.len)
        return;
    for (enum way way = AS_WRITTEN; way <= last; way++) {
        entry.way = way;
        entry.text = changed(arena, way, spelling);
        struct entry *slot =
            kho_arena_push(arena, (void *)&history->entries, &history->n_entries, sizeof *slot);
        *slot = entry;
    }
}

static void add_row(struct kho_codes_history *history, struct kho_arena *arena, uint32_t row)
{
    const struct kho_codes *codes = history->codes;
    struct kho_text code = cell_of(codes, row, codes->index->code);
    for (size_t column = 0; column < codes->n_columns; column++) {
        struct kho_text cell = cell_of(codes, row, column);
        bool is_name = column == codes->index->name;
        if (!is_name && column != codes->index->code &&
            kho_codes_system(codes, codes->header[column]) < 0)
            continue;
        struct kho_text rest = kho_text_is_null(cell) ? code : cell;
        while (rest.ptr != NULL) {
            struct kho_text one = is_name ? rest : kho_text_trim(kho_text_cut(&rest, '|'));
            if (one.len > 0)
                add(history, arena, (struct entry){column, AS_WRITTEN, one, row},
                    is_name ? WITHOUT_MARKS : FOLDED);
            if (is_name)
                break;
        }
    }
}

const struct kho_codes_history *kho_codes_history_new(struct kho_arena *arena,
                                                      const struct kho_codes *codes)
{
    struct kho_codes_history *history = kho_arena_alloc(arena, sizeof *history);
    *history = (struct kho_codes_history){.codes = codes,
                                          .valid_from = column_of(codes, "valid_from"),
                                          .valid_to = column_of(codes, "valid_to"),
                                          .became = column_of(codes, "became")};
    for (size_t row = 0; row < codes->n_rows; row++)
        add_row(history, arena, (uint32_t)row);
    if (history->n_entries > 0)
        qsort(history->entries, history->n_entries, sizeof *history->entries, compare_entries);
    return history;
}

/* 2025 and 2025-07 are their first days. */
static struct kho_text whole_day(struct kho_text day, char out[10])
{
    static const char first[] = "0000-01-01";
    memcpy(out, first, 10);
    memcpy(out, day.ptr, KHO_MIN(day.len, 10));
    return (struct kho_text){out, 10};
}

static bool stands_at(const struct kho_codes_history *history, uint32_t row, struct kho_text day)
{
    struct kho_text from = cell_of(history->codes, row, history->valid_from);
    struct kho_text to = cell_of(history->codes, row, history->valid_to);
    if (kho_text_is_null(day))
        return kho_text_is_null(to);
    return (kho_text_is_null(from) || kho_text_compare(from, day) <= 0) &&
           (kho_text_is_null(to) || kho_text_compare(day, to) < 0);
}

/* Rows found, each once. */
struct rows {
    uint32_t row[CANDIDATES_MAX];
    size_t count;
};

static void put_row(struct rows *rows, uint32_t row)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->row[i] == row)
            return;
    }
    if (rows->count < CANDIDATES_MAX)
        rows->row[rows->count++] = row;
}

static void search(const struct kho_codes_history *history, const struct entry *key,
                   struct kho_text day, struct rows *rows)
{
    size_t low = 0, high = history->n_entries;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(&history->entries[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < history->n_entries && compare_keys(&history->entries[low], key) == 0; low++) {
        if (stands_at(history, history->entries[low].row, day))
            put_row(rows, history->entries[low].row);
    }
}

static const char *codes_of(const struct kho_codes_history *history, struct kho_arena *arena,
                            const struct rows *rows)
{
    const char *list = "";
    for (size_t i = 0; i < rows->count; i++)
        list = kho_arena_printf(
            arena, "%s%s%.*s", list, i > 0 ? ", " : "",
            KHO_TEXT_ARGS(cell_of(history->codes, rows->row[i], history->codes->index->code)));
    return list;
}

/* The rows that took the place of one that has ended. */
static void successors(const struct kho_codes_history *history, uint32_t row, struct rows *rows)
{
    struct kho_text rest = cell_of(history->codes, row, history->became);
    struct kho_text day = cell_of(history->codes, row, history->valid_to);
    while (rest.ptr != NULL) {
        struct entry key = {.column = history->codes->index->code,
                            .text = kho_text_trim(kho_text_cut(&rest, '|'))};
        search(history, &key, day, rows);
    }
}

/* Follows a row to what stands today. */
static struct kho_codes_found forwarded(const struct kho_codes_history *history,
                                        struct kho_arena *arena, uint32_t row)
{
    const struct kho_codes *codes = history->codes;
    struct kho_codes_found found = {.answer = KHO_CODES_ONE};
    uint32_t at = row;
    for (int hop = 0; hop < HOPS_MAX; hop++) {
        struct rows next = {.count = 0};
        found.code = cell_of(codes, at, codes->index->code);
        if (stands_at(history, at, KHO_TEXT_NULL))
            return found;
        successors(history, at, &next);
        if (next.count == 1) {
            at = next.row[0];
            continue;
        }
        found.answer = next.count == 0 ? KHO_CODES_ENDED : KHO_CODES_SPLIT;
        found.code = cell_of(codes, row, codes->index->code);
        found.candidates = next.count > 0 ? codes_of(history, arena, &next) : NULL;
        return found;
    }
    found.answer = KHO_CODES_ENDED; /* a circle */
    return found;
}

struct kho_codes_found kho_codes_history_find(const struct kho_codes_history *history,
                                              struct kho_arena *arena,
                                              const struct kho_codes_question *question)
{
    const struct kho_codes *codes = history->codes;
    bool any = question->system == KHO_CODES_ANY;
    size_t columns[] = {any ? codes->index->code : (size_t)question->system - 1,
                        codes->index->name};
    char bytes[10];
    struct kho_text day =
        kho_text_is_null(question->as_of) ? KHO_TEXT_NULL : whole_day(question->as_of, bytes);
    struct rows rows = {.count = 0};
    enum way way = AS_WRITTEN;
    if (kho_utf8_check(question->spelling) != question->spelling.len)
        return (struct kho_codes_found){.answer = KHO_CODES_NONE};
    for (; way < WAYS && rows.count == 0; way++) {
        struct kho_text text = changed(arena, way, question->spelling);
        for (size_t i = 0; i < (any ? 2 : 1) && rows.count == 0; i++) {
            struct entry key = {.column = columns[i], .way = way, .text = text};
            search(history, &key, day, &rows);
        }
    }
    if (rows.count == 0)
        return (struct kho_codes_found){.answer = KHO_CODES_NONE};
    if (rows.count > 1)
        return (struct kho_codes_found){.answer = KHO_CODES_SEVERAL,
                                        .candidates = codes_of(history, arena, &rows)};
    struct kho_codes_found found = {.answer = KHO_CODES_ONE,
                                    .code = cell_of(codes, rows.row[0], codes->index->code)};
    if (question->forward)
        found = forwarded(history, arena, rows.row[0]);
    found.loosely = way - 1 >= WITHOUT_TYPE;
    return found;
}

struct kho_text kho_codes_contradicting(const struct kho_codes *codes)
{
    size_t code = codes->n_rows > 0 ? codes->index->code : 0;
    for (size_t i = 0; i < codes->n_rows * codes->n_columns; i++) {
        size_t column = i % codes->n_columns;
        uint32_t row = (uint32_t)(i / codes->n_columns);
        if (kho_codes_system(codes, codes->header[column]) < 0)
            continue;
        struct kho_text rest = codes->cells[i];
        while (rest.ptr != NULL) {
            struct kho_text one = kho_text_trim(kho_text_cut(&rest, '|'));
            uint32_t other = codes_index_exact(codes->index, code, one);
            if (one.len > 0 && other != CODES_NONE && other != CODES_AMBIGUOUS && other != row)
                return codes->header[column];
        }
    }
    return KHO_TEXT_NULL;
}
