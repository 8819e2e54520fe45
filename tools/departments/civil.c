/*
 * The civil registry: people in households. Who a person is depends on seed and id alone, so the
 * land and business offices can name the same people.
 */
#include "civil.h"

#include "dirt.h"

#include <string.h>

#define BLOCK_PEOPLE 16
#define BLOCK_HOUSEHOLDS 6
#define SERIALS 1000000
#define AGE_GROUP_YEARS 16
#define OLDEST_YEAR 1930

static const unsigned char household_starts[BLOCK_HOUSEHOLDS + 1] = {0, 4, 7, 12, 14, 15, 16};

static const char *const foreign_provinces[] = {
    "001", "014", "017", "019", "022", "024", "026", "027", "033", "034",
    "035", "036", "037", "038", "040", "042", "046", "048", "075", "079",
};

static const char *const ethnic_codes[] = {"01", "02", "03", "04", "06", "07", "17"};
static const unsigned short ethnic_weights[] = {985, 4, 2, 3, 2, 2, 2};

static const char *const religions[] = {"Không", "Phật giáo", "Công giáo", "Tin Lành"};
static const unsigned short religion_weights[] = {890, 50, 55, 5};

static const struct column columns[CIVIL_COLUMNS] = {
    [CIVIL_ID] = {"id", "bigint", "Số thứ tự bản ghi"},
    [CIVIL_CCCD] = {"so_cccd", "varchar(20)", "Số định danh cá nhân / số căn cước"},
    [CIVIL_CMND] = {"so_cmnd", "varchar(12)", "Số chứng minh nhân dân cũ (9 số)"},
    [CIVIL_NAME] = {"ho_ten", "varchar(120) NOT NULL", "Họ, chữ đệm và tên"},
    [CIVIL_BIRTH] = {"ngay_sinh", "varchar(20)", "Ngày sinh, dd/MM/yyyy"},
    [CIVIL_SEX] = {"gioi_tinh", "varchar(10)", "Giới tính"},
    [CIVIL_ETHNIC] = {"dan_toc", "varchar(20)", "Mã dân tộc theo QĐ 1019/QĐ-TCTK"},
    [CIVIL_RELIGION] = {"ton_giao", "varchar(30)", "Tôn giáo"},
    [CIVIL_COMMUNE] = {"ma_phuong", "varchar(10)", "Mã phường, xã, đặc khu thường trú"},
    [CIVIL_ADDRESS] = {"dia_chi", "text", "Nơi thường trú"},
    [CIVIL_PHONE] = {"dien_thoai", "varchar(20)", "Số điện thoại"},
    [CIVIL_HOUSEHOLD] = {"so_ho", "varchar(12)", "Số hộ khẩu"},
    [CIVIL_RELATION] = {"quan_he", "varchar(20)", "Quan hệ với chủ hộ"},
    [CIVIL_LIFE] = {"tinh_trang", "smallint", "Tình trạng: 1 sống, 2 chết, 3 mất tích"},
    [CIVIL_SAVED] = {"cap_nhat", "timestamp without time zone NOT NULL",
                     "Thời điểm cập nhật, giờ Hà Nội"},
};

static const unsigned char updated[] = {CIVIL_COMMUNE, CIVIL_ADDRESS, CIVIL_PHONE, CIVIL_SAVED,
                                        CIVIL_COLUMNS};

/* What all members of a household have in common. */
struct household {
    size_t commune;
    bool woman_heads;
    unsigned head_group;
    const char *his_surname;
    const char *her_surname;
};

static void household_draw(const struct world *world, uint64_t number, struct household *home)
{
    static const unsigned short group_weights[] = {0, 25, 35, 40};
    struct random random;
    random_init(&random, world->seed, STREAM_HOUSEHOLDS, number);
    home->commune = (size_t)random_below(&random, COMMUNE_COUNT);
    home->woman_heads = random_permille(&random, 300);
    home->head_group = (unsigned)random_weighted(&random, group_weights, 4);
    home->his_surname = names_surname(&random);
    home->her_surname = names_surname(&random);
}

uint64_t civil_head(uint64_t household)
{
    return household / BLOCK_HOUSEHOLDS * BLOCK_PEOPLE +
           household_starts[household % BLOCK_HOUSEHOLDS] + 1;
}

uint64_t civil_household_count(const struct world *world)
{
    uint64_t people = world->people.count;
    uint64_t count = people / BLOCK_PEOPLE * BLOCK_HOUSEHOLDS;
    while (civil_head(count) <= people)
        count++;
    return count;
}

