/* Shared schemas: columns, types, rules, names, and those that come with kho. */
#include "../../support/project.h"
#include "../../support/unit.h"

#include <kho/record/schema.h>

static struct kho_arena *arena;
static struct kho_diags diags;
static struct kho_schemas schemas;
static const char *dir;

#define HEAD "schema: a.thing\ncolumns:\n"

static void setup(void)
{
    arena = kho_arena_new(NULL);
    dir = project_new(arena);
    project_write(arena, dir, "schemas/codes/sex.csv", "code,name\n1,Nam\n2,Nữ\n");
    project_write(arena, dir, "schemas/codes/religion.csv", "code,name\n1,x\n");
}

static void teardown(void)
{
    kho_arena_free(arena);
}

static const char *load(const char *content)
{
    struct kho_err err = {0};
    kho_diags_init(&diags, arena);
    project_write(arena, dir, "schemas/a.thing.yaml", content);
    ck_ok(kho_schemas_load(arena, dir, &schemas, &diags, &err), err);
    return diags_text(arena, &diags);
}

START_TEST(a_schema_is_read_with_its_columns_in_order)
{
    ck_assert_str_eq(
        load("schema: a.thing\n"
             "version: 3\n"
             "title: A thing\n"
             "identity: [id, name]\n"
             "columns:\n"
             "  name: {type: person_name, required: true, pii: basic, title: Its name}\n"
             "  id:   {type: citizen_id, pii: id}\n"
             "  sex:  {type: code(sex)}\n"
             "  area: {type: \"decimal( 12, 2 )\"}\n"
             "  any:  {type: decimal}\n"
             "rules:\n"
             "  has_name: {check: name is not null, else: warn}\n"
             "  is_big: {check: \"area > 0 or any in (1, 2)\"}\n"
             "drift: {new_column: stop}\n"),
        "");
    const struct kho_schema *schema = kho_schemas_find(&schemas, KHO_TEXT("a.thing"));
    ck_assert_ptr_nonnull(schema);
    ck_text_eq(schema->domain, "a");
    ck_text_eq(schema->table, "thing");
    ck_assert_int_eq(schema->version, 3);
    ck_text_eq(schema->title, "A thing");
    ck_assert_uint_eq(schema->identity.count, 2);
    ck_assert_uint_eq(schema->n_columns, 5);
    ck_text_eq(schema->columns[0].name, "name");
    ck_assert_int_eq(schema->columns[0].type, KHO_TYPE_PERSON_NAME);
    ck_assert(schema->columns[0].required);
    ck_assert_int_eq(schema->columns[0].pii, KHO_PII_BASIC);
    ck_text_eq(schema->columns[0].title, "Its name");
    ck_assert_int_eq(schema->columns[1].pii, KHO_PII_ID);
    ck_text_eq(schema->columns[2].codes->name, "sex");
    ck_assert_int_eq(schema->columns[3].precision, 12);
    ck_assert_int_eq(schema->columns[3].scale, 2);
    ck_assert_int_eq(schema->columns[4].precision, 0);
    ck_assert_int_eq(schema->rules[0].severity, KHO_WARN);
    ck_assert_int_eq(schema->rules[1].severity, KHO_REJECT);
    ck_assert_int_eq(schema->drift.new_column, KHO_DRIFT_STOP);
    ck_assert_int_eq(schema->drift.missing_column, KHO_DRIFT_STOP);
    ck_assert_int_eq(kho_schema_column_index(schema, KHO_TEXT("area")), 3);
    ck_assert_int_eq(kho_schema_column_index(schema, KHO_TEXT("nothing")), -1);
}
END_TEST

START_TEST(an_unknown_column_in_a_rule_is_shown_at_its_place)
{
    ck_assert_str_eq(load(HEAD "  name: {type: text}\nrules:\n"
                               "  r: {check: \"length(nmae) > 1\"}\n"),
                     "schemas/a.thing.yaml:5:22: error: unknown column 'nmae'; did you mean "
                     "'name'?\n"
                     "    r: {check: \"length(nmae) > 1\"}\n"
                     "                       ^\n");
    ck_assert_uint_eq(schemas.count, 0);
}
END_TEST

