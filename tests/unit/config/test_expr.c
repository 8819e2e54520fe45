/* The expression language: canonical texts, places, limits. */
#include "../../support/project.h"
#include "../../support/unit.h"

#include <kho/config/expr.h>

static struct kho_arena *arena;
static struct kho_diags diags;

static void setup(void)
{
    arena = kho_arena_new(NULL);
    kho_diags_init(&diags, arena);
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static struct kho_expr *parse(const char *source)
{
    struct kho_pos pos = {"f.yaml", source, 1, 1};
    return kho_expr_parse(arena, kho_text_of(source), pos, &diags);
}

static const char *canonical(const char *source)
{
    struct kho_expr *expr = parse(source);
    ck_assert_msg(expr != NULL, "%s: %s", source, diags_text(arena, &diags));
    struct kho_buf out;
    kho_buf_init(&out, 1 << 16);
    kho_expr_canonical(expr, &out);
    const char *text = kho_arena_strdup(arena, kho_buf_cstr(&out));
    kho_buf_release(&out);
    return text;
}

START_TEST(each_form_has_one_canonical_text)
{
    static const char *const cases[][2] = {
        {"so_cccd", "\"so_cccd\""},
        {"\"Họ \"\"và\"\" tên\"", "\"Họ \"\"và\"\" tên\""},
        {"họ_tên", "\"họ_tên\""},
        {"'it''s'", "'it''s'"},
        {"-12.50", "-12.50"},
        {"TRUE", "true"},
        {"Null", "null"},
        {"date( ngay_sinh ,'DD/MM/YYYY')", "date(\"ngay_sinh\",'DD/MM/YYYY')"},
        {"now()", "now()"},
        {"a <> 1", "(\"a\"!=1)"},
        {"a NOT IN ('x', 'y')", "(\"a\" not in ('x','y'))"},
        {"a is not null", "(\"a\" is not null)"},
        {"not a = b", "(not (\"a\"=\"b\"))"},
        {"a or b and c or d", "((\"a\" or (\"b\" and \"c\")) or \"d\")"},
        {"(a or b) and not (c)", "((\"a\" or \"b\") and (not \"c\"))"},
        {"f(a >= 1, (b))", "f((\"a\">=1),\"b\")"},
        {"\"not\" = \"in\"", "(\"not\"=\"in\")"},
        {"a\n  <=\n  b", "(\"a\"<=\"b\")"},
        {"a + b * 2 - -1", "((\"a\"+(\"b\"*2)) - -1)"},
        {"a-1", "(\"a\" - 1)"},
        {"(a + b) * -c", "((\"a\"+\"b\")*(0 - \"c\"))"},
        {"a || ' ' || b = 'x'", "(((\"a\"||' ')||\"b\")='x')"},
        {"a in (- 1, b + 1)", "(\"a\" in (-1,(\"b\"+1)))"},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++)
        ck_assert_str_eq(canonical(cases[i][0]), cases[i][1]);
}
END_TEST

START_TEST(a_canonical_text_parses_to_itself)
{
    const char *once = canonical(
        "f(a, 'x') != -1 and (b in (1,2) or not c is null) and a - b - -2 > -(c * 3) || 'x'");
    ck_assert_str_eq(canonical(once), once);
}
END_TEST

START_TEST(errors_point_at_the_first_word_that_does_not_fit)
{
    static const struct {
        const char *source;
        int column;
        const char *message;
    } cases[] = {
        {"", 1, "expected a value, found the end of the expression"},
        {"   ", 4, "expected a value, found the end of the expression"},
        {"a b", 3, "expected the end of the expression, found 'b'"},
        {"f(a", 4, "expected ')', found the end of the expression"},
        {"f(a,)", 5, "expected a value, found ')'"},
        {"f(,a)", 3, "expected a value, found ','"},
        {"a = = b", 5, "expected a value, found '='"},
        {"a < b < c", 7, "expected the end of the expression, found '<'"},
        {"a is 1", 6, "expected 'null', found '1'"},
        {"a not b", 7, "expected 'in', found 'b'"},
        {"a in b", 6, "expected '(', found 'b'"},
        {"not not a", 5, "expected a value, found 'not'"},
        {"'abc", 1, "this quote is never closed"},
        {"f(\"abc)", 3, "this double quote is never closed"},
        {"\"\"", 1, "a column's name cannot be empty"},
        {"a / b", 3, "there is no '/': write divide(a, b, scale)"},
        {"a + ", 5, "expected a value, found the end of the expression"},
        {"a - * b", 5, "expected a value, found '*'"},
        {"a | b", 3, "an expression cannot hold '|' here"},
        {"- -1", 3, "expected a value, found '-'"},
        {"a = ừ #", 7, "an expression cannot hold '#' here"},
        {"a = 1x", 6, "expected the end of the expression, found 'x'"},
        {"a = 1.", 6, "an expression cannot hold '.' here"},
        {"in", 1, "expected a value, found 'in'"},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        kho_diags_init(&diags, arena);
        ck_assert_ptr_null(parse(cases[i].source));
        ck_assert_uint_eq(diags.count, 1);
        ck_assert_str_eq(diags.items[0].message, cases[i].message);
        ck_assert_msg(diags.items[0].pos.column == cases[i].column, "'%s': column %d",
                      cases[i].source, diags.items[0].pos.column);
    }
}
END_TEST

static struct kho_pos place_of_second(const char *file, const char *source, int line, int column)
{
    struct kho_pos pos = {"f.yaml", file, line, column};
    struct kho_expr *expr = kho_expr_parse(arena, kho_text_of(source), pos, &diags);
    ck_assert_ptr_nonnull(expr);
    return expr->args[0]->pos;
}

START_TEST(places_count_on_from_the_place_in_the_file)
{
    struct kho_pos pos = place_of_second("map:\n  ă: f(x)\n", "f(x)", 2, 6);
    ck_assert_int_eq(pos.line, 2);
    ck_assert_int_eq(pos.column, 8);
}
END_TEST

START_TEST(places_in_quotes_count_on_behind_the_quote)
{
    ck_assert_int_eq(place_of_second("m: \"f(x)\"\n", "f(x)", 1, 4).column, 7);
}
END_TEST

START_TEST(places_in_a_block_all_say_where_it_begins)
{
    struct kho_pos pos = place_of_second("m: |\n  f(\n  x)\n", "f(\nx)\n", 1, 4);
    ck_assert_int_eq(pos.line, 1);
    ck_assert_int_eq(pos.column, 4);
}
END_TEST

static char *nested(int depth)
{
    char *source = kho_arena_bytes(arena, 2 * (size_t)depth + 2);
    memset(source, '(', (size_t)depth);
    source[depth] = 'a';
    memset(source + depth + 1, ')', (size_t)depth);
    source[2 * depth + 1] = '\0';
    return source;
}

START_TEST(depth_is_limited)
{
    ck_assert_ptr_nonnull(parse(nested(KHO_EXPR_MAX_DEPTH - 1)));
    ck_assert_ptr_null(parse(nested(KHO_EXPR_MAX_DEPTH)));
    ck_assert_ptr_null(parse(nested(100000)));
    ck_assert_uint_eq(diags.count, 2);
    ck_assert_str_eq(diags.items[0].message, "the expression is nested deeper than 32 levels");
}
END_TEST

START_TEST(size_is_limited)
{
    struct kho_buf source;
    kho_buf_init(&source, 1 << 16);
    kho_buf_puts(&source, "a");
    for (int i = 0; i < 600; i++)
        kho_buf_puts(&source, " and a");
    ck_assert_ptr_null(parse(kho_buf_cstr(&source)));
    ck_assert_str_eq(diags.items[0].message, "the expression has more than 1000 parts");
    kho_buf_release(&source);
}
END_TEST

static void count(const struct kho_expr *column, void *context)
{
    struct kho_buf *names = context;
    kho_buf_printf(names, "%.*s ", KHO_TEXT_ARGS(column->text));
}

START_TEST(columns_are_visited_in_order_with_repeats)
{
    struct kho_buf names;
    kho_buf_init(&names, 1000);
    kho_expr_columns(parse("f(b, 'x', g(a)) = b or c is null"), count, &names);
    ck_assert_str_eq(kho_buf_cstr(&names), "b a b c ");
    kho_buf_release(&names);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_refused)
{
    ck_assert_ptr_null(parse("a = '\xE1\xBB'"));
    ck_assert_str_eq(diags.items[0].message, "the expression is not valid UTF-8");
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, each_form_has_one_canonical_text);
    tcase_add_test(tcase, a_canonical_text_parses_to_itself);
    tcase_add_test(tcase, errors_point_at_the_first_word_that_does_not_fit);
    tcase_add_test(tcase, places_count_on_from_the_place_in_the_file);
    tcase_add_test(tcase, places_in_quotes_count_on_behind_the_quote);
    tcase_add_test(tcase, places_in_a_block_all_say_where_it_begins);
    tcase_add_test(tcase, depth_is_limited);
    tcase_add_test(tcase, size_is_limited);
    tcase_add_test(tcase, columns_are_visited_in_order_with_repeats);
    tcase_add_test(tcase, bytes_that_are_no_text_are_refused);
}

KHO_UNIT_MAIN("config/expr", tests)
