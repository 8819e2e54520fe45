/*
 * The land office: parcels of the cadastral map with use, area, holder and certificate.
 */
#include "land.h"

#include "business.h"
#include "owner.h"
#include "random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PARCELS_A_SHEET 60
#define FIRST_SHEET 101

static const char *const other_uses[] = {"CLN", "LUC", "NTS", "HNK", "TMD", "SKC"};

/* The letters that begin a certificate's serial. */
static const char serial_letters[] = "ABCDEGHKLMNPQRSTUVXY";

static const struct column columns[LAND_COLUMNS] = {
    [LAND_ID] = {"thua_id", "integer", "Số nội bộ của thửa"},
    [LAND_COMMUNE] = {"ma_xa", "integer", "Mã phường, xã, đặc khu"},
    [LAND_SHEET] = {"so_to", "varchar(10)", "Số hiệu tờ bản đồ"},
    [LAND_PARCEL] = {"so_thua", "char(10)", "Số thứ tự thửa"},
    [LAND_AREA] = {"dien_tich", "varchar(20)", "Diện tích, m²"},
    [LAND_USE] = {"muc_dich", "varchar(60)", "Mục đích sử dụng, có thể kèm diện tích từng loại"},
    [LAND_ADDRESS] = {"dia_chi", "text", "Địa chỉ thửa đất"},
    [LAND_OWNER] = {"ten_chu", "varchar(200)", "Tên chủ sử dụng"},
    [LAND_OWNER_ID] = {"so_giay_to", "varchar(20)", "Số định danh hoặc mã số thuế của chủ"},
    [LAND_SERIAL] = {"so_phat_hanh", "varchar(15)", "Số phát hành giấy chứng nhận"},
    [LAND_ISSUED] = {"ngay_cap", "date", "Ngày cấp giấy chứng nhận"},
    [LAND_ORIGIN] = {"nguon_goc", "smallint", "Nguồn gốc sử dụng, mã 1 đến 16"},
    [LAND_SAVED] = {"cap_nhat", "timestamptz NOT NULL", "Thời điểm cập nhật"},
};

static const unsigned char updated[] = {LAND_AREA,     LAND_USE,    LAND_OWNER,
                                        LAND_OWNER_ID, LAND_SERIAL, LAND_ISSUED,
                                        LAND_ORIGIN,   LAND_SAVED,  LAND_COLUMNS};

void land_put_area(struct cell *cell, uint64_t tenths)
{
    uint64_t whole = tenths / 10;
    if (whole >= 1000) {
        cell_put_number(cell, whole / 1000, 0);
        cell_put(cell, ".");
        cell_put_number(cell, whole % 1000, 3);
    } else {
        cell_put_number(cell, whole, 0);
    }
    if (tenths % 10 != 0) {
        cell_put(cell, ",");
        cell_put_number(cell, tenths % 10, 1);
    }
}

size_t land_commune(uint64_t id)
{
    return (size_t)(id * 37 % COMMUNE_COUNT);
}

/* Parcels of a commune are numbered through its sheets; sheets below 101 belong to old maps. */
static void put_parcel_key(struct row *row, uint64_t id)
{
    uint64_t order = (id - 1) / COMMUNE_COUNT;
    cell_set(&row->cell[LAND_COMMUNE], commune_at(land_commune(id))->code);
    cell_clear(&row->cell[LAND_SHEET]);
    cell_put_number(&row->cell[LAND_SHEET], FIRST_SHEET + order / PARCELS_A_SHEET, 0);
    cell_clear(&row->cell[LAND_PARCEL]);
    cell_put_number(&row->cell[LAND_PARCEL], 1 + order % PARCELS_A_SHEET, 0);
}

static void put_area_and_use(struct random *random, unsigned round, bool urban, struct row *row)
{
    uint64_t area = 300 + random_below(random, 4700) + (uint64_t)round * 7;
    if (random_permille(random, 150))
        area += 10000 + random_below(random, 90000);
    const char *home = urban ? "ODT" : "ONT";
    uint64_t shape = random_below(random, 10);
    cell_clear(&row->cell[LAND_AREA]);
    land_put_area(&row->cell[LAND_AREA], area);
    struct cell *use = &row->cell[LAND_USE];
    if (shape < 6) {
        cell_set(use, home);
    } else if (shape < 8) {
        cell_set(use, other_uses[random_below(random, COUNT(other_uses))]);
    } else {
        cell_set(use, home);
        cell_put(use, ": ");
        land_put_area(use, area / 20 * 10);
        cell_put(use, "; CLN: ");
        land_put_area(use, area - area / 20 * 10);
    }
}

