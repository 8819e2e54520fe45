/*
 * The business register: household businesses and enterprises with their tax codes, capital,
 * sector and owner.
 */
#include "business.h"

#include "owner.h"
#include "random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUSEHOLD_BUSINESS 0
#define BRANCH 4

static const char *const forms[] = {
    "Hộ kinh doanh",
    "Công ty TNHH một thành viên",
    "Công ty TNHH hai thành viên trở lên",
    "Công ty cổ phần",
    "Chi nhánh",
    "Doanh nghiệp tư nhân",
    "Hợp tác xã",
};
static const unsigned short form_weights[] = {600, 150, 120, 80, 30, 12, 8};

static const char *const name_heads[] = {
    "Hộ kinh doanh ",          "Công ty TNHH MTV ",     "Công ty TNHH ", "Công ty cổ phần ",
    "Chi nhánh Công ty TNHH ", "Doanh nghiệp tư nhân ", "Hợp tác xã ",
};

static const char *const trades[] = {
    "Thương mại", "Xây dựng", "Vận tải",       "Dịch vụ cảng",          "Sản xuất bao bì",
    "Cơ khí",     "Thủy sản", "Thiết bị điện", "Thương mại và Dịch vụ", "Nội thất",
};

static const char *const firm_words[] = {
    "Hải",  "Nam", "Thành", "Phát",  "Minh",  "Long", "Việt", "Hưng", "Đại",   "Tân",
    "Bình", "Phú", "An",    "Thịnh", "Hoàng", "Gia",  "Kim",  "Sơn",  "Quang", "Đông",
};

/* VSIC 2018, level 4. */
static const struct sector {
    const char *code;
    const char *name;
} sectors[] = {
    {"4711", "Bán lẻ lương thực, thực phẩm trong cửa hàng tổng hợp"},
    {"4719", "Bán lẻ khác trong các cửa hàng kinh doanh tổng hợp"},
    {"4722", "Bán lẻ thực phẩm trong các cửa hàng chuyên doanh"},
    {"4771", "Bán lẻ hàng may mặc, giày dép trong các cửa hàng chuyên doanh"},
    {"5610", "Nhà hàng và các dịch vụ ăn uống phục vụ lưu động"},
    {"5630", "Dịch vụ phục vụ đồ uống"},
    {"4933", "Vận tải hàng hóa bằng đường bộ"},
    {"5224", "Bốc xếp hàng hóa"},
    {"5510", "Dịch vụ lưu trú ngắn ngày"},
    {"4520", "Bảo dưỡng, sửa chữa ô tô và xe có động cơ khác"},
    {"4101", "Xây dựng nhà để ở"},
    {"2592", "Gia công cơ khí; xử lý và tráng phủ kim loại"},
    {"0111", "Trồng lúa"},
    {"0311", "Khai thác thủy sản biển"},
    {"6201", "Lập trình máy vi tính"},
};

static const char *const states[] = {
    "Đang hoạt động",
    "Tạm ngừng kinh doanh",
    "Không còn hoạt động kinh doanh tại địa chỉ đã đăng ký",
    "Đang làm thủ tục phá sản",
    "Đã giải thể, phá sản, chấm dứt tồn tại",
};
static const unsigned short state_weights[] = {860, 60, 40, 5, 35};

/* Letters that stood for a district in the number of a household business. */
static const char *const district_letters[] = {
    "A", "B", "C", "D", "Đ", "E", "G", "H", "I", "K", "L", "M", "N", "O", "P",
};

static const struct column columns[BUSINESS_COLUMNS] = {
    [BUSINESS_LICENCE] = {"so_gp", "varchar(20)", "Số giấy chứng nhận đăng ký"},
    [BUSINESS_TAX_CODE] = {"ma_so_thue", "varchar(20)",
                           "Mã số thuế: 10 số, 13 số của đơn vị phụ thuộc, hoặc số định danh"},
    [BUSINESS_NAME] = {"ten", "varchar(200)", "Tên doanh nghiệp hoặc hộ kinh doanh"},
    [BUSINESS_FORM] = {"loai_hinh", "varchar(60)", "Loại hình"},
    [BUSINESS_SECTOR] = {"nganh_nghe", "varchar(120)", "Ngành nghề chính, VSIC 2018 cấp 4"},
    [BUSINESS_CAPITAL] = {"von", "numeric(18,2)", "Vốn điều lệ, đồng"},
    [BUSINESS_CAPITAL_TEXT] = {"von_chu", "varchar(40)", "Vốn ghi bằng chữ hoặc số tự do"},
    [BUSINESS_ISSUED] = {"ngay_cap", "varchar(20)", "Ngày cấp, dd/MM/yyyy"},
    [BUSINESS_STATUS] = {"trang_thai", "varchar(60)", "Tình trạng hoạt động"},
    [BUSINESS_OWNER] = {"chu_so_huu", "varchar(120)", "Chủ sở hữu hoặc người đại diện"},
    [BUSINESS_OWNER_ID] = {"so_dinh_danh", "varchar(20)", "Số định danh của chủ sở hữu"},
    [BUSINESS_PHONE] = {"dien_thoai", "varchar(20)", "Số điện thoại"},
    [BUSINESS_ADDRESS] = {"dia_chi", "text", "Địa chỉ trụ sở"},
    [BUSINESS_COMMUNE] = {"ma_phuong", "varchar(10)", "Mã phường, xã, đặc khu"},
    [BUSINESS_LINKS] = {"lien_ket", "jsonb", "Thông tin kèm theo"},
    [BUSINESS_SAVED] = {"cap_nhat", "timestamptz NOT NULL", "Thời điểm cập nhật"},
};

