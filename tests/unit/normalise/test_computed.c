/* What expressions compute: conditions, arithmetic, choices and patterns, in mappings and rules. */
#include "../../support/unit.h"

#include <kho/core/clock.h>
#include <kho/normalise/program.h>
#include <kho/record/wire.h>

#include "../../../src/normalise/exact.h"
#include "../../../src/normalise/pattern.h"
#include "../../support/made.h"
#include "../../support/program.h"

static struct kho_arena *arena;
static struct kho_diags diags;
static struct kho_codes *lists[1];

static void setup(void)
{
    arena = kho_arena_new(NULL);
    kho_diags_init(&diags, arena);
    lists[0] = made_sexes(arena, &diags);
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static struct kho_program *compile(const char *schema, const char *map)
{
    struct kho_program_options options = {
        .job = made_job(arena, map, &diags),
        .schema = made_schema(arena, schema, lists, 1, &diags),
    };
    ck_assert_msg(diags.errors == 0, "%s", diags.count > 0 ? diags.items[0].message : "");
    return kho_program_new(arena, &options, &diags);
}

static struct kho_batch *run_row(struct kho_program *program, const char *row)
{
    ck_assert_msg(program != NULL, "%s", diags.count > 0 ? diags.items[0].message : "no program");
    return program_run_row(arena, program, row);
}

static const char *show(const struct kho_batch *out)
{
    return program_show(arena, out);
}

static const char *row(const char *schema, const char *map, const char *cells)
{
    return show(run_row(compile(schema, map), cells));
}

static const char *mistake(const char *schema, const char *map)
{
    kho_diags_init(&diags, arena);
    struct kho_program *program = compile(schema, map);
    ck_assert_ptr_null(program);
    ck_assert_uint_ge(diags.count, 1);
    return diags.items[0].message;
}

struct sample {
    const char *schema, *map, *cells, *expected;
};

static void check(const struct sample *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *found = row(samples[i].schema, samples[i].map, samples[i].cells);
        ck_assert_msg(strcmp(found, samples[i].expected) == 0, "%s of %s: %s", samples[i].map,
                      samples[i].cells, found);
    }
}

START_TEST(mappings_choose_and_join)
{
    static const struct sample samples[] = {
        {"a text", "a: x || ' ' || y", "Trần|An", "Trần An"},
        {"a text", "a: x || y", "Trần|~", "~"},
        {"a text", "a: when(x = '1', 'một', 'khác')", "1", "một"},
        {"a text", "a: when(x = '1', 'một', 'khác')", "~", "khác"},
        {"a text", "a: when(x is null, y)", "~|b", "b"},
        {"a text", "a: when(x is null, y)", "p|b", "~"},
        {"a text", "a: when(x in ('1', '2') and not y = 'z', upper(y), x)", "2|đ", "Đ"},
        {"a text", "a: when(length(x) > 3, substring(x, 1, 3), x)", "Đặng", "Đặn"},
        {"a text", "a: when(x, 'yes', 'no')", "có", "yes"},
        {"a text", "a: when(x = true, 'yes', 'no')", "0", "no"},
        {"a text", "a: when(x = '1', when(y = '1', 'p', 'q'), 'r')", "1|2", "q"},
        {"a boolean", "a: x = '1' or y = '1'", "0|1", "true"},
        {"a integer", "a: length(x || y)", "ab|c", "3"},
        {"a text", "a: when(date(x, 'DD/MM/YYYY') >= '2020-01-01', 'new', 'old')", "01/02/2021",
         "new"},
    };
    check(samples, KHO_COUNT(samples));
}
END_TEST

/* The other reading of the day would reject the row. */
START_TEST(what_is_not_chosen_is_not_judged)
{
    const char *map = "a: when(y = 'm', date(x, 'MM/DD/YYYY'), date(x, 'DD/MM/YYYY'))";
    ck_assert_str_eq(row("a date", map, "m|12/31/2020"), "2020-12-31");
    ck_assert_str_eq(row("a date", map, "d|31/12/2020"), "2020-12-31");
    ck_assert_ptr_nonnull(strstr(row("a date", map, "m|31/12/2020"), "; reject a date: "));
    map = "a: when(z = '1', when(y = 'm', date(x, 'MM/DD/YYYY'), '2000-01-01'), '1999-01-01')";
    ck_assert_str_eq(row("a date", map, "2|m|31/12/2020"), "1999-01-01");
}
END_TEST

