#include "../../support/project.h"
#include "../../support/unit.h"

#include <kho/config/yaml.h>

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

static struct kho_yaml_node *parse_bytes(const char *bytes, size_t len)
{
    return kho_yaml_parse(arena, "a.yaml", (struct kho_text){bytes, len}, &diags);
}

static struct kho_yaml_node *parse(const char *content)
{
    return parse_bytes(content, strlen(content));
}

/* Asserts that a file has exactly these problems and, if `broken`, no tree. */
static void expect_problem(const char *content, bool broken, const char *shown)
{
    struct kho_yaml_node *root = parse(content);
    ck_assert_str_eq(diags_text(arena, &diags), shown);
    ck_assert(broken == (root == NULL));
}

START_TEST(nodes_know_their_places_in_characters)
{
    struct kho_yaml_node *root = parse("tên: [a, 'ừ b']\nmap:\n  đ: x\n");
    ck_assert_ptr_nonnull(root);
    ck_assert_int_eq(root->kind, KHO_YAML_MAPPING);
    ck_assert_uint_eq(root->count, 2);
    const struct kho_yaml_node *list = kho_yaml_get(root, "tên");
    ck_assert_int_eq(list->items[1]->pos.line, 1);
    ck_assert_int_eq(list->items[1]->pos.column, 10);
    ck_text_eq(list->items[1]->scalar, "ừ b");
    const struct kho_yaml_node *x = kho_yaml_get(kho_yaml_get(root, "map"), "đ");
    ck_assert_int_eq(x->pos.line, 3);
    ck_assert_int_eq(x->pos.column, 6);
    ck_assert_str_eq(x->pos.file, "a.yaml");
}
END_TEST

START_TEST(an_empty_value_is_null_and_an_empty_quoted_one_is_not)
{
    struct kho_yaml_node *root = parse("a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: |\n  x\n");
    ck_assert(kho_text_is_null(kho_yaml_get(root, "a")->scalar));
    ck_assert(kho_text_is_null(kho_yaml_get(root, "b")->scalar));
    ck_assert(kho_text_is_null(kho_yaml_get(root, "c")->scalar));
    ck_text_eq(kho_yaml_get(root, "d")->scalar, "");
    ck_text_eq(kho_yaml_get(root, "e")->scalar, "null");
    ck_assert(kho_yaml_get(root, "e")->quoted && !kho_yaml_get(root, "e")->block);
    ck_text_eq(kho_yaml_get(root, "f")->scalar, "x\n");
    ck_assert(kho_yaml_get(root, "f")->block);
    ck_assert_ptr_null(kho_yaml_get(root, "g"));
}
END_TEST

START_TEST(a_duplicate_key_is_shown_with_the_line_of_the_first)
{
    expect_problem("a: 1\nb: 2\na: 3\n", false,
                   "a.yaml:3:1: error: duplicate key 'a'; it stands in line 1\n"
                   "    a: 3\n"
                   "    ^\n");
}
END_TEST

START_TEST(anchors_tags_and_merge_keys_are_refused_in_one_go)
{
    expect_problem("a: &x 1\nb: !!int 2\nc: {<<: 3}\n", false,
                   "a.yaml:1:4: error: anchors (&name) are not supported; write the value out\n"
                   "    a: &x 1\n"
                   "       ^\n"
                   "a.yaml:2:4: error: tags (!name) are not supported\n"
                   "    b: !!int 2\n"
                   "       ^\n"
                   "a.yaml:3:5: error: merge keys (<<) are not supported; write the keys out\n"
                   "    c: {<<: 3}\n"
                   "        ^\n");
}
END_TEST

START_TEST(an_alias_is_refused)
{
    expect_problem("a: *x\n", true,
                   "a.yaml:1:4: error: aliases (*name) are not supported; write the value out\n"
                   "    a: *x\n"
                   "       ^\n");
}
END_TEST

START_TEST(a_second_document_is_refused)
{
    expect_problem("a: 1\n---\nb: 2\n", true,
                   "a.yaml:2:1: error: a second document begins here; a file holds one\n"
                   "    ---\n"
                   "    ^\n");
}
END_TEST

START_TEST(a_directive_is_refused)
{
    expect_problem("%YAML 1.1\n---\na: 1\n", true,
                   "a.yaml:1:1: error: directives (%YAML, %TAG) are not supported\n"
                   "    %YAML 1.1\n"
                   "    ^\n");
}
END_TEST

START_TEST(files_without_content_are_empty)
{
    static const char *const empty[] = {"", "\n\n", "# only a comment\n", "---\n", "~\n"};
    for (size_t i = 0; i < KHO_COUNT(empty); i++) {
        kho_diags_init(&diags, arena);
        expect_problem(empty[i], true, "a.yaml: error: the file is empty\n");
    }
}
END_TEST

START_TEST(a_tab_cannot_indent)
{
    expect_problem("a:\n\tb: 1\n", true,
                   "a.yaml:2:1: error: a tab cannot indent; use spaces\n"
                   "     b: 1\n"
                   "    ^\n");
}
END_TEST

START_TEST(a_byte_order_mark_is_refused)
{
    expect_problem("\xEF\xBB\xBF"
                   "a: 1\n",
                   true,
                   "a.yaml:1:1: error: the file begins with a byte order mark; save it as UTF-8 "
                   "without BOM\n");
}
END_TEST

START_TEST(invalid_utf8_is_shown_at_its_place)
{
    expect_problem("a: 1\nb: \xE1\xBB x\n", true,
                   "a.yaml:2:4: error: not valid UTF-8\n"
                   "    b: \xEF\xBF\xBD\xEF\xBF\xBD x\n"
                   "       ^\n");
}
END_TEST

