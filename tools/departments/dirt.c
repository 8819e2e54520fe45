/*
 * The dirt catalogue: which class hits which column, and how a clean row becomes a dirty one.
 * A row is hit at most once; hits of a department are dealt out in turn to its dirty rows.
 */
#include "dirt.h"

#include "business.h"
#include "civil.h"
#include "garble.h"
#include "land.h"
#include "owner.h"
#include "random.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NBSP "\xC2\xA0"

static const char *const class_names[DIRT_CLASSES + 1] = {
    [1] = "lost leading zero",
    [2] = "scientific notation",
    [3] = "legacy encoding",
    [4] = "double UTF-8",
    [5] = "question-mark loss",
    [6] = "decomposed letters",
    [7] = "eth for D with stroke",
    [8] = "tone style",
    [9] = "all capitals or none",
    [10] = "honorific or death note",
    [11] = "two people in a cell",
    [12] = "organisation in a person column",
    [13] = "ditto mark",
    [14] = "year only",
    [15] = "day and month swapped",
    [16] = "serial or sentinel date",
    [17] = "CCCD against sex or year",
    [18] = "old and new unit names mixed",
    [19] = "homonym commune",
    [20] = "parcel renumbered",
    [21] = "area mismatch",
    [22] = "foreign number style",
    [23] = "padding or no-break space",
    [24] = "duplicate person",
    [25] = "placeholder number",
    [26] = "header or total row",
    [27] = "other ethnic code list",
    [28] = "phone of 11 digits",
    [29] = "status synonym",
    [30] = "code and text in one field",
};

static void lose_zero(struct dirt_site *site)
{
    struct cell *cell = site->cell;
    if (site->column == BUSINESS_TAX_CODE && site->department == DEPARTMENT_BUSINESS) {
        cell_clear(cell);
        business_put_tax_code(cell, site->id);
    }
    size_t zeros = 0;
    while (zeros < cell->len && cell->text[zeros] == '0')
        zeros++;
    memmove(cell->text, cell->text + zeros, cell->len - zeros);
    cell->len -= zeros;
}

static void to_scientific(struct dirt_site *site)
{
    lose_zero(site);
    struct cell *cell = site->cell;
    uint64_t power = cell->len - 1;
    char digits[5];
    memcpy(digits, cell->text, sizeof(digits));
    cell_clear(cell);
    cell_put_bytes(cell, digits, 1);
    cell_put(cell, ".");
    cell_put_bytes(cell, digits + 1, 4);
    cell_put(cell, "E+");
    cell_put_number(cell, power, 2);
}

static void to_legacy(struct dirt_site *site)
{
    if (site->turn % 2 == 0)
        garble_tcvn3(site->cell);
    else
        garble_vni(site->cell);
}

static void to_double_utf8(struct dirt_site *site)
{
    garble_double_utf8(site->cell);
}

static void to_question(struct dirt_site *site)
{
    garble_question(site->cell);
}

static void to_decomposed(struct dirt_site *site)
{
    if (site->turn % 3 == 0)
        garble_nfd(site->cell);
    else if (site->turn % 3 == 1)
        garble_half(site->cell);
    else
        garble_order(site->cell);
}

static void to_eth(struct dirt_site *site)
{
    garble_eth(site->cell);
}

/* The owner was chosen for the name and may hold another business: no personal tax code here. */
static void to_owner_eth(struct dirt_site *site)
{
    garble_eth(site->cell);
    if (site->row->cell[BUSINESS_TAX_CODE].len == 12)
        cell_null(&site->row->cell[BUSINESS_TAX_CODE]);
}

static void to_new_tone(struct dirt_site *site)
{
    garble_new_tone(site->cell);
}

static void to_one_case(struct dirt_site *site)
{
    if (site->turn % 2 == 0)
        garble_upper(site->cell);
    else
        garble_lower(site->cell);
}

static void wrap(struct cell *cell, const char *before, const char *after)
{
    struct cell whole;
    cell_set(&whole, before);
    cell_put_cell(&whole, cell);
    cell_put(&whole, after);
    cell_clear(cell);
    cell_put_cell(cell, &whole);
}