START_TEST(mappings_compute_exactly)
{
    static const struct sample samples[] = {
        {"a decimal", "a: x * 10000", "1,25", "12500"},
        {"a decimal", "a: x + y - 0.1", "0,2|0,1", "0.2"},
        {"a decimal", "a: -x * 1.0001", "12345678901234567890", "-12346913469124691346.789"},
        {"a money", "a: x * 1000000", "2,5", "2500000"},
        {"a integer", "a: x * 2 - 1", "21", "41"},
        {"a text", "a: divide(x, 3, 4)", "2", "0.6667"},
        {"a decimal", "a: round(x, 2)", "-1,0050", "-1.01"},
        {"a decimal", "a: x + 1", "~", "~"},
        {"a decimal", "a: x + 1", "abc", "~; reject a decimal: not a number"},
        {"a decimal", "a: x + 1", "1.234",
         "~; reject a decimal: ambiguous: a separator of thousands or a decimal point"},
        {"a decimal", "a: number(x, '.') + 1", "1.234", "2.234"},
        {"a decimal", "a: divide(1, x, 2)", "0", "~; reject a decimal: a division by 0"},
        {"a text", "a: when(x > 2.5, 'much', 'little')", "10", "much"},
        {"a text", "a: when(x + y > z, 'much', 'little')", "1|2|3", "little"},
    };
    check(samples, KHO_COUNT(samples));
}
END_TEST

/* A numeric column has a point where a text would be ambiguous. */
START_TEST(numbers_of_the_source_are_computed_with_as_they_are)
{
    struct kho_err err = {0};
    struct kho_program *program = compile("a decimal", "a: x + 1");
    struct kho_batch *in = kho_batch_new(arena, 1);
    struct kho_batch *out = kho_program_output(program, arena);
    enum kho_wire wire = KHO_WIRE_NUMERIC;
    uint32_t rows[] = {0};
    in->columns[0].wire = wire;
    ck_assert(kho_wire_from_decimal(arena, KHO_TEXT("1.234"), &in->columns[0].cells[0]));
    in->n_rows = 1;
    ck_ok(kho_program_bind(program, &wire, &err), err);
    kho_program_run(program, in, rows, 1, out);
    ck_assert_str_eq(show(out), "2.234");
}
END_TEST

START_TEST(rules_compute_and_choose)
{
    static const struct {
        const char *rule, *cells, *expected;
    } cases[] = {
        {"n * 2 + 1 = 7", "3|~|~", ""},
        {"n * 2 + 1 = 7", "4|~|~", "does not hold: (((\"n\"*2)+1)=7)"},
        {"d - n = 0.05", "3|3,05|~", ""},
        {"-d < 0", "~|-1|~", "does not hold: ((0 - \"d\")<0)"},
        {"divide(d, n, 2) < 10", "0|1|~", "cannot be judged: a division by 0"},
        {"n != 0 and divide(d, n, 2) < 10", "0|1|~",
         "does not hold: ((\"n\"!=0) and (divide(\"d\",\"n\",2)<10))"},
        {"n = 0 or divide(d, n, 2) < 10", "0|1|~", ""},
        {"round(d, 1) = 1.3", "~|1,25|~", ""},
        {"n + d > 1", "~|1|~", ""},
        {"coalesce(n, d, 5) = 5", "~|~|~", ""},
        {"coalesce(n, d, 5) = 5", "~|4|~", "does not hold: (coalesce(\"n\",\"d\",5)=5)"},
        {"when(n > 1, t = 'a', t = 'b')", "2|~|b",
         "does not hold: when((\"n\">1),(\"t\"='a'),(\"t\"='b'))"},
        {"when(n > 1, t = 'a', t = 'b')", "~|~|b", ""},
        {"substring(t, 2, 1) || 'x' = 'ặx'", "~|~|Đặng", ""},
        {"t || null_text is null", "~|~|a", ""},
        {"matches(t, '^[A-Z]{2} [0-9]{6}$')", "~|~|AB 123456", ""},
        {"matches(t, '^[A-Z]{2} [0-9]{6}$')", "~|~|AB 12345",
         "does not hold: matches(\"t\",'^[A-Z]{2} [0-9]{6}$')"},
        {"matches(t, 'x')", "~|~|~", ""},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        const char *schema = kho_arena_printf(
            arena, "n integer\nd decimal\nt text\nnull_text text\nrule r warn %s", cases[i].rule);
        struct kho_batch *out = run_row(compile(schema, "n: a\nd: b\nt: c"), cases[i].cells);
        const char *found = out->n_rejects > 0 ? out->rejects[0].reason : "";
        ck_assert_msg(strcmp(found, cases[i].expected) == 0, "%s with %s: %s", cases[i].rule,
                      cases[i].cells, found);
        ck_assert_uint_eq(out->rejected[0], 0);
    }
}
END_TEST

