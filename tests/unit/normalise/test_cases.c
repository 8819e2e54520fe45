/*
 * Runs the case files of tests/cases/normalise: type, input, expected. `-> NULL` and `reject:`
 * stand for what is no value, ` (repaired: ...)` and ` (warning: ...)` for what is said about one
 * that is.
 */
#include "../../support/unit.h"

#include <kho/core/file.h>
#include <kho/core/utf8.h>
#include <kho/normalise/value.h>

#include "../../support/made.h"

#define CASES "tests/cases/normalise"

struct reader {
    struct kho_arena *arena;
    struct kho_codes *lists[2];
    struct kho_text rest;
    int line;
    const char *file;
};

static unsigned hex(struct kho_text digits)
{
    unsigned value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char c = digits.ptr[i];
        value = value * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return value;
}

/* Undoes \uXXXX and \xHH; `(empty)` is the empty text. */
static struct kho_text unescape(struct kho_arena *arena, struct kho_text text)
{
    char *out = kho_arena_bytes(arena, text.len + 1);
    size_t len = 0;
    if (kho_text_eq_cstr(text, "(empty)"))
        return KHO_TEXT("");
    for (size_t i = 0; i < text.len; i++) {
        char kind = text.ptr[i] == '\\' && i + 1 < text.len ? text.ptr[i + 1] : '\0';
        if (kind == 'u') {
            len += kho_utf8_put(hex((struct kho_text){text.ptr + i + 2, 4}), out + len);
            i += 5;
        } else if (kind == 'x') {
            out[len++] = (char)hex((struct kho_text){text.ptr + i + 2, 2});
            i += 3;
        } else {
            out[len++] = text.ptr[i];
        }
    }
    return (struct kho_text){out, len};
}

static bool next_line(struct reader *reader, bool skip, struct kho_text *line)
{
    while (reader->rest.ptr != NULL) {
        *line = kho_text_cut(&reader->rest, '\n');
        reader->line++;
        if (!skip || (line->len > 0 && *line->ptr != '#'))
            return true;
    }
    return false;
}

static struct kho_value parse(struct reader *reader, struct kho_text type, struct kho_text input)
{
    struct kho_schema_column column = {0};
    if (kho_text_starts(type, KHO_TEXT("date('"))) {
        struct kho_text format = {type.ptr + 6, type.len - 8};
        return kho_value_date(reader->arena, format, input);
    }
    if (kho_text_starts(type, KHO_TEXT("number('")))
        return kho_value_number(reader->arena, type.ptr[8], input);
    ck_assert_msg(made_type(type, reader->lists, 2, &column), "%s:%d: no type '%.*s'", reader->file,
                  reader->line, KHO_TEXT_ARGS(type));
    return kho_value_parse(reader->arena, &column, input);
}

static const char *show(struct kho_arena *arena, struct kho_value value)
{
    if (value.outcome == KHO_VALUE_REJECT)
        return kho_arena_printf(arena, "reject: %s", value.reason);
    const char *text = value.outcome == KHO_VALUE_NULL
                           ? "-> NULL"
                           : kho_arena_printf(arena, "%.*s", KHO_TEXT_ARGS(value.text));
    if (value.repair != NULL)
        text = kho_arena_printf(arena, "%s (repaired: %s)", text, value.repair);
    if (value.reason == NULL)
        return text;
    return kho_arena_printf(arena, "%s (warning: %s)", text, value.reason);
}

static int run_file(struct kho_arena *arena, const char *name, int *failed)
{
    struct kho_err err = {0};
    struct kho_diags diags;
    struct reader reader = {.arena = arena, .file = name};
    struct kho_text type, input, expected;
    int cases = 0;
    kho_diags_init(&diags, arena);
    reader.lists[0] = made_sexes(arena, &diags);
    reader.lists[1] = made_land_uses(arena, &diags);
    ck_ok(kho_file_read(arena, kho_path_join(arena, CASES, name), 1 << 20, &reader.rest, &err),
          err);
    while (next_line(&reader, true, &type)) {
        ck_assert(next_line(&reader, false, &input) && next_line(&reader, false, &expected));
        const char *got = show(arena, parse(&reader, type, unescape(arena, input)));
        struct kho_text wanted = unescape(arena, expected);
        cases++;
        if (kho_text_eq_cstr(wanted, got))
            continue;
        printf("%s:%d: %.*s '%.*s': got '%s', expected '%.*s'\n", name, reader.line,
               KHO_TEXT_ARGS(type), KHO_TEXT_ARGS(input), got, KHO_TEXT_ARGS(wanted));
        fflush(stdout); /* Check ends this process without ado */
        ++*failed;
    }
    return cases;
}

