#include "../../support/project.h"
#include "../../support/unit.h"

#include <kho/config/fields.h>

struct inner {
    int64_t times;
    int64_t wait_ms;
};

struct outer {
    struct kho_text text;
    struct kho_text name;
    int64_t number;
    bool truth;
    int64_t duration_ms;
    int64_t size_bytes;
    int64_t percent;
    int choice;
    struct kho_secret secret;
    struct kho_texts texts;
    struct inner inner;
    const struct kho_yaml_node *node;
};

static const char *const colours[] = {"red", "green", NULL};
static const struct kho_field inner_fields[] = {
    {.name = "times",
     .kind = KHO_FIELD_INT,
     .offset = offsetof(struct inner, times),
     .fallback = "3",
     .help = "how often"},
    {.name = "wait",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct inner, wait_ms),
     .fallback = "1m",
     .help = "how long"},
};
static const struct kho_field_table inner_table = {"Inner", inner_fields, 2};

#define FIELD(field, kind_name) \
    .name = #field, .kind = kind_name, .offset = offsetof(struct outer, field)
static const struct kho_field outer_fields[] = {
    {FIELD(text, KHO_FIELD_TEXT), .required = true, .help = "some text"},
    {FIELD(name, KHO_FIELD_NAME), .help = "a name"},
    {FIELD(number, KHO_FIELD_INT), .fallback = "7", .help = "a number"},
    {FIELD(truth, KHO_FIELD_BOOL), .fallback = "true", .help = "a truth"},
    {.name = "duration",
     .kind = KHO_FIELD_DURATION,
     .offset = offsetof(struct outer, duration_ms),
     .help = "a duration"},
    {.name = "size",
     .kind = KHO_FIELD_SIZE,
     .offset = offsetof(struct outer, size_bytes),
     .help = "a size"},
    {FIELD(percent, KHO_FIELD_PERCENT), .help = "a share"},
    {FIELD(choice, KHO_FIELD_CHOICE), .choices = colours, .fallback = "green", .help = "a colour"},
    {FIELD(secret, KHO_FIELD_SECRET), .help = "a secret"},
    {FIELD(texts, KHO_FIELD_TEXTS), .help = "some texts"},
    {FIELD(inner, KHO_FIELD_GROUP), .group = &inner_table, .help = "a group"},
    {FIELD(node, KHO_FIELD_NODE), .help = "a node"},
};
static const struct kho_field_table outer_table = {"Outer: outer.yaml", outer_fields,
                                                   KHO_COUNT(outer_fields)};

static struct kho_arena *arena;
static struct kho_diags diags;
static struct outer outer;

static void setup(void)
{
    arena = kho_arena_new(NULL);
    kho_diags_init(&diags, arena);
    outer = (struct outer){0};
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static bool read_outer(const char *content)
{
    kho_diags_init(&diags, arena);
    struct kho_yaml_node *root = kho_yaml_parse(arena, "o.yaml", kho_text_of(content), &diags);
    ck_assert_ptr_nonnull(root);
    return kho_fields_read(&outer_table, root, &outer, arena, &diags);
}

static void expect_problem(const char *content, const char *shown)
{
    ck_assert(!read_outer(content));
    ck_assert_str_eq(diags_text(arena, &diags), shown);
}

START_TEST(defaults_hold_where_nothing_is_written)
{
    ck_assert(read_outer("text: x\n"));
    ck_text_eq(outer.text, "x");
    ck_assert(kho_text_is_null(outer.name));
    ck_assert_int_eq(outer.number, 7);
    ck_assert(outer.truth);
    ck_assert_int_eq(outer.choice, 1);
    ck_assert_int_eq(outer.inner.times, 3);
    ck_assert_int_eq(outer.inner.wait_ms, 60000);
    ck_assert_int_eq(outer.secret.kind, KHO_SECRET_NONE);
}
END_TEST

START_TEST(each_kind_is_read)
{
    ck_assert(
        read_outer("text: |\n  a\n  b\nname: a_b.c2\nnumber: 12\ntruth: no\nduration: 2h\n"
                   "size: 64MB\npercent: 0.5%\nchoice: red\nsecret: ${env:X}\ntexts: [a, b c]\n"
                   "inner: {times: 0}\nnode: {x: y}\n"));
    ck_text_eq(outer.text, "a\nb\n");
    ck_text_eq(outer.name, "a_b.c2");
    ck_assert_int_eq(outer.number, 12);
    ck_assert(!outer.truth);
    ck_assert_int_eq(outer.duration_ms, 7200000);
    ck_assert_int_eq(outer.size_bytes, 64 * 1024 * 1024);
    ck_assert_int_eq(outer.percent, 5000);
    ck_assert_int_eq(outer.choice, 0);
    ck_text_eq(outer.secret.name, "X");
    ck_assert_uint_eq(outer.texts.count, 2);
    ck_text_eq(outer.texts.items[1], "b c");
    ck_assert_int_eq(outer.texts.pos[1].column, 12);
    ck_assert_int_eq(outer.inner.times, 0);
    ck_assert_int_eq(outer.inner.wait_ms, 60000);
    ck_assert_int_eq(outer.node->kind, KHO_YAML_MAPPING);
}
END_TEST

START_TEST(units_are_exact)
{
    static const struct {
        const char *content;
        int64_t value;
    } cases[] = {{"duration: 500ms", 500},     {"duration: 30s", 30000},
                 {"duration: 1d", 86400000},   {"size: 10kB", 10240},
                 {"size: 1TB", 1099511627776}, {"percent: 100%", 1000000},
                 {"percent: 2.25%", 22500},    {"percent: none", -1}};
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        outer = (struct outer){0};
        ck_assert(read_outer(kho_arena_printf(arena, "text: x\n%s\n", cases[i].content)));
        ck_assert_int_eq(outer.duration_ms + outer.size_bytes + outer.percent, cases[i].value);
    }
}
END_TEST

