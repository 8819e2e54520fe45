/*
 * Invented names, streets and telephone numbers. Surnames follow their rough frequency in Hải
 * Phòng; every combination is random.
 */
#include "names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const surnames[] = {
    "Nguyễn", "Trần",  "Lê",    "Phạm", "Hoàng", "Vũ",    "Phan",  "Đặng", "Bùi",
    "Đỗ",     "Ngô",   "Đào",   "Đinh", "Đoàn",  "Lương", "Trịnh", "Mai",  "Cao",
    "Hà",     "Dương", "Vương", "Tạ",   "Lưu",   "Quách", "Khúc",  "Bạch", "Tô",
};

static const unsigned short surname_weights[COUNT(surnames)] = {
    380, 110, 85, 80, 45, 50, 20, 25, 30, 35, 20, 20, 15, 12,
    12,  10,  10, 8,  8,  8,  4,  3,  3,  2,  2,  2,  1,
};

static const char *const male_middles[] = {
    "Văn", "Đức", "Quang", "Minh", "Hữu", "Xuân", "Thành", "Ngọc", "Đình", "Bá", "Công", "Tiến",
};

static const char *const female_middles[] = {
    "Thị",  "Thị", "Thị",    "Thị Ngọc", "Thị Thu", "Thị Minh",
    "Ngọc", "Thu", "Phương", "Khánh",    "Thanh",   "Thùy",
};

static const char *const male_givens[] = {
    "An",   "Anh", "Bình",  "Cường", "Dũng", "Duy",   "Đạt",  "Hải",   "Hiếu",  "Hòa",
    "Hùng", "Huy", "Khánh", "Kiên",  "Long", "Mạnh",  "Nam",  "Nghĩa", "Phong", "Phúc",
    "Quân", "Sơn", "Thắng", "Thụy",  "Toàn", "Trung", "Tuấn", "Tùng",  "Việt",  "Vinh",
};

static const char *const female_givens[] = {
    "Anh",   "Chi",   "Dung",   "Giang", "Hà",   "Hằng", "Hạnh", "Hiền",  "Hoa", "Hồng",
    "Hương", "Huyền", "Lan",    "Liên",  "Linh", "Loan", "Mai",  "Minh",  "Nga", "Ngân",
    "Nhung", "Oanh",  "Phượng", "Quỳnh", "Thảo", "Thúy", "Thủy", "Trang", "Vân", "Yến",
};

static const char *const marked_surnames[] = {"Đặng", "Đỗ", "Đào", "Đinh", "Đoàn"};
static const char *const marked_male[] = {"Hòa", "Thụy", "Hóa"};
static const char *const marked_female[] = {"Thủy", "Thúy", "Thùy", "Hòa"};

static const char *const phone_prefixes[] = {
    "032", "033", "034", "035", "036", "037", "038", "039", "070", "076",
    "077", "078", "079", "081", "082", "083", "084", "085", "086", "088",
    "089", "090", "091", "093", "094", "096", "097", "098",
};

static const char *const streets[] = {
    "đường Lạch Tray",     "đường Tô Hiệu",      "đường Trần Nguyên Hãn",
    "phố Cát Dài",         "phố Hai Bà Trưng",   "đường Nguyễn Văn Linh",
    "đường Lê Hồng Phong", "đường Trường Chinh", "phố Cầu Đất",
    "đường Văn Cao",       "đường Ngô Gia Tự",   "phố Lương Khánh Thiện",
    "đường Phạm Văn Đồng", "đường Bạch Đằng",    "đường Máng Nước",
};

static const char *const hamlets[] = {
    "thôn 1",      "thôn 2",         "thôn 3",          "thôn Đông",    "thôn Đoài",
    "thôn Trung",  "thôn Kim Sơn",   "thôn Lương Xá",   "thôn Xuân Úc", "thôn Phú Xuân",
    "thôn An Hòa", "thôn Minh Khai", "thôn Tiền Phong",
};

const char *names_surname(struct random *random)
{
    return surnames[random_weighted(random, surname_weights, COUNT(surnames))];
}

void names_draw(struct random *random, bool female, struct name *name)
{
    if (female) {
        name->middle = female_middles[random_below(random, COUNT(female_middles))];
        name->given = female_givens[random_below(random, COUNT(female_givens))];
    } else {
        name->middle = male_middles[random_below(random, COUNT(male_middles))];
        name->given = male_givens[random_below(random, COUNT(male_givens))];
    }
}

void names_draw_marked(struct random *random, bool female, struct name *name)
{
    names_draw(random, female, name);
    name->surname = marked_surnames[random_below(random, COUNT(marked_surnames))];
    if (female)
        name->given = marked_female[random_below(random, COUNT(marked_female))];
    else
        name->given = marked_male[random_below(random, COUNT(marked_male))];
}

void names_put(struct cell *cell, const struct name *name)
{
    cell_put(cell, name->surname);
    cell_put(cell, " ");
    if (name->middle[0] != '\0') {
        cell_put(cell, name->middle);
        cell_put(cell, " ");
    }
    cell_put(cell, name->given);
}

void names_put_phone(struct cell *cell, struct random *random, uint64_t turn)
{
    uint64_t serial = random_below(random, 10000000);
    cell_put(cell, phone_prefixes[random_below(random, COUNT(phone_prefixes))]);
    cell_put_number(cell, (serial + turn * 7919) % 10000000, 7);
}

void names_put_street(struct cell *cell, struct random *random, bool urban, uint64_t turn)
{
    uint64_t house = random_below(random, 997);
    uint64_t way = random_next(random);
    cell_put(cell, "Số ");
    cell_put_number(cell, 1 + (house + turn * 13) % 997, 0);
    if (urban) {
        cell_put(cell, " ");
        cell_put(cell, streets[way % COUNT(streets)]);
    } else {
        cell_put(cell, ", ");
        cell_put(cell, hamlets[way % COUNT(hamlets)]);
    }
}