static const unsigned char updated[] = {BUSINESS_STATUS, BUSINESS_PHONE, BUSINESS_ADDRESS,
                                        BUSINESS_SAVED, BUSINESS_COLUMNS};

/* The check digit of a tax code's nine digits; 10 if these nine are never issued. */
static unsigned check_digit(const char *digits)
{
    static const unsigned char weights[] = {31, 29, 23, 19, 17, 13, 7, 5, 3};
    unsigned sum = 0;
    for (size_t i = 0; i < 9; i++)
        sum += (unsigned)(digits[i] - '0') * weights[i];
    return 10 - sum % 11;
}

/*
 * Two neighbouring numbers are never both unissuable, so each id owns a pair of them and takes
 * the first that has a check digit.
 */
void business_put_tax_code(struct cell *cell, uint64_t id)
{
    uint64_t serial = ((id * 3090169) % 4999999 + 1) * 2 % 10000000;
    struct cell digits;
    cell_set(&digits, "02");
    cell_put_number(&digits, serial, 7);
    if (check_digit(digits.text) == 10)
        digits.text[8]++;
    cell_put_cell(cell, &digits);
    cell_put_number(cell, check_digit(digits.text), 1);
}

void business_put_firm(struct cell *cell, uint64_t id)
{
    uint64_t mix = random_mix(id, 77);
    cell_put(cell, trades[mix % COUNT(trades)]);
    cell_put(cell, " ");
    cell_put(cell, firm_words[mix / 16 % COUNT(firm_words)]);
    cell_put(cell, " ");
    cell_put(cell, firm_words[mix / 4096 % COUNT(firm_words)]);
}

const char *business_sector_code(uint64_t turn)
{
    return sectors[turn % COUNT(sectors)].code;
}

const char *business_sector_name(uint64_t turn)
{
    return sectors[turn % COUNT(sectors)].name;
}

static void put_licence(struct cell *cell, uint64_t id, size_t form)
{
    cell_clear(cell);
    if (form == HOUSEHOLD_BUSINESS) {
        cell_put(cell, "02");
        cell_put(cell, district_letters[id % COUNT(district_letters)]);
        cell_put(cell, "8");
        cell_put_number(cell, id / COUNT(district_letters) + 1, 6);
    } else {
        cell_put(cell, "DN-");
        cell_put_number(cell, id, 7);
    }
}

static void put_tax_code(struct cell *cell, uint64_t id, size_t form, const struct person *owner)
{
    cell_null(cell);
    if (form != HOUSEHOLD_BUSINESS) {
        business_put_tax_code(cell, id);
        if (form == BRANCH)
            cell_put(cell, "-001");
    } else if (id % 10 < 7 && !owner->twin) {
        cell_set(cell, owner->cccd);
    }
}

/* Amounts are whole millions, so that each way of writing them is exact. */
static void put_capital_text(struct cell *cell, uint64_t millions, uint64_t way)
{
    cell_clear(cell);
    if (way == 0 && millions < 1000) {
        cell_put_number(cell, millions, 0);
        cell_put(cell, "tr");
    } else if (way == 1 && millions % 100 == 0) {
        cell_put_number(cell, millions / 1000, 0);
        if (millions % 1000 != 0) {
            cell_put(cell, ",");
            cell_put_number(cell, millions % 1000 / 100, 0);
        }
        cell_put(cell, " tỷ");
    } else {
        if (millions >= 1000) {
            cell_put_number(cell, millions / 1000, 0);
            cell_put(cell, ".");
        }
        cell_put_number(cell, millions % 1000, millions >= 1000 ? 3 : 0);
        cell_put(cell, ".000.000");
    }
}

static void put_capital(struct random *random, size_t form, struct row *row)
{
    bool small = form == HOUSEHOLD_BUSINESS;
    uint64_t millions =
        small ? (1 + random_below(random, 20)) * 50 : (1 + random_below(random, 200)) * 500;
    cell_null(&row->cell[BUSINESS_CAPITAL]);
    cell_null(&row->cell[BUSINESS_CAPITAL_TEXT]);
    uint64_t way = random_below(random, 4);
    if (!small) {
        cell_clear(&row->cell[BUSINESS_CAPITAL]);
        cell_put_number(&row->cell[BUSINESS_CAPITAL], millions * 1000000, 0);
        cell_put(&row->cell[BUSINESS_CAPITAL], ".00");
    }
    if (small || way == 3)
        put_capital_text(&row->cell[BUSINESS_CAPITAL_TEXT], millions, way);
}