static void add_honorific(struct dirt_site *site)
{
    static const char *const men[] = {"hộ ông ", "Hộ ông: ", "Ông ", "ông ", "hộ ông "};
    static const char *const women[] = {"hộ bà ", "Hộ bà: ", "Bà ", "bà ", "hộ bà "};
    static const char *const after[] = {" (đã mất)", "", "", " (đã chết)", ""};
    struct person owner;
    owner_find(site->world, site->department, site->id, 0, &owner);
    const char *const *before = owner.female ? women : men;
    wrap(site->cell, before[site->turn % COUNT(men)], after[site->turn % COUNT(after)]);
}

static void add_spouse(struct dirt_site *site)
{
    static const char *const joints[] = {" - ", " và ", "; ", "\n"};
    struct random random;
    struct name name;
    struct person owner;
    owner_find(site->world, site->department, site->id, 0, &owner);
    random_init(&random, site->world->seed, STREAM_DIRT, site->id);
    name.surname = names_surname(&random);
    names_draw(&random, !owner.female, &name);
    wrap(site->cell, owner.female ? "Bà " : "Ông ", joints[site->turn % COUNT(joints)]);
    cell_put(site->cell, owner.female ? "ông " : "bà ");
    names_put(site->cell, &name);
}

static void name_land_body(struct dirt_site *site)
{
    static const char *const bodies[] = {"UBND ", "Trường Tiểu học ", "Công an ", "Trạm Y tế "};
    cell_set(site->cell, bodies[site->turn % COUNT(bodies)]);
    commune_put(site->cell, commune_at(land_commune(site->id)));
    cell_null(&site->row->cell[LAND_OWNER_ID]);
}

static void name_owning_firm(struct dirt_site *site)
{
    cell_set(site->cell, "Công ty TNHH ");
    business_put_firm(site->cell, site->id + 1);
    cell_null(&site->row->cell[BUSINESS_OWNER_ID]);
}

static void to_ditto(struct dirt_site *site)
{
    static const char *const marks[] = {"nt", "\"", "như trên"};
    cell_set(site->cell, marks[site->turn % COUNT(marks)]);
}

/* The year stands at the end of dd/MM/yyyy. */
static void to_year_only(struct dirt_site *site)
{
    static const char *const before[] = {"", "00/00/", "--/05/"};
    char year[4];
    memcpy(year, site->cell->text + site->cell->len - 4, sizeof(year));
    cell_set(site->cell, before[site->turn % COUNT(before)]);
    cell_put_bytes(site->cell, year, sizeof(year));
}

