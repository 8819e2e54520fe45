/*
 * Code lists: what the columns of a list mean, and which code a spelling stands for. Reading the
 * CSV is left to codes_csv.c, finding a text to codes_index.c.
 */
#include <kho/record/codes.h>

#include "codes_csv.h"
#include "codes_index.h"

#define COLUMNS_MAX 64

static const char *const facts[] = {"code",     "name", "parent", "valid_from",
                                    "valid_to", "note", "level",  "became"};

static bool is_fact(struct kho_text column)
{
    for (size_t i = 0; i < KHO_COUNT(facts); i++) {
        if (kho_text_eq_cstr(column, facts[i]))
            return true;
    }
    return false;
}

static size_t column_of(const struct kho_codes *codes, const char *name)
{
    for (size_t i = 0; i < codes->n_columns; i++) {
        if (kho_text_eq_cstr(codes->header[i], name))
            return i;
    }
    return SIZE_MAX;
}

static bool read_header(struct kho_codes *codes, struct codes_csv *csv)
{
    struct codes_cell cells[COLUMNS_MAX];
    struct kho_pos start = csv->pos;
    size_t count = 0;
    if (!codes_csv_next(csv, cells, COLUMNS_MAX, &count)) {
        kho_diag_error(csv->diags, start, "code list is empty: a header row is missing");
        return false;
    }
    if (count > COLUMNS_MAX) {
        kho_diag_error(csv->diags, start, "more than %d columns", COLUMNS_MAX);
        return false;
    }
    codes->header = kho_arena_array(csv->arena, count, sizeof *codes->header);
    for (size_t i = 0; i < count; i++) {
        if (kho_text_is_null(cells[i].text))
            kho_diag_error(csv->diags, cells[i].pos, "column without a name");
        for (size_t j = 0; j < i; j++) {
            if (kho_text_eq(codes->header[j], cells[i].text))
                kho_diag_error(csv->diags, cells[i].pos, "column '%.*s' stands twice",
                               KHO_TEXT_ARGS(cells[i].text));
        }
        codes->header[i] = cells[i].text;
        codes->n_columns = i + 1;
    }
    for (size_t i = 0; i < 2; i++) {
        if (column_of(codes, facts[i]) == SIZE_MAX)
            kho_diag_error(csv->diags, start, "column '%s' is missing", facts[i]);
    }
    codes->index->code = column_of(codes, "code");
    codes->index->name = column_of(codes, "name");
    codes->index->valid_to = column_of(codes, "valid_to");
    return codes->index->code != SIZE_MAX && codes->index->name != SIZE_MAX;
}

static void add_spelling(struct kho_codes *codes, size_t column, struct codes_cell cell,
                         struct kho_diags *diags)
{
    uint32_t row = (uint32_t)codes->n_rows;
    uint32_t before = codes_index_add(codes->index, column, cell.text, row);
    if (before == CODES_NONE || before == row)
        return;
    size_t code = codes->index->code;
    if (column == code)
        kho_diag_error(diags, cell.pos, "code '%.*s' stands twice", KHO_TEXT_ARGS(cell.text));
    else if (before != CODES_AMBIGUOUS)
        kho_diag_error(diags, cell.pos, "'%.*s' already stands for code '%.*s' in column '%.*s'",
                       KHO_TEXT_ARGS(cell.text),
                       KHO_TEXT_ARGS(codes->cells[before * codes->n_columns + code]),
                       KHO_TEXT_ARGS(codes->header[column]));
}

/* A system's cell lists spellings; an empty one means that the department writes the code. */
static void add_system(struct kho_codes *codes, size_t column, const struct codes_cell *cells,
                       struct kho_diags *diags)
{
    struct codes_cell cell = cells[column];
    if (kho_text_is_null(cell.text)) {
        cell.text = cells[codes->index->code].text;
        add_spelling(codes, column, cell, diags);
        return;
    }
    struct kho_text rest = cell.text;
    while (rest.ptr != NULL) {
        cell.text = kho_text_trim(kho_text_cut(&rest, '|'));
        if (cell.text.len > 0)
            add_spelling(codes, column, cell, diags);
    }
}