START_TEST(wrong_values_say_what_is_wanted)
{
    static const char *const cases[][2] = {
        {"number: 1.5", "'1.5' is no whole number for 'number'"},
        {"number: -1", "'number' cannot be negative"},
        {"number: 99999999999999999999", "'99999999999999999999' is no whole number for 'number'"},
        {"truth: maybe", "'maybe' is no truth value (true, false) for 'truth'"},
        {"duration: 30", "'30' is no duration (500ms, 30s, 5m, 2h, 1d) for 'duration'"},
        {"duration: 9999999999999999d",
         "'9999999999999999d' is no duration (500ms, 30s, 5m, 2h, 1d) for 'duration'"},
        {"size: 1mb", "'1mb' is no size (10kB, 64MB, 2GB) for 'size'"},
        {"percent: 2", "'2' is no percentage (2%, 0.5%, none) for 'percent'"},
        {"percent: 101%", "'101%' is no percentage (2%, 0.5%, none) for 'percent'"},
        {"percent: 1.23456%", "'1.23456%' is no percentage (2%, 0.5%, none) for 'percent'"},
        {"choice: gren", "'gren' is no value for 'choice': red or green; did you mean 'green'?"},
        {"name: Abc", "'Abc' is no name for 'name': a-z, 0-9 and _, a letter first, at most 63 "
                      "bytes"},
        {"name: a..b", "'a..b' is no name for 'name': a-z, 0-9 and _, a letter first, at most 63 "
                       "bytes"},
        {"name: [a]", "'name' takes one value, not a list"},
        {"name: {a: b}", "'name' takes one value, not a mapping"},
        {"name:", "'name' has no value"},
        {"name: ''", "'name' has no value"},
        {"texts: []", "'texts' is an empty list"},
        {"texts: [a, [b]]", "'texts' takes one value, not a list"},
        {"inner: 5", "expected a mapping (key: value), as in 'times: ...'"},
        {"secret: hunter2", "a secret is not written here but named: ${env:NAME} or ${file:PATH}"},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        ck_assert(!read_outer(kho_arena_printf(arena, "text: x\n%s\n", cases[i][0])));
        ck_assert_uint_eq(diags.count, 1);
        ck_assert_str_eq(diags.items[0].message, cases[i][1]);
        ck_assert_int_eq(diags.items[0].pos.line, 2);
        ck_assert_ptr_null(strstr(diags_text(arena, &diags), "hunter2"));
    }
}
END_TEST

START_TEST(all_problems_are_found_in_one_go)
{
    expect_problem("nmae: x\ninner:\n  tims: 3\n  wait: soon\n",
                   "o.yaml:1:1: error: unknown key 'nmae'; did you mean 'name'?\n"
                   "    nmae: x\n"
                   "    ^\n"
                   "o.yaml:1:1: error: missing key 'text': some text\n"
                   "    nmae: x\n"
                   "    ^\n"
                   "o.yaml:3:3: error: unknown key 'tims'; did you mean 'times'?\n"
                   "    tims: 3\n"
                   "    ^\n"
                   "o.yaml:4:9: error: 'soon' is no duration (500ms, 30s, 5m, 2h, 1d) for 'wait'\n"
                   "    wait: soon\n"
                   "          ^\n");
}
END_TEST

START_TEST(a_misspelt_secret_key_does_not_show_its_value)
{
    expect_problem("text: x\nsecrte: hunter2\n",
                   "o.yaml:2:1: error: unknown key 'secrte'; did you mean 'secret'?\n"
                   "    secrte: ***\n"
                   "    ^\n");
}
END_TEST

START_TEST(of_duplicate_keys_the_first_counts)
{
    kho_diags_init(&diags, arena);
    struct kho_yaml_node *root =
        kho_yaml_parse(arena, "o.yaml", KHO_TEXT("text: a\ntext: b\n"), &diags);
    ck_assert(kho_fields_read(&outer_table, root, &outer, arena, &diags));
    ck_text_eq(outer.text, "a");
    ck_assert_uint_eq(diags.errors, 1);
}
END_TEST

START_TEST(a_table_is_shown_as_text_and_as_markdown)
{
    struct kho_buf out;
    kho_buf_init(&out, 10000);
    kho_fields_show(&outer_table, true, &out);
    ck_assert_ptr_nonnull(strstr(kho_buf_cstr(&out), "| `inner.wait` | duration (30s, 5m) | 1m | "
                                                     "how long |\n"));
    ck_assert_ptr_nonnull(strstr(kho_buf_cstr(&out), "| `text` | text | required | some text |\n"));
    kho_buf_clear(&out);
    kho_fields_show(&inner_table, false, &out);
    ck_assert_str_eq(kho_buf_cstr(&out),
                     "Inner\n"
                     "\n"
                     "  times                      number                       3            how "
                     "often\n"
                     "  wait                       duration (30s, 5m)           1m           how "
                     "long\n");
    kho_buf_release(&out);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, defaults_hold_where_nothing_is_written);
    tcase_add_test(tcase, each_kind_is_read);
    tcase_add_test(tcase, units_are_exact);
    tcase_add_test(tcase, wrong_values_say_what_is_wanted);
    tcase_add_test(tcase, all_problems_are_found_in_one_go);
    tcase_add_test(tcase, a_misspelt_secret_key_does_not_show_its_value);
    tcase_add_test(tcase, of_duplicate_keys_the_first_counts);
    tcase_add_test(tcase, a_table_is_shown_as_text_and_as_markdown);
}

KHO_UNIT_MAIN("config/fields", tests)