START_TEST(problems_of_columns_are_named)
{
    static const char *const cases[][2] = {
        {"  a: {type: txt}\n", "unknown type 'txt'; did you mean 'text'?"},
        {"  a: {type: code}\n", "type 'code' needs a code list: code(sex)"},
        {"  a: {type: code(sx)}\n", "unknown code list 'sx'; did you mean 'sex'?"},
        {"  a: {type: code(sex}\n", "type 'code(sex' lacks its ')'"},
        {"  a: {type: text(5)}\n", "type 'text' takes nothing in parentheses"},
        {"  a: {type: \"decimal(2,3)\"}\n",
         "decimal takes its digits and those behind the point: decimal(12,2)"},
        {"  a: {type: decimal(0)}\n",
         "decimal takes its digits and those behind the point: decimal(12,2)"},
        {"  a: {type: \"decimal(1001)\"}\n",
         "decimal takes its digits and those behind the point: decimal(12,2)"},
        {"  a: {type: [text]}\n", "'type' takes one value, not a list"},
        {"  a: {pii: none}\n", "missing key 'type': text, date, code(LIST), decimal(12,2), ...: "
                               "see `kho help types`"},
        {"  a: text\n", "expected a mapping (key: value), as in 'type: ...'"},
        {"  a: {type: text, pii: secret}\n",
         "'secret' is no value for 'pii': none, basic, sensitive or id"},
        {"  a: {type: text, weight: b}\n", "unknown key 'weight'"},
        {"  _a: {type: text}\n", "the column '_a' begins with _: such names are the engine's"},
        {"  A: {type: text}\n", "'A' is no name of a column: a-z, 0-9 and _, a letter first, at "
                                "most 63 bytes"},
        {"  tên: {type: text}\n", "'tên' is no name of a column: a-z, 0-9 and _, a letter first, "
                                  "at most 63 bytes"},
        {"  xmin: {type: text}\n", "the column 'xmin' is a system column of PostgreSQL"},
        {"  []\n", "'columns' is a mapping: name: {type: ...}"},
        {"  a: {type: text}\nidentity: b2\n", "unknown column 'b2'"},
        {"  a: {type: text}\nversion: 0\n", "versions count from 1"},
        {"  a: {type: text}\nrules: {r: {check: a =}}\n",
         "expected a value, found the end of the expression"},
        {"  a: {type: text}\nrules: {r: {check: a, else: drop}}\n",
         "'drop' is no value for 'else': reject or warn"},
        {"  a: {type: text}\nrules: [a]\n", "'rules' is a mapping: name: {check: ..., else: ...}"},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        load(kho_arena_printf(arena, HEAD "%s", cases[i][0]));
        ck_assert_msg(diags.count == 1, "%s: %s", cases[i][0], diags_text(arena, &diags));
        ck_assert_str_eq(diags.items[0].message, cases[i][1]);
        ck_assert_uint_eq(schemas.count, 0);
    }
}
END_TEST

START_TEST(a_decimal_cut_at_its_comma_is_told_of_quotes)
{
    load(HEAD "  a: {type: decimal(12,2)}\n");
    ck_assert_uint_eq(diags.count, 2);
    ck_assert_str_eq(diags.items[0].message,
                     "unknown key '2)'; inside { } a value with a comma needs quotes");
    ck_assert_str_eq(diags.items[1].message, "type 'decimal(12' lacks its ')'");
}
END_TEST

START_TEST(names_of_schemas_are_checked)
{
    static const char *const cases[][2] = {
        {"a.thign", "the schema is named 'a.thign' but its file 'a.thing.yaml'; one of them is "
                    "misspelt"},
        {"thing", "a schema's name is domain.name, as population.person"},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        load(kho_arena_printf(arena, "schema: %s\ncolumns: {a: {type: text}}\n", cases[i][0]));
        ck_assert_uint_eq(diags.count, 1);
        ck_assert_str_eq(diags.items[0].message, cases[i][1]);
    }
}
END_TEST

START_TEST(names_the_store_uses_itself_are_refused)
{
    static const char *const cases[][2] = {
        {"kho.x", "the domain 'kho' is a schema of the store's own"},
        {"pg_x.x", "the domain 'pg_x' is a schema of the store's own"},
        {"a.x_history", "the table 'x_history' ends as the store's own tables do (_history, "
                        "_versions)"},
        {"a.b.c", "'b.c' is no name of a table: a-z, 0-9 and _, a letter first, at most 54 bytes"},
    };
    load(HEAD "  a: {type: text}\n");
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        struct kho_err err = {0};
        const char *path = kho_arena_printf(arena, "schemas/%s.yaml", cases[i][0]);
        const char *text =
            kho_arena_printf(arena, "schema: %s\ncolumns: {a: {type: text}}\n", cases[i][0]);
        project_write(arena, dir, path, text);
        kho_diags_init(&diags, arena);
        ck_ok(kho_schemas_load(arena, dir, &schemas, &diags, &err), err);
        ck_assert_uint_eq(diags.count, i + 1);
        ck_assert_ptr_nonnull(strstr(diags_text(arena, &diags), cases[i][1]));
        ck_assert_uint_eq(schemas.count, 1);
    }
}
END_TEST