START_TEST(every_case_comes_out_as_expected)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_err err = {0};
    const char **names;
    size_t count;
    int cases = 0, failed = 0;
    ck_ok(kho_dir_list(arena, CASES, ".case", &names, &count, &err), err);
    for (size_t i = 0; i < count; i++)
        cases += run_file(arena, names[i], &failed);
    ck_assert_int_eq(failed, 0);
    ck_assert_int_gt(cases, 150);
    kho_arena_free(arena);
}
END_TEST

START_TEST(a_clean_text_is_not_copied)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_schema_column column = {.type = KHO_TYPE_PERSON_NAME};
    struct kho_text name = KHO_TEXT("Nguyễn Thị Hồng Ước");
    ck_assert_ptr_eq(kho_value_parse(arena, &column, name).text.ptr, name.ptr);
    column.type = KHO_TYPE_TEXT;
    ck_assert_ptr_eq(kho_value_parse(arena, &column, name).text.ptr, name.ptr);
    kho_arena_free(arena);
}
END_TEST

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

/* Pieces of what departments write, in any order. */
static struct kho_text random_text(struct kho_arena *arena, uint64_t *state)
{
    static const char *const pieces[] = {
        "Nguyễn",
        "TRẦN",
        " ",
        " - ",
        "Ð",
        "e\xCC\x82\xCC\x81",
        "a\xCC\x81\xCC\x82",
        "031065",
        "000123",
        "0",
        ".",
        ",",
        "-",
        "+84",
        "1965",
        "05",
        "\xC2\xA0",
        "\xE2\x80\x8B",
        "\xFF",
        "'",
        "(",
        "/",
        "T08:00:00Z",
        "ông ",
        "İ",
        "ﬁ",
        "Ǆ",
        "日",
        "1900-01-01",
        "\n",
        "O",
        "có",
    };
    char *bytes = kho_arena_bytes(arena, 128);
    size_t len = 0;
    for (uint32_t n = next_random(state) % 6; n > 0; n--) {
        struct kho_text piece = kho_text_of(pieces[next_random(state) % KHO_COUNT(pieces)]);
        memcpy(bytes + len, piece.ptr, piece.len);
        len += piece.len;
    }
    return (struct kho_text){bytes, len};
}

START_TEST(a_canonical_text_is_its_own_canonical_text)
{
    struct kho_arena *arena = kho_arena_new(NULL);
    uint64_t state = 1;
    for (int round = 0; round < 100000; round++) {
        enum kho_type type = (enum kho_type)(next_random(&state) % KHO_TYPE_COUNT);
        struct kho_schema_column column = {.type = type,
                                           .precision = type == KHO_TYPE_SECTOR ? 2018 : 0};
        if (type == KHO_TYPE_CODE || type == KHO_TYPE_LAND_USES)
            continue;
        struct kho_value once = kho_value_parse(arena, &column, random_text(arena, &state));
        /* 1234.5670 is clear, 1.567 that it could become is not */
        if (once.outcome == KHO_VALUE_OK && kho_type_wire(type) != KHO_WIRE_NUMERIC) {
            struct kho_value twice = kho_value_parse(arena, &column, once.text);
            ck_assert_msg(twice.outcome == KHO_VALUE_OK && kho_text_eq(once.text, twice.text),
                          "%s '%.*s' became '%.*s'", kho_type_word(type), KHO_TEXT_ARGS(once.text),
                          KHO_TEXT_ARGS(twice.text));
        }
        kho_arena_clear(arena);
    }
    kho_arena_free(arena);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_test(tcase, every_case_comes_out_as_expected);
    tcase_add_test(tcase, a_clean_text_is_not_copied);
    tcase_add_test(tcase, a_canonical_text_is_its_own_canonical_text);
}
KHO_UNIT_MAIN("normalise/cases", tests)
