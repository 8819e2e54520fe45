/* Mapping programs: what they read, what they make of a batch, what they say about mistakes. */
#include "../../support/unit.h"

#include <kho/normalise/program.h>
#include <kho/record/wire.h>

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

static struct kho_program *compile_with(const char *schema, const char *map,
                                        const char *const *available, size_t n_available)
{
    struct kho_program_options options = {
        .job = made_job(arena, map, &diags),
        .schema = made_schema(arena, schema, lists, 1, &diags),
        .available = available,
        .n_available = n_available,
    };
    ck_assert_uint_eq(diags.errors, 0);
    return kho_program_new(arena, &options, &diags);
}

static struct kho_program *compile(const char *schema, const char *map)
{
    return compile_with(schema, map, NULL, 0);
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

START_TEST(functions_make_columns)
{
    static const struct {
        const char *map, *cells, *expected;
    } cases[] = {
        {"a: x", " one  two ", "one two; repair a text: white space put in order"},
        {"a: coalesce(x, y, 'none')", " |b", "b"},
        {"a: coalesce(x, y, 'none')", "~|~", "none"},
        {"a: concat(x, ' ', y)", "Trần|An", "Trần An"},
        {"a: concat(x, y)", "~|b", "b"},
        {"a: concat(x, y)", "~|~", "~"},
        {"a: join(', ', x, y, z)", "p|~|q", "p, q"},
        {"a: join(', ', x, y, z)", " |~| ", "~"},
        {"a: null_if(x, '0', 'không')", " không ", "~"},
        {"a: null_if(x, '0', 'không')", "có", "có"},
        {"a: substring(x, 2, 3)", "Đặng Văn", "ặng"},
        {"a: substring(x, 9, 3)", "Đặng", "~"},
        {"a: upper(x)", "đặng ước", "ĐẶNG ƯỚC"},
        {"a: lower(x)", "ĐẶNG ƯỚC", "đặng ước"},
        {"a: concat('<', trim(x), '>')", " \xC2\xA0 b ", "<b>"},
        {"a: split(x, ' - ', 2)", "4711 - Bán lẻ", "Bán lẻ"},
        {"a: split(x, ' - ', 3)", "4711 - Bán lẻ", "~"},
        {"a: 'fixed'", "", "fixed"},
        {"a: numbers(x, ',')", "ODT: 1.234,5; CLN: 3.237", "ODT: 1234.5; CLN: 3237"},
        {"a: numbers(x, ',')", "80,125, 7. 1,2,3", "80.1250, 7. 1,2,3"},
        {"a: numbers(x, '.')", "1,234.5|", "1234.5"},
        {"a: upper(x)", "\xFF", "~; reject a text: not valid UTF-8 (byte 1)"},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++)
        ck_assert_str_eq(row("a text", cases[i].map, cases[i].cells), cases[i].expected);
}
END_TEST

START_TEST(cells_that_name_several_parties_are_taken_apart)
{
    static const struct {
        const char *map, *cell, *expected;
    } cases[] = {
        {"a: person(x, 1)", "Trần Văn An", "Trần Văn An"},
        {"a: person(x, 2)", "Trần Văn An", "~"},
        {"a: person(x, 1)", "Ông Trần Văn An - Bà Lê Thị Cam",
         "Trần Văn An; warn a person_name: several persons in a cell; repair a person_name: one of "
         "several persons in a cell; repair a person_name: form of address dropped"},
        {"a: person(x, 2)", "Trần Văn An và Lê Thị Cam",
         "Lê Thị Cam; repair a person_name: one of several persons in a cell"},
        {"a: person(x, 2)", "Trần Văn An\nLê Thị Cam",
         "Lê Thị Cam; repair a person_name: one of several persons in a cell"},
        {"a: person(x, 3)", "An;; Bưởi; Cam ",
         "Cam; repair a person_name: one of several persons in a cell"},
        {"a: person(x, 1)", "UBND phường An Biên", "~"},
        {"a: person(x, 1)", "~", "~"},
        {"a: person(x, 1)", "\xFF", "~; reject a person_name: not valid UTF-8 (byte 1)"},
        {"a: person(x, 1)", "1;2;3;4;5;6;7;8;9", "~; reject a person_name: no letter in it"},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++)
        ck_assert_str_eq(row("a person_name", cases[i].map, cases[i].cell), cases[i].expected);
    static const char *const kinds[][2] = {
        {"Trần Văn An", "person"},
        {"Trần Văn An - Lê Thị Cam", "couple"},
        {"An; Bưởi; Cam", "group"},
        {"Hộ ông Trần Văn An", "household"},
        {"UBND phường An Biên", "organisation"},
        {" ", "~"},
    };
    for (size_t i = 0; i < KHO_COUNT(kinds); i++)
        ck_assert_str_eq(row("a text", "a: party_kind(x)", kinds[i][0]), kinds[i][1]);
    ck_assert_str_eq(row("a text", "a: organisation(x)", "UBND phường"), "UBND phường");
    ck_assert_str_eq(row("a text", "a: organisation(x)", "Trần Văn An"), "~");
    ck_assert_str_eq(mistake("a text", "a: person(x, 0)"), "person: persons count from 1 to 8");
}
END_TEST

/* `Nguyễn` in TCVN3 and in VNI; a source says one encoding, a column may have another. */
START_TEST(texts_come_in_the_encoding_of_their_source)
{
    struct kho_program_options options = {
        .job = made_job(arena, "a: x\nb: decode(y, 'vni')\nc: upper(x)", &diags),
        .schema = made_schema(arena, "a text\nb text\nc text", lists, 1, &diags),
        .encoding = KHO_TEXT("tcvn3"),
    };
    struct kho_program *program = kho_program_new(arena, &options, &diags);
    ck_assert_str_eq(show(run_row(program, "Nguy\xD4n|Nguye\xE3n")), "Nguyễn|Nguyễn|NGUYỄN");
    ck_assert_str_eq(show(run_row(program, "~|An")), "~|An|~");
    ck_assert_str_eq(show(run_row(program, "\xBA|\xA1")),
                     "~|~|~; reject a text: bytes that are no tcvn3; reject b text: bytes that are "
                     "no vni; reject c text: bytes that are no tcvn3");
    struct kho_hash128 tcvn3 = kho_program_fingerprint(program);
    options.encoding = KHO_TEXT("vni");
    ck_assert(
        !kho_hash_eq(tcvn3, kho_program_fingerprint(kho_program_new(arena, &options, &diags))));
    ck_assert_ptr_nonnull(strstr(mistake("a text", "a: decode(x, 'tcvn4')"),
                                 "decode: unknown encoding 'tcvn4'; known are utf-8, "));
    ck_assert_str_eq(mistake("a text", "a: decode(upper(x), 'vni')"),
                     "decode: only a column of the source has an encoding");
}
END_TEST

START_TEST(codes_are_those_of_their_day_brought_forward)
{
    lists[0] = kho_codes_parse(arena, KHO_TEXT("unit"), "schemas/codes/unit.csv",
                               KHO_TEXT("code,name,valid_from,valid_to,became,gso\n"
                                        "1,Phường An,2025-07-01,,,\n2,Phường Bình,2025-07-01,,,\n"
                                        "1,Xã An,,2025-07-01,1|2,\n3,Xã Cam,,2025-07-01,2,\n"
                                        "4,Xã Đào,,2025-07-01,,\n"),
                               &diags);
    static const struct {
        const char *map, *cells, *expected;
    } cases[] = {
        {"a: code(x, 'gso', y)", "3|2024-05-01", "2"},
        {"a: code_then(x, 'gso', y)", "3|2024-05-01", "3"},
        {"a: code(x, 'gso', y)", "1|2025-07-01T08:00:00Z", "1"},
        {"a: code(x, 'gso', y)", "1|2024", "~; warn a code: 1 was divided: it may be 1, 2 now"},
        {"a: code(x, 'gso', y)", "4|2024",
         "~; warn a code: 4 has ended, and the list does not say what it became"},
        {"a: code(x, 'gso', y)", "3|~", "~; reject a code: not in list unit"},
        {"a: code(x, 'gso', y)", "3|01/05/2024",
         "~; reject a code: the day as of which it is meant is no date in ISO 8601"},
        {"a: code(x, 'gso', date(y, 'dmy'))", "3|01/05/2024", "2"},
        {"a: code(x, 'name')", "Phường An|", "1"},
        {"a: code(x, 'name')", "binh|", "2; repair a code: found without type word or diacritics"},
        {"a: code(x, 'gso')", "2 - Phường Bình|", "2; repair a code: text behind the code dropped"},
        {"a: code(x, 'gso', '2024-01-01')", "3 - Xã Cam|",
         "2; repair a code: text behind the code dropped"},
        {"a: code(x, 'gso', y)", " |2024", "~"},
        {"a: code(x, 'gso', y)", "\xFF|2024", "~; reject a code: not valid UTF-8 (byte 1)"},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++)
        ck_assert_str_eq(row("a code(unit)", cases[i].map, cases[i].cells), cases[i].expected);
    ck_assert_str_eq(mistake("a code(unit)", "a: code(x, 'gso', y, z)"),
                     "wrong number of arguments: code(x, 'system'[, as_of])");
}
END_TEST

/* 04 is one people in one numbering and another in the other: no job may leave it open which. */
START_TEST(a_list_of_two_numberings_wants_to_know_which)
{
    lists[0] =
        kho_codes_parse(arena, KHO_TEXT("ethnic"), "schemas/codes/ethnic.csv",
                        KHO_TEXT("code,name,civil,bhyt\n04,Mường,04,06\n06,Hoa,06,04\n"), &diags);
    static const char wanted[] = "code list ethnic has numberings that contradict one another "
                                 "('bhyt'): say which one the source uses: code(column, 'system')";
    ck_assert_str_eq(mistake("a code(ethnic)", "a: x"), wanted);
    ck_assert_str_eq(mistake("a code(ethnic)", "a: upper(x)"), wanted);
    kho_diags_init(&diags, arena);
    ck_assert_str_eq(row("a code(ethnic)", "a: code(x, 'bhyt')", "04"), "06");
    ck_assert_str_eq(row("a code(ethnic)", "a: coalesce(code(x, 'civil'), '04')", " "), "04");
    ck_assert_str_eq(row("a code(ethnic)", "a: '04'", ""), "04");
}
END_TEST

START_TEST(dates_follow_their_formats)
{
    const char *map = "a: date(x, 'DD/MM/YYYY', 'YYYYMMDD')";
    ck_assert_str_eq(row("a partial_date", map, "00/00/1965"),
                     "1965; repair a partial_date: day or month not known: reduced precision");
    ck_assert_str_eq(row("a date", map, "19650513"), "1965-05-13");
    ck_assert_str_eq(row("a date", map, "00/05/1965"),
                     "~; repair a date: day or month not known: reduced precision; reject a date: "
                     "the day is not known");
    ck_assert_str_eq(row("a partial_date required", map, "31/02/1965"),
                     "~; reject a partial_date: no such day in the calendar");
    ck_assert_str_eq(row("a partial_date required", map, "01/01/1900"),
                     "~; warn a partial_date: placeholder date; reject a required: is missing");
}
END_TEST

START_TEST(numbers_follow_their_decimal_separator)
{
    ck_assert_str_eq(row("a decimal(14,3)", "a: number(x, ',')", "1.234"), "1234.000");
    ck_assert_str_eq(row("a decimal(14,3)", "a: number(x, '.')", "1.234"), "1.234");
    ck_assert_str_eq(row("a integer", "a: number(x, ',')", "1.234,00"), "1234");
    ck_assert_str_eq(row("a decimal", "a: number(x, ',')", "1,234.5"),
                     "1234.5; warn a decimal: not written with the decimal separator that the "
                     "mapping names");
    ck_assert_str_eq(mistake("a decimal", "a: number(x, ';')"),
                     "number: the decimal separator is '.' or ','");
}
END_TEST

START_TEST(number_refuses_columns_of_numbers)
{
    struct kho_err err = {0};
    struct kho_program *program = compile("a decimal", "a: number(x, ',')");
    enum kho_wire wires[] = {KHO_WIRE_NUMERIC};
    ck_assert(!kho_program_bind(program, wires, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "column 'x' is a number already, without number()"));
    ck_assert_int_eq(err.class, KHO_ERR_CONFIG);
}
END_TEST

START_TEST(codes_are_found_as_the_department_writes_them)
{
    ck_assert_str_eq(row("a code(sex)", "a: code(x, 'civil')", "nu"), "2");
    ck_assert_str_eq(row("a code(sex)", "a: code(x, 'civil')", "1"),
                     "~; reject a code: not in list sex");
    ck_assert_str_eq(row("a code(sex)", "a: code(x, 'civil')", " \xC2\xA0M"), "1");
    ck_assert_str_eq(row("a code(sex)", "a: x", "Nữ"), "2");
}
END_TEST

START_TEST(every_reason_against_a_row_is_said)
{
    ck_assert_str_eq(row("id citizen_id required\nname person_name required\nn integer",
                         "id: a\nname: b\nn: c", "030123456|~|x"),
                     "~|~|~; reject id citizen_id: CMND of 9 digits; reject name required: is "
                     "missing; reject n integer: not a whole number");
}
END_TEST

#define PERSON                                           \
    "id citizen_id\nsex code(sex)\nbirth partial_date\n" \
    "rule id_agrees reject citizen_id_agrees(id, sex, birth)"
#define PERSON_MAP "id: a\nsex: b\nbirth: c"

START_TEST(a_citizen_id_agrees_with_sex_and_year)
{
    static const char fails[] = "; reject - id_agrees: does not hold: "
                                "citizen_id_agrees(\"id\",\"sex\",\"birth\")";
    static const struct {
        const char *cells;
        bool agrees;
    } cases[] = {
        {"031065000123|1|1965", true},        {"031065000123|2|1965", false},
        {"031065000123|1|1966-01-01", false}, {"031165000123|2|1965-05", true},
        {"030204000456|1|2004", true},        {"030204000456|1|1904", false},
        {"031065000123|~|~", true},           {"~|1|1965", true},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        const char *shown = row(PERSON, PERSON_MAP, cases[i].cells);
        ck_assert_msg((strstr(shown, fails) == NULL) == cases[i].agrees, "%s", shown);
    }
}
END_TEST

START_TEST(uses_of_a_parcel_add_up_to_its_area)
{
    lists[0] = made_land_uses(arena, &diags);
    static const struct {
        const char *cells;
        bool passes;
    } cases[] = {
        {"ODT: 80; CLN: 120|200", true},
        {"ODT: 80; CLN: 50|120", false},
        {"ODT: 80|80.1", true},
        {"ODT: 80|79.89", false},
        {"ODT; CLN: 120|200", true},
        {"~|200", true},
        {"ODT: 80|~", true},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        const char *shown = row("uses land_uses(land_use)\narea area\n"
                                "rule adds_up warn land_uses_agree(uses, area)",
                                "uses: a\narea: b", cases[i].cells);
        ck_assert_msg((strstr(shown, "warn - adds_up") == NULL) == cases[i].passes, "%s", shown);
    }
    ck_assert_str_eq(mistake("uses land_uses(land_use)\narea text\n"
                             "rule r warn land_uses_agree(uses, area)",
                             "uses: a"),
                     "a text does not fit here");
}
END_TEST

START_TEST(repairs_name_the_cells_that_a_value_was_made_of)
{
    struct kho_batch *out =
        run_row(compile("name person_name\nphone phone", "name: join(' ', ho, ten, ho)\nphone: x"),
                "TRẦN|AN|0912345678");
    ck_assert_str_eq(show(out), "Trần An Trần|+84912345678; repair name person_name: written in "
                                "capitals");
    ck_assert_uint_eq(out->rejects[0].origin->n_columns, 2);
    ck_assert_uint_eq(out->rejects[0].origin->columns[0], 0);
    ck_assert_uint_eq(out->rejects[0].origin->columns[1], 1);
    ck_assert_int_eq(out->rejected[0], 0);
}
END_TEST

START_TEST(rules_know_three_truths)
{
    static const struct {
        const char *rule, *cells;
        bool passes;
    } cases[] = {
        {"n > 3", "4|~|~|~|~", true},
        {"n > 3", "3|~|~|~|~", false},
        {"n > 3", "~|~|~|~|~", true},
        {"not (n > 3)", "~|~|~|~|~", true},
        {"n > 3 and t = 'x'", "~|~|y|~|~", false},
        {"n > 3 or t = 'x'", "~|~|x|~|~", true},
        {"n > 3 or t = 'x'", "~|~|y|~|~", true},
        {"n is null", "1|~|~|~|~", false},
        {"n is not null", "~|~|~|~|~", false},
        {"n in (1, 2)", "2|~|~|~|~", true},
        {"n in (1, 2)", "3|~|~|~|~", false},
        {"n not in (1, 2)", "2|~|~|~|~", false},
        {"d = 80.5", "~|80,50|~|~|~", true},
        {"d < 80.49", "~|80.50|~|~|~", false},
        {"d > -1", "~|-1.01|~|~|~", false},
        {"d >= n", "80|80.00|~|~|~", true},
        {"d > n", "80|80.00|~|~|~", false},
        {"d > 9999.99", "~|10000.00|~|~|~", true},
        {"length(t) = 4", "~|~|Đặng|~|~", true},
        {"t < 'b'", "~|~|a|~|~", true},
        {"day >= '2000-01-01'", "~|~|~|1999-12-31|~", false},
        {"day >= '2000-01-01'", "~|~|~|2000-01-01|~", true},
        {"born <= day", "~|~|~|1999-12-31|1999", true},
        {"born <= day", "~|~|~|1999-12-31|2000-01", false},
        {"true", "~|~|~|~|~", true},
    };
    for (size_t i = 0; i < KHO_COUNT(cases); i++) {
        const char *schema = kho_arena_printf(
            arena,
            "n integer\nd decimal(12,2)\nt text\nday date\nborn partial_date\nrule r warn %s",
            cases[i].rule);
        struct kho_batch *out =
            run_row(compile(schema, "n: a\nd: b\nt: c\nday: d\nborn: e"), cases[i].cells);
        ck_assert_msg((out->n_rejects == 0) == cases[i].passes, "%s with %s: %s", cases[i].rule,
                      cases[i].cells, show(out));
        ck_assert_uint_eq(out->rejected[0], 0);
    }
}
END_TEST

START_TEST(mistakes_are_said)
{
    ck_assert_str_eq(mistake("a text", "b: x"), "schema test.person has no column 'b'");
    ck_assert_str_eq(mistake("a text", "a: uper(x)"),
                     "unknown function 'uper'; did you mean 'upper'?");
    ck_assert_str_eq(mistake("a text", "a: upper(x, y)"), "wrong number of arguments: upper(x)");
    ck_assert_str_eq(mistake("a date", "a: date(x, y)"),
                     "date takes a text in quotes here: date(x, 'FORMAT', ...)");
    ck_assert_str_eq(mistake("a date", "a: date(x, 'DD/MON/YYYY')"),
                     "date: date format has a letter that is none of YYYY YY MM M DD D, and is not "
                     "dmy or mdy");
    ck_assert_str_eq(mistake("a date", "a: date(x, 'DD/MM')"),
                     "date: date format needs one year, and a month where it has a day");
    ck_assert_str_eq(mistake("a text", "a: code(x, 'civil')"),
                     "code: the column it is for is no code of a list");
    ck_assert_str_eq(mistake("a code(sex)", "a: code(x, 'health')"),
                     "code: code list sex has no system 'health' (a column of "
                     "schemas/codes/sex.csv)");
    ck_assert_str_eq(mistake("a text", "a: substring(x, 0, 2)"),
                     "substring: characters count from 1, and their number is not negative");
    ck_assert_str_eq(mistake("a text", "a: split(x, '', 1)"), "split: the separator is empty");
}
END_TEST

START_TEST(mistakes_in_rules_are_said)
{
    ck_assert_str_eq(mistake("a text\nrule r reject b = 'x'", ""),
                     "schema test.person has no column 'b'");
    ck_assert_str_eq(mistake("a text\nrule r reject a = 1", ""),
                     "a text cannot be compared with a whole number");
    ck_assert_str_eq(mistake("a date\nrule r reject a > '1.1.2000'", ""),
                     "this text is no date in ISO 8601");
    ck_assert_str_eq(mistake("a text\nrule r reject a = null", ""),
                     "a comparison with null is never true: write 'is null'");
    ck_assert_str_eq(mistake("a integer\nrule r reject length(a) = 1", ""),
                     "a whole number does not fit here");
    ck_assert_str_eq(mistake("a text\nrule r reject a", ""),
                     "a rule is true or false, this is a text");
    ck_assert_str_eq(mistake("a text\nrule r reject not a", ""),
                     "a text is neither true nor false");
    ck_assert_str_eq(mistake("a text\nrule r reject lenght(a) = 1", ""),
                     "rules have no function 'lenght'; did you mean 'length'?");
}
END_TEST

START_TEST(columns_of_the_same_name_map_themselves)
{
    static const char *const available[] = {"a", "ho_ten"};
    struct kho_program *program = compile_with("a text\nb text\nc text", "b: ho_ten", available, 2);
    size_t n;
    const char *const *inputs = kho_program_inputs(program, &n);
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(inputs[0], "a");
    ck_assert_str_eq(inputs[1], "ho_ten");
    ck_assert_str_eq(show(run_row(program, "1|2")), "1|2|~");
}
END_TEST

START_TEST(columns_that_neither_side_has_are_mistakes)
{
    static const char *const available[] = {"ho_ten"};
    ck_assert_ptr_null(compile_with("a text", "a: ho_tem", available, 1));
    ck_assert_str_eq(diags.items[0].message,
                     "the source has no column 'ho_tem'; did you mean 'ho_ten'?");
    kho_diags_init(&diags, arena);
    ck_assert_ptr_null(compile_with("a text required", "", available, 1));
    ck_assert_str_eq(diags.items[0].message, "nothing maps 'a', which schema test.person requires");
}
END_TEST

/* One cell of a wire type into a column of a type. */
static const char *from_wire(const char *type, enum kho_wire wire, struct kho_text cell)
{
    struct kho_err err = {0};
    struct kho_program *program = compile(kho_arena_printf(arena, "a %s", type), "a: x");
    struct kho_batch *in = kho_batch_new(arena, 1);
    struct kho_batch *out = kho_program_output(program, arena);
    uint32_t rows[] = {0};
    in->columns[0].wire = wire;
    in->columns[0].cells[0] = cell;
    in->n_rows = 1;
    if (!kho_program_bind(program, &wire, &err))
        return kho_arena_strdup(arena, err.message);
    kho_program_run(program, in, rows, 1, out);
    return show(out);
}

static struct kho_text numeric(const char *text)
{
    struct kho_text cell;
    ck_assert(kho_wire_from_decimal(arena, kho_text_of(text), &cell));
    return cell;
}

static struct kho_text float8(double value)
{
    char *bytes = kho_arena_bytes(arena, 8);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    kho_put_be64(bytes, bits);
    return (struct kho_text){bytes, 8};
}

static struct kho_text day(int64_t days)
{
    struct kho_text cell;
    ck_assert(kho_wire_from_date(arena, days, &cell));
    return cell;
}

static struct kho_text instant(int64_t us)
{
    struct kho_text cell;
    ck_assert(kho_wire_from_timestamp(arena, us, &cell));
    return cell;
}

START_TEST(numbers_of_the_source_are_read_as_they_are)
{
    struct kho_text id = kho_wire_from_int8(arena, 31065000123);
    ck_assert_str_eq(from_wire("citizen_id", KHO_WIRE_INT8, id), "031065000123");
    ck_assert_str_eq(from_wire("citizen_id", KHO_WIRE_NUMERIC, numeric("31065000123.00")),
                     "031065000123");
    ck_assert_str_eq(from_wire("citizen_id", KHO_WIRE_FLOAT8, float8(31065000123)), "031065000123");
    ck_assert_str_eq(from_wire("decimal(12,2)", KHO_WIRE_NUMERIC, numeric("1.234")),
                     "~; reject a decimal: more digits behind the decimal point than the column "
                     "keeps");
    ck_assert_str_eq(from_wire("decimal", KHO_WIRE_NUMERIC, numeric("1.2340")), "1.234");
    ck_assert_str_eq(from_wire("decimal(12,2)", KHO_WIRE_INT8, kho_wire_from_int8(arena, 80)),
                     "80.00");
    ck_assert_str_eq(from_wire("decimal", KHO_WIRE_FLOAT8, float8(2.5e-8)), "0.000000025");
    ck_assert_str_eq(from_wire("decimal", KHO_WIRE_FLOAT8, float8(1.5e20)),
                     "150000000000000000000");
    ck_assert_str_eq(from_wire("decimal", KHO_WIRE_FLOAT8, float8((double)INFINITY)),
                     "~; reject a decimal: not a finite number");
    ck_assert_str_eq(from_wire("integer", KHO_WIRE_FLOAT8, float8(-1e15)), "-1000000000000000");
    ck_assert_str_eq(from_wire("integer", KHO_WIRE_FLOAT8, float8(1e19)),
                     "~; reject a integer: out of range of 64 bits");
    ck_assert_str_eq(from_wire("integer", KHO_WIRE_NUMERIC, numeric("5.50")),
                     "~; reject a integer: not a whole number");
    ck_assert_str_eq(from_wire("partial_date", KHO_WIRE_INT8, kho_wire_from_int8(arena, 1965)),
                     "1965");
    ck_assert_str_eq(from_wire("integer", KHO_WIRE_INT8, KHO_TEXT("\1")),
                     "~; reject a integer: the source sent a malformed value");
}
END_TEST

START_TEST(days_and_times_of_the_source_are_read_as_they_are)
{
    ck_assert_str_eq(from_wire("date", KHO_WIRE_DATE, day(-25567)),
                     "~; warn a date: placeholder date");
    ck_assert_str_eq(from_wire("date", KHO_WIRE_DATE, day(0)), "1970-01-01");
    ck_assert_str_eq(from_wire("date", KHO_WIRE_DATE, day(INT64_MAX)),
                     "~; reject a date: infinity is no day");
    ck_assert_str_eq(from_wire("partial_date", KHO_WIRE_DATE, day(0)), "1970-01-01");
    ck_assert_str_eq(from_wire("date", KHO_WIRE_TIMESTAMP, instant(-KHO_US_PER_DAY)), "1969-12-31");
    ck_assert_str_eq(from_wire("date", KHO_WIRE_TIMESTAMP, instant(1)),
                     "~; reject a date: a time of day behind the date");
    ck_assert_str_eq(from_wire("timestamptz", KHO_WIRE_TIMESTAMP, instant(1500000)),
                     "1970-01-01T00:00:01.5Z");
    ck_assert_str_eq(from_wire("timestamptz", KHO_WIRE_TIMESTAMPTZ, instant(INT64_MAX)),
                     "infinity");
    ck_assert_str_eq(from_wire("text", KHO_WIRE_BPCHAR, KHO_TEXT("12   ")), "12");
    ck_assert_str_eq(from_wire("text", KHO_WIRE_BYTEA, KHO_TEXT("\1")), "\\x01");
    ck_assert_str_eq(from_wire("date", KHO_WIRE_BYTEA, KHO_TEXT("\1")),
                     "column 'x' is of type bytea, which cannot become date, mapping 'a' of "
                     "schema test.person");
}
END_TEST

START_TEST(only_the_chosen_rows_come_out)
{
    struct kho_err err = {0};
    struct kho_program *program = compile("a text\nb text", "a: x\nb: upper(x)");
    struct kho_batch *in = kho_batch_new(arena, 1);
    struct kho_batch *out = kho_program_output(program, arena);
    static const char *const words[] = {"one", "two", "three"};
    enum kho_wire wire = KHO_WIRE_TEXT;
    uint32_t rows[] = {0, 2};
    for (size_t i = 0; i < 3; i++) {
        in->columns[0].cells[i] = kho_text_of(words[i]);
        in->keys[i] = kho_text_of(words[i]);
        in->hashes[i].low = i;
    }
    in->n_rows = 3;
    ck_ok(kho_program_bind(program, &wire, &err), err);
    kho_program_run(program, in, rows, 2, out);
    ck_assert_uint_eq(out->n_rows, 2);
    ck_text_eq(out->columns[0].cells[1], "three");
    ck_text_eq(out->columns[1].cells[1], "THREE");
    ck_text_eq(out->keys[1], "three");
    ck_assert_uint_eq(out->hashes[1].low, 2);
}
END_TEST

START_TEST(the_fingerprint_follows_what_decides_a_value)
{
    struct kho_hash128 a = kho_program_fingerprint(compile("a text", "a: x"));
    ck_assert(kho_hash_eq(a, kho_program_fingerprint(compile("a text", "a:   x "))));
    ck_assert(!kho_hash_eq(a, kho_program_fingerprint(compile("a text", "a: y"))));
    ck_assert(!kho_hash_eq(a, kho_program_fingerprint(compile("a phone", "a: x"))));
    ck_assert(!kho_hash_eq(a, kho_program_fingerprint(compile("a text required", "a: x"))));
    ck_assert(
        !kho_hash_eq(a, kho_program_fingerprint(compile("a text\nrule r warn a = 'x'", "a: x"))));
}
END_TEST

START_TEST(the_functions_are_listed)
{
    struct kho_buf out;
    kho_buf_init(&out, 10000);
    kho_program_functions_show(true, &out);
    ck_assert(strstr(kho_buf_cstr(&out), "| `trim(x)` | ") != NULL);
    kho_buf_release(&out);
}
END_TEST

static void tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, functions_make_columns);
    tcase_add_test(tcase, dates_follow_their_formats);
    tcase_add_test(tcase, numbers_follow_their_decimal_separator);
    tcase_add_test(tcase, number_refuses_columns_of_numbers);
    tcase_add_test(tcase, codes_are_found_as_the_department_writes_them);
    tcase_add_test(tcase, every_reason_against_a_row_is_said);
    tcase_add_test(tcase, a_citizen_id_agrees_with_sex_and_year);
    tcase_add_test(tcase, codes_are_those_of_their_day_brought_forward);
    tcase_add_test(tcase, a_list_of_two_numberings_wants_to_know_which);
    tcase_add_test(tcase, texts_come_in_the_encoding_of_their_source);
    tcase_add_test(tcase, cells_that_name_several_parties_are_taken_apart);
    tcase_add_test(tcase, uses_of_a_parcel_add_up_to_its_area);
    tcase_add_test(tcase, repairs_name_the_cells_that_a_value_was_made_of);
    tcase_add_test(tcase, rules_know_three_truths);
    tcase_add_test(tcase, mistakes_are_said);
    tcase_add_test(tcase, mistakes_in_rules_are_said);
    tcase_add_test(tcase, columns_of_the_same_name_map_themselves);
    tcase_add_test(tcase, columns_that_neither_side_has_are_mistakes);
    tcase_add_test(tcase, numbers_of_the_source_are_read_as_they_are);
    tcase_add_test(tcase, days_and_times_of_the_source_are_read_as_they_are);
    tcase_add_test(tcase, only_the_chosen_rows_come_out);
    tcase_add_test(tcase, the_fingerprint_follows_what_decides_a_value);
    tcase_add_test(tcase, the_functions_are_listed);
}
KHO_UNIT_MAIN("normalise/program", tests)