/* A product of n columns of 999 digits has more digits than a number may have. */
START_TEST(a_number_that_grows_too_long_is_a_fault_of_its_row)
{
    char *digits = kho_arena_bytes(arena, 1000);
    memset(digits, '9', 999);
    digits[999] = '\0';
    ck_assert_str_eq(row("a text", "a: x * x", digits),
                     "~; reject a text: a number of more than 1000 digits");
}
END_TEST

START_TEST(patterns_take_parts_of_texts)
{
    static const struct sample samples[] = {
        {"a text", "a: extract(x, '[0-9]+')", "Tổ 12, khu 3", "12"},
        {"a text", "a: extract(x, 'phường ([[:alpha:] ]+)')", "12 Lạch Tray, phường Đằng Giang, HP",
         "Đằng Giang"},
        {"a text", "a: extract(x, '(a)|b')", "b", "~"},
        {"a text", "a: extract(x, '[0-9]+')", "không", "~"},
        {"a text", "a: extract(x, '[0-9]+')", "~", "~"},
        {"a text", "a: extract(x, '\\d+-(\\w+)')", "7-Đà", "Đà"},
        {"a text", "a: extract(x, 'a{2,3}?')", "aaaa", "aa"},
        {"a text", "a: extract(x, 'a')", "\xFF", "~; reject a text: not valid UTF-8"},
        {"a text", "a: when(matches(x, '(a)|b'), 'in', 'out')", "b", "in"},
        {"a text", "a: when(matches(x, '^[^]x[:space:]]$'), 'in', 'out')", "]", "out"},
    };
    check(samples, KHO_COUNT(samples));
}
END_TEST

START_TEST(patterns_that_cannot_be_searched_for_are_said)
{
    static const char *const cases[][2] = {
        {"(a)\\1", "back-references are not taken: they have no linear time"},
        {"(?=a)", "groups that begin with (? are not taken"},
        {"\\Qa", "of letters only d D w W s S b B t n r stand behind a backslash"},
        {"(a", "a parenthesis is never closed"},
        {"a)", "a parenthesis is closed that was not opened"},
        {"[a", "a bracket is never closed"},
        {"[z-a]", "a range in brackets ends before it begins"},
        {"[[:letters:]]", "unknown class of characters"},
        {"a{x}", "between { and } stand one or two numbers"},
        {"a{300}", "between { and } stand one or two numbers, to 255"},
        {"((a{100}){100}){100}",
         "with its repeats written out the pattern has more than 2000 characters"},
        {"(a{2}*){255}{255}",
         "with its repeats written out the pattern has more than 2000 characters"},
        {"", "the pattern is empty"},
        {"a\\", "nothing stands behind the last backslash"},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        const char *fault = NULL;
        ck_assert_ptr_null(pattern_new(arena, kho_text_of(cases[i][0]), &fault));
        ck_assert_msg(strcmp(fault, cases[i][1]) == 0, "%s: %s", cases[i][0], fault);
    }
}
END_TEST

/* A backtracking matcher would take longer than the universe has been. */
START_TEST(patterns_take_time_linear_in_the_text)
{
    const char *fault = NULL;
    struct pattern *pattern = pattern_new(arena, KHO_TEXT("(a*)*(a|aa)*(a+)+b$"), &fault);
    ck_assert_ptr_nonnull(pattern);
    char *text = kho_arena_bytes(arena, PATTERN_TEXT_BYTES_MAX + 1);
    memset(text, 'a', PATTERN_TEXT_BYTES_MAX + 1);
    bool found = true;
    struct kho_text taken;
    int64_t begin = kho_clock_monotonic_us();
    ck_assert_ptr_null(
        pattern_find(pattern, (struct kho_text){text, PATTERN_TEXT_BYTES_MAX}, &found, &taken));
    ck_assert(!found);
    ck_assert_int_lt(kho_clock_monotonic_us() - begin, 2 * KHO_US_PER_SECOND);
    ck_assert_str_eq(
        pattern_find(pattern, (struct kho_text){text, PATTERN_TEXT_BYTES_MAX + 1}, &found, &taken),
        "the text is too long to be searched for a pattern");
}
END_TEST