static void put_links(struct random *random, struct cell *cell)
{
    cell_null(cell);
    if (random_permille(random, 500))
        return;
    cell_set(cell, "{\"so_lao_dong\": ");
    cell_put_number(cell, 1 + random_below(random, 60), 0);
    cell_put(cell, ", \"nganh_phu\": [\"");
    cell_put(cell, business_sector_code(random_below(random, 100)));
    cell_put(cell, "\"]}");
}

static void put_contact(const struct world *world, uint64_t id, unsigned round,
                        const struct person *owner, struct row *row)
{
    struct random random;
    random_init(&random, world->seed, STREAM_CONTACTS, id);
    size_t state = random_weighted(&random, state_weights, COUNT(state_weights));
    cell_set(&row->cell[BUSINESS_STATUS], states[(state + round) % COUNT(states)]);
    const struct commune *commune = commune_at(owner->commune);
    cell_clear(&row->cell[BUSINESS_ADDRESS]);
    names_put_street(&row->cell[BUSINESS_ADDRESS], &random, commune->type == COMMUNE_PHUONG, round);
    cell_put(&row->cell[BUSINESS_ADDRESS], ", ");
    commune_put(&row->cell[BUSINESS_ADDRESS], commune);
    cell_put(&row->cell[BUSINESS_ADDRESS], ", thành phố Hải Phòng");
    cell_set(&row->cell[BUSINESS_COMMUNE], commune->code);
    cell_null(&row->cell[BUSINESS_PHONE]);
    if (round > 0 || id % 20 != 0)
        names_put_phone(&row->cell[BUSINESS_PHONE], &random, round);
}

static void put_owner(const struct world *world, uint64_t id, size_t form, struct row *row,
                      struct person *owner)
{
    owner_find(world, DEPARTMENT_BUSINESS, id, 0, owner);
    cell_clear(&row->cell[BUSINESS_OWNER]);
    names_put(&row->cell[BUSINESS_OWNER], &owner->name);
    cell_null(&row->cell[BUSINESS_OWNER_ID]);
    if (id % 20 != 7)
        cell_set(&row->cell[BUSINESS_OWNER_ID], owner->cccd);
    cell_set(&row->cell[BUSINESS_NAME], name_heads[form]);
    if (form == HOUSEHOLD_BUSINESS)
        names_put(&row->cell[BUSINESS_NAME], &owner->name);
    else
        business_put_firm(&row->cell[BUSINESS_NAME], id);
}

static void fill(const struct world *world, uint64_t id, unsigned round, struct row *row)
{
    struct random random;
    struct person owner;
    random_init(&random, world->seed, STREAM_LICENCES, id);
    size_t form = random_weighted(&random, form_weights, COUNT(form_weights));
    put_owner(world, id, form, row, &owner);
    put_licence(&row->cell[BUSINESS_LICENCE], id, form);
    put_tax_code(&row->cell[BUSINESS_TAX_CODE], id, form, &owner);
    cell_set(&row->cell[BUSINESS_FORM], forms[form]);
    cell_set(&row->cell[BUSINESS_SECTOR], business_sector_code(random_below(&random, 1000)));
    put_capital(&random, form, row);
    int64_t first = calendar_days((struct date){2005, 1, 4});
    int64_t issued = first + (int64_t)random_below(&random, 7700);
    cell_clear(&row->cell[BUSINESS_ISSUED]);
    calendar_put_local(&row->cell[BUSINESS_ISSUED], calendar_date(issued));
    put_links(&random, &row->cell[BUSINESS_LINKS]);
    put_contact(world, id, round, &owner, row);
    cell_clear(&row->cell[BUSINESS_SAVED]);
    calendar_put_moment(&row->cell[BUSINESS_SAVED], world_moment(world, id, round));
    cell_put(&row->cell[BUSINESS_SAVED], "+07");
}

static bool plain(const struct world *world, uint64_t id)
{
    return !plan_is_dirty(&world->licences, id);
}

static const struct plan *plan(const struct world *world)
{
    return &world->licences;
}

const struct department department_business = {
    .id = DEPARTMENT_BUSINESS,
    .name = "business",
    .table = "giay_phep",
    .comment = "Giấy phép kinh doanh (đăng ký kinh doanh; dữ liệu giả lập)",
    .columns = columns,
    .column_count = BUSINESS_COLUMNS,
    .key = BUSINESS_LICENCE,
    .updated = updated,
    .fill = fill,
    .plain = plain,
    .plan = plan,
};