static bool is_held_by_firm(const struct world *world, uint64_t id)
{
    return id <= world->parcels.count && !plan_is_dirty(&world->parcels, id) &&
           random_mix(id, world->seed) % 12 == 0;
}

static void put_holder(const struct world *world, uint64_t id, unsigned round, struct row *row)
{
    cell_clear(&row->cell[LAND_OWNER]);
    if (is_held_by_firm(world, id) && round == 0) {
        uint64_t firm = 1 + random_mix(id, 5) % world->licences.count;
        cell_put(&row->cell[LAND_OWNER], "Công ty TNHH ");
        business_put_firm(&row->cell[LAND_OWNER], firm);
        cell_clear(&row->cell[LAND_OWNER_ID]);
        business_put_tax_code(&row->cell[LAND_OWNER_ID], firm);
        return;
    }
    struct person owner;
    owner_find(world, DEPARTMENT_LAND, id, round, &owner);
    names_put(&row->cell[LAND_OWNER], &owner.name);
    cell_set(&row->cell[LAND_OWNER_ID], owner.cccd);
}

static void put_certificate(struct random *random, uint64_t id, unsigned round, struct row *row)
{
    uint64_t serial = (id * 900 + round) % 400000000;
    int64_t first = calendar_days((struct date){1999, 3, 1});
    int64_t issued = first + (int64_t)random_below(random, 9700);
    struct cell *cell = &row->cell[LAND_SERIAL];
    cell_null(cell);
    cell_null(&row->cell[LAND_ISSUED]);
    cell_null(&row->cell[LAND_ORIGIN]);
    if (random_permille(random, 100) && round == 0)
        return;
    uint64_t pair = serial / 1000000;
    cell_clear(cell);
    cell_put_bytes(cell, &serial_letters[pair / 20 % 20], 1);
    cell_put_bytes(cell, &serial_letters[pair % 20], 1);
    cell_put(cell, " ");
    cell_put_number(cell, serial % 1000000, 6);
    if (round > 0)
        issued = calendar_days((struct date){2026, 10, 1}) + round - 1;
    cell_clear(&row->cell[LAND_ISSUED]);
    calendar_put_iso(&row->cell[LAND_ISSUED], calendar_date(issued));
    cell_clear(&row->cell[LAND_ORIGIN]);
    cell_put_number(&row->cell[LAND_ORIGIN], 1 + random_below(random, 16), 0);
}

static void fill(const struct world *world, uint64_t id, unsigned round, struct row *row)
{
    struct random random;
    random_init(&random, world->seed, STREAM_PARCELS, id);
    const struct commune *commune = commune_at(land_commune(id));
    bool urban = commune->type == COMMUNE_PHUONG;
    cell_clear(&row->cell[LAND_ID]);
    cell_put_number(&row->cell[LAND_ID], id, 0);
    put_parcel_key(row, id);
    put_area_and_use(&random, round, urban, row);
    struct cell *address = &row->cell[LAND_ADDRESS];
    cell_clear(address);
    names_put_street(address, &random, urban, 0);
    cell_put(address, ", ");
    commune_put(address, commune);
    cell_put(address, ", thành phố Hải Phòng");
    put_certificate(&random, id, round, row);
    put_holder(world, id, round, row);
    cell_clear(&row->cell[LAND_SAVED]);
    calendar_put_moment(&row->cell[LAND_SAVED], world_moment(world, id, round));
    cell_put(&row->cell[LAND_SAVED], "+07");
}

static bool plain(const struct world *world, uint64_t id)
{
    return !plan_is_dirty(&world->parcels, id) && !is_held_by_firm(world, id);
}

static const struct plan *plan(const struct world *world)
{
    return &world->parcels;
}

const struct department department_land = {
    .id = DEPARTMENT_LAND,
    .name = "land",
    .table = "thua_dat",
    .comment = "Thửa đất (cơ sở dữ liệu địa chính; dữ liệu giả lập)",
    .columns = columns,
    .column_count = LAND_COLUMNS,
    .key = LAND_ID,
    .updated = updated,
    .fill = fill,
    .plain = plain,
    .plan = plan,
};
