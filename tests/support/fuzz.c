/* The promises that fuzzers try: no parser ends the process, and what is canonical stays so. */
#include "fuzz.h"

#include <kho/config/expr.h>
#include <kho/core/charset.h>
#include <kho/core/utf8.h>
#include <kho/normalise/value.h>
#include <kho/record/codes_history.h>

#include "made.h"
#include "source/csv/split.h"

static struct kho_text rest_of(const uint8_t *data, size_t size)
{
    return (struct kho_text){size > 1 ? (const char *)data + 1 : "", size > 0 ? size - 1 : 0};
}

/* An answer is text as the store takes it, or says why there is none. */
static void check_value(const struct kho_value *value)
{
    KHO_BUG_IF(value->outcome == KHO_VALUE_REJECT && value->reason == NULL);
    if (value->outcome != KHO_VALUE_OK)
        return;
    KHO_BUG_IF(value->text.ptr == NULL || value->text.len == 0);
    KHO_BUG_IF(kho_utf8_check(value->text) != value->text.len);
    KHO_BUG_IF(memchr(value->text.ptr, '\0', value->text.len) != NULL);
}

void fuzz_value(const uint8_t *data, size_t size)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_diags diags;
    kho_diags_init(&diags, arena);
    enum kho_type type = (enum kho_type)(size > 0 ? data[0] % KHO_TYPE_COUNT : 0);
    struct kho_schema_column column = {.type = type};
    if (type == KHO_TYPE_CODE)
        column.codes = made_sexes(arena, &diags);
    if (type == KHO_TYPE_LAND_USES)
        column.codes = made_land_uses(arena, &diags);
    if (type == KHO_TYPE_SECTOR)
        column.precision = 2018;
    struct kho_value once = kho_value_parse(arena, &column, rest_of(data, size));
    check_value(&once);
    /* a decimal may look as if its point parted thousands */
    if (once.outcome == KHO_VALUE_OK && kho_type_wire(type) != KHO_WIRE_NUMERIC) {
        struct kho_value twice = kho_value_parse(arena, &column, once.text);
        KHO_BUG_IF(twice.outcome != KHO_VALUE_OK || !kho_text_eq(once.text, twice.text));
    }
    kho_arena_free(arena);
}

void fuzz_date(const uint8_t *data, size_t size)
{
    static const char *const formats[] = {"dmy", "mdy", "DD/MM/YYYY", "D/M/YY", "YYYYMMDD"};
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_schema_column partial = {.type = KHO_TYPE_PARTIAL_DATE};
    struct kho_text format = kho_text_of(formats[size > 0 ? data[0] % KHO_COUNT(formats) : 0]);
    struct kho_value value = kho_value_date(arena, format, rest_of(data, size));
    check_value(&value);
    if (value.outcome == KHO_VALUE_OK) {
        struct kho_value again = kho_value_parse(arena, &partial, value.text);
        KHO_BUG_IF(again.outcome != KHO_VALUE_OK || !kho_text_eq(value.text, again.text));
    }
    kho_arena_free(arena);
}

void fuzz_charset(const uint8_t *data, size_t size)
{
    static const char *const names[] = {
        "utf-8",  "utf-16", "utf-16le",       "windows-1252",         "cp1258", "tcvn5712-1",
        "viscii", "tcvn3",  "tcvn3-capitals", "vni via windows-1252", "vni",
    };
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_text text;
    const struct kho_charset *charset =
        kho_charset_open(arena, kho_text_of(names[size > 0 ? data[0] % KHO_COUNT(names) : 0]));
    KHO_BUG_IF(charset == NULL);
    if (kho_charset_decode(charset, arena, rest_of(data, size), &text))
        KHO_BUG_IF(kho_utf8_check(text) != text.len);
    kho_arena_free(arena);
}

/* Every byte is taken once, a record is what it should be, and what comes behind changes nothing.
 */
void fuzz_csv(const uint8_t *data, size_t size)
{
    struct csv_field fields[4];
    struct csv_split split = {.fields = fields,
                              .max_fields = KHO_COUNT(fields),
                              .n_expected = size > 0 ? data[0] % 6 : 0};
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_text rest = kho_arena_text(arena, rest_of(data, size));
    split.separator = csv_detect_separator(rest);
    while (rest.len != 0) {
        char *copy = kho_arena_cstr(arena, rest);
        size_t early = csv_split(&split, copy, rest.len, CSV_MORE);
        size_t n_fields = split.n_fields;
        size_t taken = csv_split(&split, (char *)(uintptr_t)rest.ptr, rest.len, CSV_LAST);
        KHO_BUG_IF(taken == 0 || taken > rest.len || split.cut);
        KHO_BUG_IF(early != 0 && (early != taken || n_fields != split.n_fields));
        KHO_BUG_IF(split.broken == NULL && !split.blank && split.n_expected != 0 &&
                   split.n_fields != split.n_expected);
        KHO_BUG_IF(split.broken != NULL && split.n_lines > 1);
        rest = (struct kho_text){rest.ptr + taken, rest.len - taken};
    }
    kho_arena_free(arena);
}

void fuzz_codes(const uint8_t *data, size_t size)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_diags diags;
    struct kho_text content = {(const char *)data, size};
    const char *last = size > 0 ? memrchr(data, '\n', size) : NULL;
    kho_diags_init(&diags, arena);
    struct kho_codes *codes = kho_codes_parse(arena, KHO_TEXT("list"), "list.csv", content, &diags);
    if (codes->n_rows > 0 && last != NULL) {
        struct kho_codes_question question = {
            .spelling = {last + 1, size - (size_t)(last + 1 - (const char *)data)},
            .as_of = KHO_TEXT("2025-01-01"),
            .forward = true};
        struct kho_text code;
        (void)kho_codes_find(codes, KHO_CODES_ANY, question.spelling, &code);
        (void)kho_codes_contradicting(codes);
        (void)kho_codes_history_find(kho_codes_history_new(arena, codes), arena, &question);
    }
    kho_arena_free(arena);
}

void fuzz_expr(const uint8_t *data, size_t size)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_diags diags;
    struct kho_pos pos = {"job.yaml", NULL, 1, 1};
    kho_diags_init(&diags, arena);
    struct kho_expr *expr =
        kho_expr_parse(arena, (struct kho_text){(const char *)data, size}, pos, &diags);
    KHO_BUG_IF((expr == NULL) != (diags.errors > 0));
    if (expr != NULL) { /* what it says canonically is an expression that says the same */
        struct kho_buf once, twice;
        kho_buf_init(&once, 1 << 24);
        kho_buf_init(&twice, 1 << 24);
        kho_expr_canonical(expr, &once);
        struct kho_expr *again = kho_expr_parse(arena, kho_buf_as_text(&once), pos, &diags);
        if (again != NULL)
            kho_expr_canonical(again, &twice);
        KHO_BUG_IF(again != NULL && !kho_text_eq(kho_buf_as_text(&once), kho_buf_as_text(&twice)));
        kho_buf_release(&once);
        kho_buf_release(&twice);
    }
    kho_arena_free(arena);
}
