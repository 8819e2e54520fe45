/*
 * Reads code lists as RFC 4180 has it: commas, quotes doubled inside quotes, either line end.
 * What a cell means is decided in codes.c.
 */
#include "codes_csv.h"

#include <kho/core/utf8.h>

void codes_csv_open(struct codes_csv *csv, struct kho_arena *arena, const char *file,
                    struct kho_text content, struct kho_diags *diags)
{
    *csv = (struct codes_csv){
        .arena = arena, .diags = diags, .pos = {file, content.ptr, 1, 1}, .rest = content};
    if (kho_text_starts(content, KHO_TEXT("\xEF\xBB\xBF"))) {
        csv->rest.ptr += 3;
        csv->rest.len -= 3;
    }
}

/* Moves over one byte; columns count characters. */
static char take(struct codes_csv *csv)
{
    char c = *csv->rest.ptr++;
    csv->rest.len--;
    if (c == '\n') {
        csv->pos.line++;
        csv->pos.column = 1;
    } else if (((unsigned char)c & 0xC0) != 0x80) {
        csv->pos.column++;
    }
    return c;
}

static bool next_is(const struct codes_csv *csv, char c)
{
    return csv->rest.len > 0 && *csv->rest.ptr == c;
}

static bool at_line_end(const struct codes_csv *csv)
{
    return csv->rest.len == 0 || next_is(csv, '\n') ||
           (next_is(csv, '\r') && (csv->rest.len == 1 || csv->rest.ptr[1] == '\n'));
}

static void take_line_end(struct codes_csv *csv)
{
    if (next_is(csv, '\r'))
        take(csv);
    if (next_is(csv, '\n'))
        take(csv);
}

static struct kho_text quoted_field(struct codes_csv *csv)
{
    struct kho_pos start = csv->pos;
    take(csv);
    char *bytes = kho_arena_bytes(csv->arena, csv->rest.len + 1);
    size_t len = 0;
    bool closed = false;
    while (csv->rest.len > 0 && !closed) {
        char c = take(csv);
        if (c == '"' && !next_is(csv, '"'))
            closed = true;
        else if (c == '"')
            bytes[len++] = take(csv);
        else
            bytes[len++] = c;
    }
    if (!closed)
        kho_diag_error(csv->diags, start, "quote is not closed");
    else if (!next_is(csv, ',') && !at_line_end(csv))
        kho_diag_error(csv->diags, csv->pos, "text behind a closing quote");
    return (struct kho_text){bytes, len};
}

static struct kho_text plain_field(struct codes_csv *csv)
{
    const char *start = csv->rest.ptr;
    while (!next_is(csv, ',') && !at_line_end(csv))
        take(csv);
    return (struct kho_text){start, (size_t)(csv->rest.ptr - start)};
}

static struct codes_cell read_cell(struct codes_csv *csv)
{
    struct codes_cell cell = {.pos = csv->pos};
    struct kho_text field = next_is(csv, '"') ? quoted_field(csv) : plain_field(csv);
    field = kho_text_trim(field);
    if (kho_utf8_check(field) != field.len)
        kho_diag_error(csv->diags, cell.pos, "not valid UTF-8");
    else if (field.len > 0)
        cell.text = kho_utf8_nfc(csv->arena, field);
    while (!next_is(csv, ',') && !at_line_end(csv)) /* what an error was said about */
        take(csv);
    return cell;
}

bool codes_csv_next(struct codes_csv *csv, struct codes_cell *cells, size_t max, size_t *count)
{
    while (csv->rest.len > 0 && at_line_end(csv))
        take_line_end(csv);
    if (csv->rest.len == 0)
        return false;
    *count = 0;
    for (;;) {
        struct codes_cell cell = read_cell(csv);
        if (*count < max)
            cells[*count] = cell;
        (*count)++;
        if (!next_is(csv, ','))
            break;
        take(csv);
    }
    take_line_end(csv);
    return true;
}