static void find_household(uint64_t id, struct person *person)
{
    uint64_t place = (id - 1) % BLOCK_PEOPLE;
    unsigned slot = 0;
    while (household_starts[slot + 1] <= place)
        slot++;
    person->household = (id - 1) / BLOCK_PEOPLE * BLOCK_HOUSEHOLDS + slot;
    person->member = (unsigned)(place - household_starts[slot]);
}

/* Members: 0 head, 1 wife or husband, 2 and 3 children, 4 a parent if the head is young enough. */
static void draw_role(struct random *random, const struct household *home, struct person *person)
{
    person->age_group = home->head_group;
    if (person->member == 0)
        person->female = home->woman_heads;
    else if (person->member == 1)
        person->female = !home->woman_heads;
    else
        person->female = random_permille(random, 490);
    if (person->member == 4 && home->head_group < 2)
        person->member = 3;
    if (person->member == 2 || person->member == 3)
        person->age_group = home->head_group + 2;
    if (person->member == 4)
        person->age_group = home->head_group - 2;
    bool marries_in = person->female && person->member != 2 && person->member != 3;
    person->name.surname = marries_in ? home->her_surname : home->his_surname;
}

/*
 * The six free digits repeat after a million people; the year of birth is then shifted within
 * its age group, so that numbers stay unique up to 16 million people.
 */
static void draw_birth_and_cccd(struct random *random, uint64_t seed, uint64_t id,
                                struct person *person)
{
    uint64_t serial = (id * 618033 + seed) % SERIALS;
    uint64_t year_slot = (random_mix(serial, seed) + id / SERIALS) % AGE_GROUP_YEARS;
    struct date *birth = &person->birth;
    birth->year = OLDEST_YEAR + person->age_group * AGE_GROUP_YEARS + (unsigned)year_slot;
    birth->month = 1 + (unsigned)random_below(random, 12);
    birth->day = 1 + (unsigned)random_below(random, calendar_month_days(birth->year, birth->month));
    const char *province = person->commune < 65 ? "030" : "031";
    if (random_permille(random, 80))
        province = foreign_provinces[random_below(random, 20)];
    unsigned century = (birth->year / 100 - 19) * 2 + (person->female ? 1 : 0);
    memcpy(person->cccd, province, 3);
    person->cccd[3] = (char)('0' + century);
    person->cccd[4] = (char)('0' + birth->year / 10 % 10);
    person->cccd[5] = (char)('0' + birth->year % 10);
    for (size_t at = 12; at > 6; at--) {
        person->cccd[at - 1] = (char)('0' + serial % 10);
        serial /= 10;
    }
    person->cccd[12] = '\0';
}

void civil_person(const struct world *world, uint64_t id, struct person *person)
{
    struct dirt dirt;
    bool dirty = dirt_find(world, DEPARTMENT_CIVIL, id, &dirt);
    person->twin = dirty && dirt.hit->twin;
    if (person->twin)
        id = plan_id(&world->people, plan_rank(&world->people, id) - 1);
    struct household home;
    struct random random;
    find_household(id, person);
    household_draw(world, person->household, &home);
    random_init(&random, world->seed, STREAM_PEOPLE, id);
    person->commune = home.commune;
    draw_role(&random, &home, person);
    draw_birth_and_cccd(&random, world->seed, id, person);
    bool undocumented = random_permille(&random, 250) && person->age_group == 5;
    person->has_cccd = dirty || !undocumented;
    if (dirty && dirt.hit->fits != NULL)
        names_draw_marked(&random, person->female, &person->name);
    else
        names_draw(&random, person->female, &person->name);
}

static const char *relation_of(const struct person *person)
{
    switch (person->member) {
    case 0:
        return "Chủ hộ";
    case 1:
        return person->female ? "Vợ" : "Chồng";
    case 4:
        return person->female ? "Mẹ" : "Cha";
    default:
        return "Con";
    }
}

/* Clean rows of the first load write the sex in other accepted ways now and then. */
static bool has_odd_sex(const struct world *world, uint64_t id)
{
    return random_mix(world->seed, id) % 50 == 0 && id <= world->people.count &&
           !plan_is_dirty(&world->people, id);
}

