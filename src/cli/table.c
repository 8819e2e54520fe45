/* Aligned text tables and JSON lines on stdout. */
#include <kho/core/utf8.h>

#include "cli.h"

#define WIDEST_CELL 60

static struct kho_text shown(struct kho_text cell)
{
    return cell.ptr != NULL ? cell : KHO_TEXT("-");
}

static bool is_number(struct kho_text cell)
{
    for (size_t i = 0; i < cell.len; i++)
        if ((cell.ptr[i] < '0' || cell.ptr[i] > '9') && cell.ptr[i] != '.' && cell.ptr[i] != '-')
            return false;
    return true;
}

static size_t width_of(struct kho_text cell)
{
    return kho_utf8_length(shown(cell));
}

/* A terminal's control characters have no business in a table: they are shown as `?`. */
static void put_cell(struct kho_text cell, size_t width, bool right, bool last)
{
    cell = shown(cell);
    size_t length = kho_utf8_length(cell);
    size_t pad = width > length ? width - length : 0;
    if (right)
        printf("%*s", (int)pad, "");
    for (size_t i = 0; i < cell.len; i++) {
        unsigned char c = (unsigned char)cell.ptr[i];
        putchar(c < 0x20 || c == 0x7F ? '?' : c);
    }
    if (!last)
        printf("%*s  ", right ? 0 : (int)pad, "");
}

void cli_table(const char *const *names, const struct kho_text *cells, size_t rows, size_t columns,
               size_t stride)
{
    size_t widths[64];
    bool numbers[64];
    KHO_BUG_IF(columns > KHO_COUNT(widths));
    for (size_t c = 0; c < columns; c++) {
        widths[c] = strlen(names[c]);
        numbers[c] = rows != 0;
        for (size_t r = 0; r < rows; r++) {
            struct kho_text cell = cells[r * stride + c];
            widths[c] = KHO_MAX(widths[c], KHO_MIN(width_of(cell), (size_t)WIDEST_CELL));
            numbers[c] = numbers[c] && is_number(cell);
        }
    }
    for (size_t c = 0; c < columns; c++)
        put_cell(kho_text_of(names[c]), widths[c], numbers[c], c + 1 == columns);
    putchar('\n');
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++)
            put_cell(cells[r * stride + c], widths[c], numbers[c], c + 1 == columns);
        putchar('\n');
    }
}

void cli_answer(const struct cli *cli, const struct kho_pg_result *rows)
{
    size_t columns = rows->n_columns - 1;
    if (!cli->json) {
        cli_table(rows->names, rows->cells, rows->n_rows, columns, rows->n_columns);
        return;
    }
    for (size_t r = 0; r < rows->n_rows; r++)
        printf("%.*s\n", KHO_TEXT_ARGS(kho_pg_cell(rows, r, columns)));
}

void cli_json(const struct kho_buf *json)
{
    fwrite(kho_buf_cstr(json), 1, json->len, stdout);
    putchar('\n');
}

void cli_json_failure(const struct kho_err *err)
{
    struct kho_buf out;
    struct kho_json json;
    kho_buf_init(&out, CLI_JSON_MAX);
    kho_json_init(&json, &out, 0);
    kho_json_object(&json, NULL);
    kho_json_bool(&json, "ok", false);
    kho_json_string(&json, "class", kho_err_word(err->class));
    kho_json_string(&json, "error", err->message);
    kho_json_string(&json, "hint", err->hint[0] != '\0' ? err->hint : NULL);
    kho_json_int(&json, "exit_code", kho_err_exit_code(err->class));
    kho_json_object_end(&json);
    cli_json(&out);
    kho_buf_release(&out);
}