START_TEST(mistakes_are_said_with_their_place)
{
    static const struct {
        const char *map, *message;
        int column;
    } cases[] = {
        {"a: extract(x, '(a')", "extract: a parenthesis is never closed", 12},
        {"a: when(x, y, z, w)", "wrong number of arguments: when(condition, a[, b])", 1},
        {"a: when('x', y, z)", "a text is neither true nor false", 6},
        {"a: x + 'y'", "a text is no number to compute with", 5},
        {"a: (x = 1) + 1", "a truth value is no number to compute with", 2},
        {"a: x || 1", "|| joins texts, this is a whole number", 6},
        {"a: when(matches(x, y), 'a', 'b')", "a pattern is a text in quotes", 17},
        {"a: when(matches(x, '['), 'a', 'b')", "a bracket is never closed", 17},
        {"a: divide(x, 2, 101)", "divide: a scale is 0 to 100 digits", 1},
        {"a: round(x, y)", "a whole number stands here", 10},
        {"a: x = null", "a comparison with null is never true: write 'is null'", 5},
        {"a: a1||a2||a3||a4||a5||a6||a7||a8||a9||b1||b2||b3||b4||b5||b6||b7||b8",
         "more than 16 columns and calls in one expression", 65},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        ck_assert_str_eq(mistake("a text", cases[i].map), cases[i].message);
        ck_assert_msg(diags.items[0].pos.column == cases[i].column, "%s: column %d", cases[i].map,
                      diags.items[0].pos.column);
    }
    ck_assert_str_eq(mistake("a text\nb integer\nrule r warn coalesce(a, b) = 'x'", ""),
                     "a whole number does not fit beside a text");
    ck_assert_str_eq(mistake("a text\nrule r warn substring(a, 0, 1) = 'x'", ""),
                     "substring: characters count from 1, and their number is not negative");
    ck_assert_str_eq(mistake("a text\nrule r warn coalesce(a) = 'x'", ""),
                     "wrong number of arguments: coalesce(a, b, ...)");
}
END_TEST

/* Against what 64 bits hold exactly. */
START_TEST(decimals_are_exact)
{
    uint64_t seed = 42;
    for (int i = 0; i < 20000; i++) {
        int64_t n[2];
        for (size_t k = 0; k < 2; k++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            n[k] = (int64_t)(seed >> 33) - (1 << 30);
            n[k] >>= i % 29;
        }
        struct kho_text a = kho_text_of(kho_arena_printf(arena, "%" PRId64, n[0]));
        struct kho_text b = kho_text_of(kho_arena_printf(arena, "%" PRId64, n[1]));
        ck_text_eq(exact_compute(arena, EXACT_ADD, a, b),
                   kho_arena_printf(arena, "%" PRId64, n[0] + n[1]));
        ck_text_eq(exact_compute(arena, EXACT_SUBTRACT, a, b),
                   kho_arena_printf(arena, "%" PRId64, n[0] - n[1]));
        ck_text_eq(exact_compute(arena, EXACT_MULTIPLY, a, b),
                   kho_arena_printf(arena, "%" PRId64, n[0] * n[1]));
        struct kho_text quotient;
        ck_assert(exact_divide(arena, a, b, 0, &quotient) == (n[1] != 0));
        if (n[1] == 0)
            continue;
        int64_t twice = 2 * (n[0] < 0 ? -n[0] : n[0]), under = n[1] < 0 ? -n[1] : n[1];
        int64_t rounded = (twice + under) / (2 * under);
        bool negative = (n[0] < 0) != (n[1] < 0);
        ck_text_eq(quotient, kho_arena_printf(arena, "%" PRId64, negative ? -rounded : rounded));
        kho_arena_clear(arena);
    }
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, mappings_choose_and_join);
    tcase_add_test(tcase, what_is_not_chosen_is_not_judged);
    tcase_add_test(tcase, mappings_compute_exactly);
    tcase_add_test(tcase, numbers_of_the_source_are_computed_with_as_they_are);
    tcase_add_test(tcase, rules_compute_and_choose);
    tcase_add_test(tcase, a_number_that_grows_too_long_is_a_fault_of_its_row);
    tcase_add_test(tcase, patterns_take_parts_of_texts);
    tcase_add_test(tcase, patterns_that_cannot_be_searched_for_are_said);
    tcase_add_test(tcase, patterns_take_time_linear_in_the_text);
    tcase_add_test(tcase, mistakes_are_said_with_their_place);
    tcase_add_test(tcase, decimals_are_exact);
}

KHO_UNIT_MAIN("normalise/computed", tests)