static void add_row(struct kho_codes *codes, const struct codes_cell *cells,
                    struct kho_diags *diags)
{
    size_t code = codes->index->code;
    size_t name = codes->index->name;
    if (kho_text_is_null(cells[code].text) || kho_text_is_null(cells[name].text)) {
        kho_diag_error(diags, cells[0].pos, "row without a %s",
                       kho_text_is_null(cells[code].text) ? "code" : "name");
        return;
    }
    for (size_t i = 0; i < codes->n_columns; i++)
        codes->cells[codes->n_rows * codes->n_columns + i] = cells[i].text;
    /* What has ended is asked for by its day: codes_history.c. */
    if (codes->index->valid_to != SIZE_MAX &&
        !kho_text_is_null(cells[codes->index->valid_to].text)) {
        codes->n_rows++;
        return;
    }
    add_spelling(codes, code, cells[code], diags);
    /* Two codes may share a name; then the name finds neither. */
    codes_index_add(codes->index, name, cells[name].text, (uint32_t)codes->n_rows);
    for (size_t i = 0; i < codes->n_columns; i++) {
        if (!is_fact(codes->header[i]))
            add_system(codes, i, cells, diags);
    }
    codes->n_rows++;
}

/* No more rows than line ends: room enough, whatever quotes hold. */
static size_t count_lines(struct kho_text content)
{
    size_t lines = 1;
    for (size_t i = 0; i < content.len; i++)
        lines += content.ptr[i] == '\n';
    return lines;
}

static struct kho_hash128 fingerprint(const struct kho_codes *codes)
{
    struct kho_hash128 hash = {0, codes->n_columns};
    size_t n = codes->n_rows * codes->n_columns;
    for (size_t i = 0; i < codes->n_columns + n; i++) {
        struct kho_text cell =
            i < codes->n_columns ? codes->header[i] : codes->cells[i - codes->n_columns];
        struct kho_hash128 own =
            kho_hash_bytes(cell.ptr != NULL ? cell.ptr : "", cell.len, cell.ptr != NULL);
        uint64_t chain[4] = {hash.high, hash.low, own.high, own.low};
        hash = kho_hash_bytes(chain, sizeof chain, 0);
    }
    return hash;
}

struct kho_codes *kho_codes_parse(struct kho_arena *arena, struct kho_text name, const char *file,
                                  struct kho_text content, struct kho_diags *diags)
{
    struct kho_codes *codes = kho_arena_alloc(arena, sizeof *codes);
    struct codes_csv csv;
    struct codes_cell cells[COLUMNS_MAX];
    codes->name = name;
    codes->file = file;
    codes->index = codes_index_new(arena);
    codes_csv_open(&csv, arena, file, content, diags);
    if (!read_header(codes, &csv))
        return codes;
    codes->cells =
        kho_arena_array(arena, count_lines(content) * codes->n_columns, sizeof *codes->cells);
    for (;;) {
        size_t count = 0;
        struct kho_pos start = csv.pos;
        if (!codes_csv_next(&csv, cells, COLUMNS_MAX, &count))
            break;
        if (count != codes->n_columns)
            kho_diag_error(diags, start, "row has %zu fields, the header has %zu", count,
                           codes->n_columns);
        else
            add_row(codes, cells, diags);
    }
    codes->fingerprint = fingerprint(codes);
    return codes;
}

/* Handles of systems are column numbers plus one, so that 0 is KHO_CODES_ANY. */
int kho_codes_system(const struct kho_codes *codes, struct kho_text system)
{
    for (size_t i = 0; i < codes->n_columns; i++) {
        if (kho_text_eq(codes->header[i], system) && !is_fact(system))
            return (int)i + 1;
    }
    return -1;
}

static bool answer(const struct kho_codes *codes, uint32_t row, struct kho_text *code)
{
    if (row == CODES_NONE || row == CODES_AMBIGUOUS)
        return false;
    *code = codes->cells[row * codes->n_columns + codes->index->code];
    return true;
}

bool kho_codes_find(const struct kho_codes *codes, int system, struct kho_text spelling,
                    struct kho_text *code)
{
    if (codes->n_rows == 0 || spelling.ptr == NULL)
        return false;
    size_t columns[2] = {(size_t)system - 1, 0};
    size_t n = 1;
    if (system == KHO_CODES_ANY) {
        columns[0] = codes->index->code;
        columns[1] = codes->index->name;
        n = 2;
    }
    for (size_t i = 0; i < n; i++) {
        if (answer(codes, codes_index_exact(codes->index, columns[i], spelling), code))
            return true;
    }
    char bytes[CODES_FOLD_MAX];
    struct kho_text folded;
    if (!codes_fold(spelling, bytes, &folded))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (answer(codes, codes_index_folded(codes->index, columns[i], folded), code))
            return true;
    }
    return false;
}