static void put_sex(struct cell *cell, bool odd, uint64_t id, bool female)
{
    static const char *const men[] = {"nam", "M", "1"};
    static const char *const women[] = {"nu", "F", "2"};
    if (odd)
        cell_put(cell, female ? women[id % 3] : men[id % 3]);
    else
        cell_put(cell, female ? "Nữ" : "Nam");
}

static void put_cmnd(struct cell *cell, const struct world *world, uint64_t id,
                     const struct person *person)
{
    cell_null(cell);
    if (person->birth.year >= 2002 || random_mix(id, world->seed) % 3 != 0)
        return;
    cell_set(cell, "03");
    cell_put_number(cell, (id * 6180339 + world->seed) % 10000000, 7);
}

static void put_contact(const struct world *world, uint64_t id, unsigned round,
                        const struct person *person, struct row *row)
{
    struct random random;
    random_init(&random, world->seed, STREAM_ADDRESSES, person->household);
    size_t place = person->commune + (round > 0 && id % 3 == 0 ? round % COMMUNE_COUNT : 0);
    const struct commune *commune = commune_at(place);
    cell_set(&row->cell[CIVIL_COMMUNE], commune->code);
    struct cell *address = &row->cell[CIVIL_ADDRESS];
    cell_clear(address);
    names_put_street(address, &random, commune->type == COMMUNE_PHUONG, round);
    cell_put(address, ", ");
    commune_put(address, commune);
    cell_put(address, ", thành phố Hải Phòng");
    random_init(&random, world->seed, STREAM_PHONES, id);
    struct cell *phone = &row->cell[CIVIL_PHONE];
    cell_null(phone);
    if (round > 0 || (person->age_group < 5 && id % 10 != 0))
        names_put_phone(phone, &random, round);
}

static void put_status(const struct world *world, uint64_t id, const struct person *person,
                       struct row *row)
{
    struct random random;
    random_init(&random, world->seed, STREAM_STATUSES, id);
    cell_set(&row->cell[CIVIL_ETHNIC], ethnic_codes[random_weighted(&random, ethnic_weights, 7)]);
    cell_set(&row->cell[CIVIL_RELIGION], religions[random_weighted(&random, religion_weights, 4)]);
    uint64_t fate = random_below(&random, 1000);
    const char *life = fate < 1 ? "3" : "2";
    cell_set(&row->cell[CIVIL_LIFE], fate < 40 && person->age_group < 3 ? life : "1");
}

static void fill(const struct world *world, uint64_t id, unsigned round, struct row *row)
{
    struct person person;
    civil_person(world, id, &person);
    cell_clear(&row->cell[CIVIL_ID]);
    cell_put_number(&row->cell[CIVIL_ID], id, 0);
    cell_null(&row->cell[CIVIL_CCCD]);
    if (person.has_cccd)
        cell_set(&row->cell[CIVIL_CCCD], person.cccd);
    put_cmnd(&row->cell[CIVIL_CMND], world, id, &person);
    cell_clear(&row->cell[CIVIL_NAME]);
    names_put(&row->cell[CIVIL_NAME], &person.name);
    cell_clear(&row->cell[CIVIL_BIRTH]);
    calendar_put_local(&row->cell[CIVIL_BIRTH], person.birth);
    cell_clear(&row->cell[CIVIL_SEX]);
    put_sex(&row->cell[CIVIL_SEX], has_odd_sex(world, id), id, person.female);
    put_contact(world, id, round, &person, row);
    cell_set(&row->cell[CIVIL_HOUSEHOLD], "HP");
    cell_put_number(&row->cell[CIVIL_HOUSEHOLD], person.household + 1, 8);
    cell_set(&row->cell[CIVIL_RELATION], relation_of(&person));
    put_status(world, id, &person, row);
    cell_clear(&row->cell[CIVIL_SAVED]);
    calendar_put_moment(&row->cell[CIVIL_SAVED], world_moment(world, id, round));
}

static bool plain(const struct world *world, uint64_t id)
{
    return !plan_is_dirty(&world->people, id) && !has_odd_sex(world, id);
}

static const struct plan *plan(const struct world *world)
{
    return &world->people;
}

const struct department department_civil = {
    .id = DEPARTMENT_CIVIL,
    .name = "civil",
    .table = "nhan_khau",
    .comment = "Nhân khẩu (cơ sở dữ liệu hộ tịch; dữ liệu giả lập)",
    .columns = columns,
    .column_count = CIVIL_COLUMNS,
    .key = CIVIL_ID,
    .updated = updated,
    .fill = fill,
    .plain = plain,
    .plan = plan,
};