START_TEST(a_nul_byte_is_a_control_character)
{
    ck_assert_ptr_null(parse_bytes("a: 1\nb: \0\n", 10));
    ck_assert_str_eq(diags_text(arena, &diags),
                     "a.yaml:2:4: error: control character U+0000 in the file\n"
                     "    b:\n"
                     "       ^\n");
}
END_TEST

START_TEST(an_escaped_nul_cannot_be_part_of_a_value)
{
    expect_problem("a: \"x\\0y\"\n", true,
                   "a.yaml:1:4: error: a NUL character (\\0) cannot be part of a value\n"
                   "    a: \"x\\0y\"\n"
                   "       ^\n");
}
END_TEST

START_TEST(a_lone_carriage_return_is_refused_and_crlf_is_fine)
{
    ck_assert_ptr_nonnull(parse("a: 1\r\nb: 2\r\n"));
    expect_problem("a: 1\rb: 2\n", true,
                   "a.yaml:1:5: error: a carriage return alone ends no line; save the file with "
                   "LF\n"
                   "    a: 1 b: 2\n"
                   "        ^\n");
}
END_TEST

START_TEST(nesting_has_a_limit)
{
    char deep[200] = {0};
    memset(deep, '[', 32);
    memset(deep + 32, ']', 32);
    ck_assert_ptr_nonnull(parse(deep));
    memset(deep, '[', 33);
    memset(deep + 33, ']', 33);
    expect_problem(deep, true,
                   "a.yaml:1:33: error: nested deeper than 32 levels\n"
                   "    [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n"
                   "                                    ^\n");
}
END_TEST

START_TEST(syntax_errors_say_what_to_do)
{
    static const struct {
        const char *content;
        const char *shown;
    } cases[] = {
        {"a: b: c\n", "a.yaml:1:5: error: a second ': ' in one line; put the value in quotes\n"
                      "    a: b: c\n"
                      "        ^\n"},
        {"a: 'x\nb: 1\n", "a.yaml:1:4: error: this quote is never closed\n"
                          "    a: 'x\n"
                          "       ^\n"},
        {"a: @x\n", "a.yaml:1:4: error: a value cannot begin with this character; put it in "
                    "quotes\n"
                    "    a: @x\n"
                    "       ^\n"},
        {"a: * * 1\n", "a.yaml:1:4: error: a value that begins with '*' or '&' needs quotes\n"
                       "    a: * * 1\n"
                       "       ^\n"},
        {"a: [1, 2\n", "a.yaml:2:1: error: expected ',' or ']' in this list\n"},
        {"a: 1\n  b: 2\n", "a.yaml:2:4: error: a second ': ' in one line; put the value in "
                           "quotes\n"
                           "    b: 2\n"
                           "     ^\n"},
        {"a: 1\nb\n", "a.yaml:2:1: error: expected ':' behind this key\n"
                      "    b\n"
                      "    ^\n"},
        {"a:\n    b: 1\n  c: 2\n", "a.yaml:3:3: error: expected a key here; check the "
                                   "indentation and the line before\n"
                                   "    c: 2\n"
                                   "    ^\n"},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        kho_diags_init(&diags, arena);
        expect_problem(cases[i].content, true, cases[i].shown);
    }
}
END_TEST

START_TEST(a_key_must_be_a_word)
{
    expect_problem("? [a]\n: 1\n", true,
                   "a.yaml:1:3: error: a key must be a word\n"
                   "    ? [a]\n"
                   "      ^\n");
}
END_TEST

START_TEST(a_mapping_of_many_keys_is_checked_quickly)
{
    struct kho_buf content;
    kho_buf_init(&content, 1 << 20);
    for (int i = 0; i < 50000; i++)
        kho_buf_printf(&content, "k%d: 1\n", i % 49999);
    ck_assert_ptr_nonnull(parse_bytes(content.data, content.len));
    ck_assert_uint_eq(diags.errors, 1);
    kho_buf_release(&content);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, nodes_know_their_places_in_characters);
    tcase_add_test(tcase, an_empty_value_is_null_and_an_empty_quoted_one_is_not);
    tcase_add_test(tcase, a_duplicate_key_is_shown_with_the_line_of_the_first);
    tcase_add_test(tcase, anchors_tags_and_merge_keys_are_refused_in_one_go);
    tcase_add_test(tcase, an_alias_is_refused);
    tcase_add_test(tcase, a_second_document_is_refused);
    tcase_add_test(tcase, a_directive_is_refused);
    tcase_add_test(tcase, files_without_content_are_empty);
    tcase_add_test(tcase, a_tab_cannot_indent);
    tcase_add_test(tcase, a_byte_order_mark_is_refused);
    tcase_add_test(tcase, invalid_utf8_is_shown_at_its_place);
    tcase_add_test(tcase, a_nul_byte_is_a_control_character);
    tcase_add_test(tcase, an_escaped_nul_cannot_be_part_of_a_value);
    tcase_add_test(tcase, a_lone_carriage_return_is_refused_and_crlf_is_fine);
    tcase_add_test(tcase, nesting_has_a_limit);
    tcase_add_test(tcase, syntax_errors_say_what_to_do);
    tcase_add_test(tcase, a_key_must_be_a_word);
    tcase_add_test(tcase, a_mapping_of_many_keys_is_checked_quickly);
}

KHO_UNIT_MAIN("config/yaml", tests)