static unsigned two_digits(const char *text)
{
    return (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
}

static struct date read_date(const struct cell *cell)
{
    const char *text = cell->text;
    return (struct date){
        .day = two_digits(text),
        .month = two_digits(text + 3),
        .year = two_digits(text + 6) * 100 + two_digits(text + 8),
    };
}

/* The day is made large enough to show the swap. */
static void swap_day_and_month(struct dirt_site *site)
{
    struct date date = read_date(site->cell);
    if (date.day <= 12)
        date.day += 13;
    cell_clear(site->cell);
    cell_put_number(site->cell, date.month, 2);
    cell_put(site->cell, "/");
    cell_put_number(site->cell, date.day, 2);
    cell_put(site->cell, "/");
    cell_put_number(site->cell, date.year, 4);
}

/* Excel counts from 1899-12-30 for all days after February 1900. */
static void to_excel_serial(struct dirt_site *site)
{
    int64_t days = calendar_days(read_date(site->cell));
    cell_clear(site->cell);
    cell_put_number(site->cell, (uint64_t)(days + 25569), 0);
}

static void to_sentinel(struct dirt_site *site)
{
    cell_set(site->cell, "1900-01-01");
}

static void contradict_cccd(struct dirt_site *site)
{
    struct person person;
    civil_person(site->world, site->id, &person);
    if (site->turn % 2 == 0) {
        cell_set(site->cell, person.female ? "Nam" : "Nữ");
        return;
    }
    person.birth.year += person.birth.year < 2020 ? 1 : (unsigned)-1;
    if (person.birth.month == 2 && person.birth.day == 29)
        person.birth.day = 28;
    cell_clear(&site->row->cell[CIVIL_BIRTH]);
    calendar_put_local(&site->row->cell[CIVIL_BIRTH], person.birth);
}

static struct cell *commune_cell(const struct dirt_site *site)
{
    static const unsigned char columns[DEPARTMENT_COUNT] = {
        [DEPARTMENT_CIVIL] = CIVIL_COMMUNE,
        [DEPARTMENT_LAND] = LAND_COMMUNE,
        [DEPARTMENT_BUSINESS] = BUSINESS_COMMUNE,
    };
    return &site->row->cell[columns[site->department]];
}

/* Sheets 61 to 100 are free in every commune: neither old numbers nor today's. */
static void move_to_spare_sheet(struct dirt_site *site)
{
    cell_clear(&site->row->cell[LAND_SHEET]);
    cell_put_number(&site->row->cell[LAND_SHEET], 61 + site->turn / 1000 % 40, 0);
    cell_clear(&site->row->cell[LAND_PARCEL]);
    cell_put_number(&site->row->cell[LAND_PARCEL], 1 + site->turn % 1000, 0);
}

/* The code is today's and right; only the address still lives in the old units. */
static void mix_units(struct dirt_site *site)
{
    const struct old_unit *unit = old_unit_at(site->turn);
    struct random random;
    random_init(&random, site->world->seed, STREAM_DIRT, site->id);
    cell_clear(site->cell);
    names_put_street(site->cell, &random, true, 0);
    cell_put(site->cell, ", ");
    cell_put(site->cell, unit->name);
    cell_put(site->cell, ", ");
    cell_put(site->cell, unit->parent);
    cell_put(site->cell, ", thành phố Hải Phòng");
    cell_set(commune_cell(site), unit->new_code);
    if (site->department == DEPARTMENT_LAND)
        move_to_spare_sheet(site);
    if (unit->partial)
        site->outcome = "flag";
}

static void name_homonym(struct dirt_site *site)
{
    struct random random;
    random_init(&random, site->world->seed, STREAM_DIRT, site->id);
    cell_clear(site->cell);
    names_put_street(site->cell, &random, false, 0);
    cell_put(site->cell, ", ");
    cell_put(site->cell, homonym_at(site->turn));
    cell_null(commune_cell(site));
}

static void renumber_parcel(struct dirt_site *site)
{
    cell_clear(&site->row->cell[LAND_SHEET]);
    cell_put_number(&site->row->cell[LAND_SHEET], 1 + site->turn / 200 % 60, 0);
    cell_clear(&site->row->cell[LAND_PARCEL]);
    cell_put_number(&site->row->cell[LAND_PARCEL], 1 + site->turn % 200, 0);
    cell_put(&site->row->cell[LAND_ADDRESS], " (theo bản đồ cũ)");
}

static void mismatch_area(struct dirt_site *site)
{
    uint64_t more = site->turn % 500 * 10;
    struct cell *use = &site->row->cell[LAND_USE];
    cell_set(use, "ODT: ");
    land_put_area(use, 800 + more);
    cell_put(use, "; CLN: 50");
    cell_clear(site->cell);
    land_put_area(site->cell, 1200 + more);
}

static void put_foreign_thousands(struct cell *cell, uint64_t thousands, uint64_t rest)
{
    cell_clear(cell);
    cell_put_number(cell, thousands, 0);
    cell_put(cell, ",");
    cell_put_number(cell, rest, 3);
}

static void to_foreign_area(struct dirt_site *site)
{
    put_foreign_thousands(site->cell, 1 + site->turn % 9, 37 + site->id % 900);
    cell_put(site->cell, ".5");
    cell_set(&site->row->cell[LAND_USE], "CLN");
}

static void to_foreign_money(struct dirt_site *site)
{
    put_foreign_thousands(site->cell, 1 + site->turn % 900, 500);
    cell_put(site->cell, ",000.00");
    cell_null(&site->row->cell[BUSINESS_CAPITAL]);
}

static void add_padding(struct dirt_site *site)
{
    if (site->turn % 3 == 0)
        wrap(site->cell, "", "   ");
    else if (site->turn % 3 == 1)
        wrap(site->cell, "", NBSP);
    else
        wrap(site->cell, " " NBSP, NBSP " ");
}

static void keep_first_twin(struct dirt_site *site)
{
    cell_null(&site->row->cell[CIVIL_CMND]);
}

static void respell_twin(struct dirt_site *site)
{
    struct person person;
    civil_person(site->world, site->id, &person);
    cell_null(&site->row->cell[CIVIL_CMND]);
    if (site->turn % 2 == 0) {
        garble_bare(site->cell);
        return;
    }
    person.name.middle = "";
    cell_clear(site->cell);
    names_put(site->cell, &person.name);
}

static void to_placeholder(struct dirt_site *site)
{
    static const char *const numbers[] = {"000000000000", "111111111", "123456789"};
    cell_set(site->cell, numbers[site->turn % COUNT(numbers)]);
}

static void null_all_but(struct row *row, size_t columns, size_t key, size_t saved)
{
    for (size_t i = 0; i < columns; i++) {
        if (i != key && i != saved)
            cell_null(&row->cell[i]);
    }
}

static void to_civil_total(struct dirt_site *site)
{
    null_all_but(site->row, CIVIL_COLUMNS, CIVIL_ID, CIVIL_SAVED);
    if (site->turn % 2 == 0) {
        cell_set(site->cell, "Cộng");
        return;
    }
    cell_set(site->cell, "Họ và tên");
    cell_set(&site->row->cell[CIVIL_CCCD], "Số CCCD");
    cell_set(&site->row->cell[CIVIL_BIRTH], "Ngày sinh");
    cell_set(&site->row->cell[CIVIL_SEX], "Giới tính");
    cell_set(&site->row->cell[CIVIL_ADDRESS], "Nơi thường trú");
}

static void to_land_total(struct dirt_site *site)
{
    null_all_but(site->row, LAND_COLUMNS, LAND_ID, LAND_SAVED);
    cell_set(site->cell, site->turn % 2 == 0 ? "Cộng" : "Tổng cộng");
    cell_clear(&site->row->cell[LAND_AREA]);
    land_put_area(&site->row->cell[LAND_AREA], 1000000 + site->id);
}

/* The register's key is a text, so the word itself stands there. */
static void to_business_total(struct dirt_site *site)
{
    null_all_but(site->row, BUSINESS_COLUMNS, BUSINESS_LICENCE, BUSINESS_SAVED);
    cell_set(site->cell, "Cộng");
    cell_set(&site->row->cell[BUSINESS_LICENCE], "Cộng ");
    cell_put_number(&site->row->cell[BUSINESS_LICENCE], site->turn + 1, 0);
}

/* Codes of QĐ 121-TCTK/1979: Mường, Hoa, Chăm, Sán Dìu, Ngái. */
static void to_old_ethnic_code(struct dirt_site *site)
{
    static const char *const codes[] = {"06", "04", "17", "18", "11"};
    cell_set(site->cell, codes[site->turn % COUNT(codes)]);
}

static void to_old_phone(struct dirt_site *site)
{
    static const char *const prefixes[] = {
        "0120", "0121", "0122", "0126", "0128", "0123", "0124", "0125", "0127", "0129", "0162",
        "0163", "0164", "0165", "0166", "0167", "0168", "0169", "0186", "0188", "0199",
    };
    cell_set(site->cell, prefixes[site->turn % COUNT(prefixes)]);
    cell_put_number(site->cell, random_mix(site->id, site->world->seed) % 10000000, 7);
}

static void to_status_synonym(struct dirt_site *site)
{
    static const char *const synonyms[] = {
        "Đang HĐ",     "NNT đang hoạt động", "Tạm ngừng KD", "Bỏ địa chỉ",
        "Đã giải thể", "Hoạt động",          "TNKD",         "Chấm dứt hoạt động",
    };
    cell_set(site->cell, synonyms[site->turn % COUNT(synonyms)]);
}

static void to_code_and_text(struct dirt_site *site)
{
    cell_set(site->cell, business_sector_code(site->turn));
    cell_put(site->cell, " - ");
    cell_put(site->cell, business_sector_name(site->turn));
}

#define CIVIL DEPARTMENT_CIVIL
#define LAND DEPARTMENT_LAND
#define BUSINESS DEPARTMENT_BUSINESS

/* Ordered by department, then by class. The two halves of class 24 must stay neighbours. */
static const struct dirt_hit hits[] = {
    {1, CIVIL, CIVIL_CCCD, "repair", lose_zero, NULL, false},
    {2, CIVIL, CIVIL_CCCD, "quarantine", to_scientific, NULL, false},
    {3, CIVIL, CIVIL_NAME, "repair", to_legacy, garble_fits_any, false},
    {4, CIVIL, CIVIL_NAME, "repair", to_double_utf8, garble_fits_any, false},
    {5, CIVIL, CIVIL_NAME, "flag", to_question, garble_fits_question, false},
    {6, CIVIL, CIVIL_NAME, "repair", to_decomposed, garble_fits_any, false},
    {7, CIVIL, CIVIL_NAME, "repair", to_eth, garble_fits_eth, false},
    {8, CIVIL, CIVIL_NAME, "keep", to_new_tone, garble_fits_new_tone, false},
    {9, CIVIL, CIVIL_NAME, "repair", to_one_case, NULL, false},
    {13, CIVIL, CIVIL_ADDRESS, "flag", to_ditto, NULL, false},
    {14, CIVIL, CIVIL_BIRTH, "repair", to_year_only, NULL, false},
    {15, CIVIL, CIVIL_BIRTH, "flag", swap_day_and_month, NULL, false},
    {16, CIVIL, CIVIL_BIRTH, "repair", to_excel_serial, NULL, false},
    {17, CIVIL, CIVIL_SEX, "flag", contradict_cccd, NULL, false},
    {18, CIVIL, CIVIL_ADDRESS, "repair", mix_units, NULL, false},
    {19, CIVIL, CIVIL_ADDRESS, "quarantine", name_homonym, NULL, false},
    {23, CIVIL, CIVIL_NAME, "repair", add_padding, NULL, false},
    {24, CIVIL, CIVIL_NAME, "merge", keep_first_twin, garble_fits_any, false},
    {24, CIVIL, CIVIL_NAME, "merge", respell_twin, garble_fits_any, true},
    {25, CIVIL, CIVIL_CCCD, "flag", to_placeholder, NULL, false},
    {26, CIVIL, CIVIL_NAME, "quarantine", to_civil_total, NULL, false},
    {27, CIVIL, CIVIL_ETHNIC, "keep", to_old_ethnic_code, NULL, false},
    {28, CIVIL, CIVIL_PHONE, "repair", to_old_phone, NULL, false},
    {1, LAND, LAND_OWNER_ID, "repair", lose_zero, NULL, false},
    {3, LAND, LAND_OWNER, "repair", to_legacy, garble_fits_any, false},
    {5, LAND, LAND_OWNER, "flag", to_question, garble_fits_question, false},
    {6, LAND, LAND_OWNER, "repair", to_decomposed, garble_fits_any, false},
    {8, LAND, LAND_OWNER, "keep", to_new_tone, garble_fits_new_tone, false},
    {10, LAND, LAND_OWNER, "repair", add_honorific, NULL, false},
    {11, LAND, LAND_OWNER, "repair", add_spouse, NULL, false},
    {12, LAND, LAND_OWNER, "repair", name_land_body, NULL, false},
    {13, LAND, LAND_ADDRESS, "flag", to_ditto, NULL, false},
    {16, LAND, LAND_ISSUED, "repair", to_sentinel, NULL, false},
    {18, LAND, LAND_ADDRESS, "repair", mix_units, NULL, false},
    {20, LAND, LAND_SHEET, "keep", renumber_parcel, NULL, false},
    {21, LAND, LAND_AREA, "flag", mismatch_area, NULL, false},
    {22, LAND, LAND_AREA, "repair", to_foreign_area, NULL, false},
    {23, LAND, LAND_SHEET, "repair", add_padding, NULL, false},
    {25, LAND, LAND_OWNER_ID, "flag", to_placeholder, NULL, false},
    {26, LAND, LAND_OWNER, "quarantine", to_land_total, NULL, false},
    {1, BUSINESS, BUSINESS_TAX_CODE, "repair", lose_zero, NULL, false},
    {2, BUSINESS, BUSINESS_TAX_CODE, "quarantine", to_scientific, NULL, false},
    {3, BUSINESS, BUSINESS_NAME, "repair", to_legacy, NULL, false},
    {4, BUSINESS, BUSINESS_NAME, "repair", to_double_utf8, NULL, false},
    {7, BUSINESS, BUSINESS_OWNER, "repair", to_owner_eth, garble_fits_eth, false},
    {9, BUSINESS, BUSINESS_NAME, "repair", to_one_case, NULL, false},
    {12, BUSINESS, BUSINESS_OWNER, "repair", name_owning_firm, NULL, false},
    {14, BUSINESS, BUSINESS_ISSUED, "repair", to_year_only, NULL, false},
    {15, BUSINESS, BUSINESS_ISSUED, "flag", swap_day_and_month, NULL, false},
    {16, BUSINESS, BUSINESS_ISSUED, "repair", to_excel_serial, NULL, false},
    {18, BUSINESS, BUSINESS_ADDRESS, "repair", mix_units, NULL, false},
    {19, BUSINESS, BUSINESS_ADDRESS, "quarantine", name_homonym, NULL, false},
    {22, BUSINESS, BUSINESS_CAPITAL_TEXT, "repair", to_foreign_money, NULL, false},
    {23, BUSINESS, BUSINESS_NAME, "repair", add_padding, NULL, false},
    {25, BUSINESS, BUSINESS_OWNER_ID, "flag", to_placeholder, NULL, false},
    {26, BUSINESS, BUSINESS_NAME, "quarantine", to_business_total, NULL, false},
    {28, BUSINESS, BUSINESS_PHONE, "repair", to_old_phone, NULL, false},
    {29, BUSINESS, BUSINESS_STATUS, "repair", to_status_synonym, NULL, false},
    {30, BUSINESS, BUSINESS_SECTOR, "repair", to_code_and_text, NULL, false},
};

/* Where a department's hits begin and how many there are. */
static size_t hits_of(enum department_id department, const struct dirt_hit **first)
{
    size_t count = 0;
    *first = NULL;
    for (size_t i = 0; i < COUNT(hits); i++) {
        if (hits[i].department != department)
            continue;
        if (count == 0)
            *first = &hits[i];
        count++;
    }
    return count;
}

static const struct plan *plan_of(const struct world *world, enum department_id department)
{
    switch (department) {
    case DEPARTMENT_CIVIL:
        return &world->people;
    case DEPARTMENT_LAND:
        return &world->parcels;
    default:
        return &world->licences;
    }
}

bool dirt_find(const struct world *world, enum department_id department, uint64_t id,
               struct dirt *dirt)
{
    const struct plan *plan = plan_of(world, department);
    if (!plan_is_dirty(plan, id))
        return false;
    const struct dirt_hit *first;
    size_t count = hits_of(department, &first);
    uint64_t rank = plan_rank(plan, id);
    dirt->hit = first + rank % count;
    dirt->turn = rank / count;
    bool twinless = rank + 1 == plan->dirty && dirt->hit->number == 24 && !dirt->hit->twin;
    if (twinless)
        dirt->hit = first;
    return true;
}

const char *dirt_apply(const struct world *world, const struct dirt *dirt, uint64_t id,
                       struct row *row)
{
    struct dirt_site site = {
        .world = world,
        .row = row,
        .cell = &row->cell[dirt->hit->column],
        .department = dirt->hit->department,
        .column = dirt->hit->column,
        .id = id,
        .turn = dirt->turn,
        .outcome = dirt->hit->outcome,
    };
    dirt->hit->apply(&site);
    return site.outcome;
}

const char *dirt_class_name(unsigned number)
{
    return number <= DIRT_CLASSES ? class_names[number] : NULL;
}