START_TEST(lists_and_schemas_are_ordered_by_name)
{
    project_write(arena, dir, "schemas/a.b.yaml", "schema: a.b\ncolumns: {a: {type: text}}\n");
    ck_assert_str_eq(load(HEAD "  a: {type: text}\n"), "");
    ck_assert_uint_eq(schemas.count, 2);
    ck_text_eq(schemas.items[0].name, "a.b");
    ck_assert_uint_eq(schemas.n_codes, 2);
    ck_text_eq(schemas.codes[0]->name, "religion");
}
END_TEST

START_TEST(references_lead_to_a_column_of_another_schema)
{
    static const char *const cases[][2] = {
        {"a.b.c", "'a' refers to 'a.b.c', which is no column of a schema (domain.name.column)"},
        {"a.thing.z",
         "'a' refers to 'a.thing.z', which is no column of a schema (domain.name.column)"},
        {"b", "'a' refers to 'b', which is no column of a schema (domain.name.column)"},
        {"a.thing.n", "'a' is of type text, but what it refers to is integer"},
    };
    load(HEAD "  a: {type: text, references: a.thing.b}\n  b: {type: phone}\n");
    ck_assert_str_eq(diags_text(arena, &diags), "");
    ck_assert_ptr_eq(schemas.items[0].columns[0].referred_schema, &schemas.items[0]);
    ck_assert_ptr_eq(schemas.items[0].columns[0].referred_column, &schemas.items[0].columns[1]);
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        load(kho_arena_printf(
            arena, HEAD "  a: {type: text, references: %s}\n  n: {type: integer}\n", cases[i][0]));
        ck_assert_uint_eq(diags.count, 1);
        ck_assert_str_eq(diags.items[0].message, cases[i][1]);
    }
}
END_TEST

START_TEST(a_project_without_schemas_has_none)
{
    struct kho_err err = {0};
    kho_diags_init(&diags, arena);
    ck_ok(kho_schemas_load(arena, "/nowhere", &schemas, &diags, &err), err);
    ck_assert_uint_eq(schemas.count + schemas.n_codes + diags.count, 0);
}
END_TEST

/* The tests run in the repository's top directory. */
START_TEST(the_schemas_that_come_with_kho_are_sound)
{
    struct kho_err err = {0};
    kho_diags_init(&diags, arena);
    ck_ok(kho_schemas_load(arena, ".", &schemas, &diags, &err), err);
    ck_assert_str_eq(diags_text(arena, &diags), "");
    static const char *const names[] = {"business.licence",     "land.certificate",
                                        "land.parcel",          "land.right",
                                        "population.household", "population.person"};
    ck_assert_uint_eq(schemas.count, KHO_COUNT(names));
    for (size_t i = 0; i < schemas.count; i++) {
        ck_text_eq(schemas.items[i].name, names[i]);
        for (size_t j = 0; j < schemas.items[i].n_columns; j++)
            ck_assert(!kho_text_is_null(schemas.items[i].columns[j].title));
    }
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_schema_is_read_with_its_columns_in_order);
    tcase_add_test(tcase, an_unknown_column_in_a_rule_is_shown_at_its_place);
    tcase_add_test(tcase, problems_of_columns_are_named);
    tcase_add_test(tcase, a_decimal_cut_at_its_comma_is_told_of_quotes);
    tcase_add_test(tcase, names_of_schemas_are_checked);
    tcase_add_test(tcase, names_the_store_uses_itself_are_refused);
    tcase_add_test(tcase, lists_and_schemas_are_ordered_by_name);
    tcase_add_test(tcase, references_lead_to_a_column_of_another_schema);
    tcase_add_test(tcase, a_project_without_schemas_has_none);
    tcase_add_test(tcase, the_schemas_that_come_with_kho_are_sound);
}

KHO_UNIT_MAIN("record/schema", tests)
