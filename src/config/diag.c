/*
 * Collects problems of configuration and shows them with their place, the line and a caret.
 * What must not be seen of a line is decided by mask.c.
 */
#include <kho/config/diag.h>
#include <kho/core/utf8.h>

#include "mask.h"

#define MESSAGE_MAX 480
#define LINE_MAX_CHARS 140

void kho_diags_init(struct kho_diags *diags, struct kho_arena *arena)
{
    *diags = (struct kho_diags){.arena = arena};
}

/* Messages quote what stands in files: no control characters, no endless ones. */
static const char *tidy(struct kho_arena *arena, const char *raw)
{
    struct kho_text text = kho_text_of(raw);
    bool cut = text.len > MESSAGE_MAX;
    if (cut) {
        text.len = MESSAGE_MAX;
        while (text.len > 0 && ((unsigned char)raw[text.len] & 0xC0) == 0x80)
            text.len--;
    }
    char *message = kho_arena_printf(arena, "%.*s%s", KHO_TEXT_ARGS(text), cut ? "…" : "");
    for (char *c = message; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = ' ';
    return message;
}

KHO_PRINTF(4, 0)
static void add(struct kho_diags *diags, struct kho_pos pos, bool warning, const char *fmt,
                va_list args)
{
    if (warning)
        diags->warnings++;
    else
        diags->errors++;
    if (diags->count >= KHO_DIAG_MAX)
        return;
    char raw[2048];
    (void)vsnprintf(raw, sizeof raw, fmt, args);
    struct kho_diag *item =
        kho_arena_push(diags->arena, &diags->items, &diags->count, sizeof *diags->items);
    *item = (struct kho_diag){pos, warning, tidy(diags->arena, raw)};
}

void kho_diag_error(struct kho_diags *diags, struct kho_pos pos, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(diags, pos, false, fmt, args);
    va_end(args);
}

void kho_diag_warning(struct kho_diags *diags, struct kho_pos pos, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(diags, pos, true, fmt, args);
    va_end(args);
}

const char *kho_diag_suggest(struct kho_diags *diags, struct kho_text word,
                             const char *const *candidates, size_t count)
{
    /* what will not be shown needs no search */
    if (diags->count >= KHO_DIAG_MAX || word.len > 200)
        return "";
    const char *near = kho_text_nearest(word, candidates, count);
    if (near == NULL)
        return "";
    return kho_arena_printf(diags->arena, "; did you mean '%s'?", near);
}

/* Returns the bytes of the character at `at`; an invalid one has length 1 and `*valid` false. */
static size_t char_at(struct kho_text line, size_t at, bool *valid)
{
    unsigned char lead = (unsigned char)line.ptr[at];
    size_t len = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    *valid = false;
    if (at + len > line.len)
        return 1;
    struct kho_text slice = {line.ptr + at, len};
    *valid = kho_utf8_check(slice) == len;
    return *valid ? len : 1;
}

static void put_char(struct kho_buf *out, struct kho_text line, size_t at, size_t len, bool valid)
{
    unsigned char c = (unsigned char)line.ptr[at];
    if (!valid)
        kho_buf_puts(out, "\xEF\xBF\xBD");
    else if (c < 0x20 || c == 0x7F)
        kho_buf_char(out, ' ');
    else
        kho_buf_append(out, line.ptr + at, len);
}

/* Writes the line from its character `first` on, secrets masked, and returns how many characters
 * were written before the one of number `column` (from 1). */
static size_t show_line(struct kho_buf *out, struct kho_text line, size_t first, size_t column)
{
    struct kho_span secret = kho_mask_find(line);
    size_t before = 0;
    size_t written = 0;
    size_t number = 1;
    bool valid;
    for (size_t at = 0, len; at < line.len && written < LINE_MAX_CHARS; at += len, number++) {
        len = char_at(line, at, &valid);
        if (number == column)
            before = written;
        if (number < first)
            continue;
        if (at >= secret.begin && at < secret.end) {
            if (at == secret.begin || number == first) {
                kho_buf_puts(out, "***");
                written += 3;
            }
            continue;
        }
        put_char(out, line, at, len, valid);
        written++;
    }
    /* a place behind what is shown of the line, such as where something is missing */
    if (number <= column)
        return written + KHO_MIN(column - number, LINE_MAX_CHARS);
    return before;
}

/* Returns the offset of a line's first byte, or the text's length if there is no such line. */
static size_t find_line(const char *text, int number)
{
    const char *at = text;
    for (int line = 1; line < number && at != NULL; line++) {
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    return at != NULL ? (size_t)(at - text) : strlen(text);
}

/* The line stands without its indentation; of a long line only the part around the column. */
static void show_source(struct kho_buf *out, struct kho_pos pos)
{
    if (pos.text == NULL || pos.line <= 0)
        return;
    size_t start = find_line(pos.text, pos.line);
    struct kho_text line = {pos.text + start, strcspn(pos.text + start, "\n")};
    while (line.len > 0 && (line.ptr[line.len - 1] == '\r' || line.ptr[line.len - 1] == ' '))
        line.len--;
    size_t indent = 0;
    while (indent < line.len && line.ptr[indent] == ' ')
        indent++;
    if (indent == line.len || kho_mask_hides(pos.text, start))
        return;
    size_t column = pos.column > 0 ? (size_t)pos.column : 0;
    size_t first = indent + 1;
    if (column > LINE_MAX_CHARS / 2 + indent)
        first = column - LINE_MAX_CHARS / 2;
    first = KHO_MAX(KHO_MIN(first, column), 1);
    kho_buf_puts(out, "    ");
    size_t caret = show_line(out, line, first, column);
    kho_buf_char(out, '\n');
    if (column == 0)
        return;
    for (size_t i = 0; i < caret + 4; i++)
        kho_buf_char(out, ' ');
    kho_buf_puts(out, "^\n");
}

static void show_one(struct kho_buf *out, const struct kho_diag *diag)
{
    if (diag->pos.file != NULL)
        kho_buf_printf(out, "%s:", diag->pos.file);
    if (diag->pos.line > 0)
        kho_buf_printf(out, "%d:", diag->pos.line);
    if (diag->pos.line > 0 && diag->pos.column > 0)
        kho_buf_printf(out, "%d:", diag->pos.column);
    if (diag->pos.file != NULL)
        kho_buf_char(out, ' ');
    kho_buf_printf(out, "%s: %s\n", diag->warning ? "warning" : "error", diag->message);
    show_source(out, diag->pos);
}

static int compare_places(const void *left, const void *right)
{
    const struct kho_diag *a = *(const struct kho_diag *const *)left;
    const struct kho_diag *b = *(const struct kho_diag *const *)right;
    int order =
        strcmp(a->pos.file != NULL ? a->pos.file : "", b->pos.file != NULL ? b->pos.file : "");
    if (order == 0)
        order = a->pos.line - b->pos.line;
    if (order == 0)
        order = a->pos.column - b->pos.column;
    return order != 0 ? order : (a > b) - (a < b);
}

void kho_diags_show(const struct kho_diags *diags, struct kho_buf *out)
{
    if (diags->count == 0)
        return;
    const struct kho_diag **sorted = kho_arena_array(diags->arena, diags->count, sizeof *sorted);
    for (size_t i = 0; i < diags->count; i++)
        sorted[i] = &diags->items[i];
    qsort(sorted, diags->count, sizeof *sorted, compare_places);
    for (size_t i = 0; i < diags->count; i++)
        show_one(out, sorted[i]);
    size_t more = diags->errors + diags->warnings - diags->count;
    if (more > 0)
        kho_buf_printf(out, "and %zu more\n", more);
}

bool kho_diags_check(const struct kho_diags *diags, struct kho_err *err)
{
    if (diags->errors == 0)
        return true;
    return kho_err_set(err, KHO_ERR_CONFIG, "%zu error%s in the configuration", diags->errors,
                       diags->errors == 1 ? "" : "s");
}
