/*
 * Administrative units: the 114 communes of Hải Phòng in force since 2025-07-01, some of the
 * units they replaced, and former names that several districts shared. A table, hence long.
 */
#include "communes.h"

static const struct commune communes[COMMUNE_COUNT] = {
    {"10507", "Thành Đông", COMMUNE_PHUONG},
    {"10525", "Hải Dương", COMMUNE_PHUONG},
    {"10532", "Lê Thanh Nghị", COMMUNE_PHUONG},
    {"10537", "Tân Hưng", COMMUNE_PHUONG},
    {"10543", "Việt Hòa", COMMUNE_PHUONG},
    {"10546", "Chí Linh", COMMUNE_PHUONG},
    {"10549", "Chu Văn An", COMMUNE_PHUONG},
    {"10552", "Nguyễn Trãi", COMMUNE_PHUONG},
    {"10570", "Trần Hưng Đạo", COMMUNE_PHUONG},
    {"10573", "Trần Nhân Tông", COMMUNE_PHUONG},
    {"10603", "Lê Đại Hành", COMMUNE_PHUONG},
    {"10606", "Nam Sách", COMMUNE_XA},
    {"10615", "Hợp Tiến", COMMUNE_XA},
    {"10633", "Trần Phú", COMMUNE_XA},
    {"10642", "Thái Tân", COMMUNE_XA},
    {"10645", "An Phú", COMMUNE_XA},
    {"10660", "Ái Quốc", COMMUNE_PHUONG},
    {"10675", "Kinh Môn", COMMUNE_PHUONG},
    {"10678", "Bắc An Phụ", COMMUNE_PHUONG},
    {"10705", "Nam An Phụ", COMMUNE_XA},
    {"10714", "Nhị Chiểu", COMMUNE_PHUONG},
    {"10726", "Phạm Sư Mạnh", COMMUNE_PHUONG},
    {"10729", "Trần Liễu", COMMUNE_PHUONG},
    {"10744", "Nguyễn Đại Năng", COMMUNE_PHUONG},
    {"10750", "Phú Thái", COMMUNE_XA},
    {"10756", "Lai Khê", COMMUNE_XA},
    {"10792", "An Thành", COMMUNE_XA},
    {"10804", "Kim Thành", COMMUNE_XA},
    {"10813", "Thanh Hà", COMMUNE_XA},
    {"10816", "Hà Bắc", COMMUNE_XA},
    {"10837", "Nam Đồng", COMMUNE_PHUONG},
    {"10843", "Hà Nam", COMMUNE_XA},
    {"10846", "Hà Tây", COMMUNE_XA},
    {"10882", "Hà Đông", COMMUNE_XA},
    {"10888", "Cẩm Giang", COMMUNE_XA},
    {"10891", "Tứ Minh", COMMUNE_PHUONG},
    {"10903", "Cẩm Giàng", COMMUNE_XA},
    {"10909", "Tuệ Tĩnh", COMMUNE_XA},
    {"10930", "Mao Điền", COMMUNE_XA},
    {"10945", "Kẻ Sặt", COMMUNE_XA},
    {"10966", "Bình Giang", COMMUNE_XA},
    {"10972", "Đường An", COMMUNE_XA},
    {"10993", "Thượng Hồng", COMMUNE_XA},
    {"10999", "Gia Lộc", COMMUNE_XA},
    {"11002", "Thạch Khôi", COMMUNE_PHUONG},
    {"11020", "Yết Kiêu", COMMUNE_XA},
    {"11050", "Gia Phúc", COMMUNE_XA},
    {"11065", "Trường Tân", COMMUNE_XA},
    {"11074", "Tứ Kỳ", COMMUNE_XA},
    {"11086", "Đại Sơn", COMMUNE_XA},
    {"11113", "Tân Kỳ", COMMUNE_XA},
    {"11131", "Chí Minh", COMMUNE_XA},
    {"11140", "Lạc Phượng", COMMUNE_XA},
    {"11146", "Nguyên Giáp", COMMUNE_XA},
    {"11164", "Vĩnh Lại", COMMUNE_XA},
    {"11167", "Tân An", COMMUNE_XA},
    {"11203", "Ninh Giang", COMMUNE_XA},
    {"11218", "Hồng Châu", COMMUNE_XA},
    {"11224", "Khúc Thừa Dụ", COMMUNE_XA},
    {"11239", "Thanh Miện", COMMUNE_XA},
    {"11242", "Nguyễn Lương Bằng", COMMUNE_XA},
    {"11254", "Bắc Thanh Miện", COMMUNE_XA},
    {"11257", "Hải Hưng", COMMUNE_XA},
    {"11284", "Nam Thanh Miện", COMMUNE_XA},
    {"11311", "Hồng Bàng", COMMUNE_PHUONG},
    {"11329", "Ngô Quyền", COMMUNE_PHUONG},
    {"11359", "Gia Viên", COMMUNE_PHUONG},
    {"11383", "Lê Chân", COMMUNE_PHUONG},
    {"11407", "An Biên", COMMUNE_PHUONG},
    {"11411", "Đông Hải", COMMUNE_PHUONG},
    {"11413", "Hải An", COMMUNE_PHUONG},
    {"11443", "Kiến An", COMMUNE_PHUONG},
    {"11446", "Phù Liễn", COMMUNE_PHUONG},
    {"11455", "Đồ Sơn", COMMUNE_PHUONG},
    {"11473", "Bạch Đằng", COMMUNE_PHUONG},
    {"11488", "Lưu Kiếm", COMMUNE_PHUONG},
    {"11503", "Việt Khê", COMMUNE_XA},
    {"11506", "Lê Ích Mộc", COMMUNE_PHUONG},
    {"11533", "Hòa Bình", COMMUNE_PHUONG},
    {"11542", "Nam Triệu", COMMUNE_PHUONG},
    {"11557", "Thiên Hương", COMMUNE_PHUONG},
    {"11560", "Thủy Nguyên", COMMUNE_PHUONG},
    {"11581", "An Dương", COMMUNE_PHUONG},
    {"11593", "An Phong", COMMUNE_PHUONG},
    {"11602", "Hồng An", COMMUNE_PHUONG},
    {"11617", "An Hải", COMMUNE_PHUONG},
    {"11629", "An Lão", COMMUNE_XA},
    {"11635", "An Trường", COMMUNE_XA},
    {"11647", "An Quang", COMMUNE_XA},
    {"11668", "An Khánh", COMMUNE_XA},
    {"11674", "An Hưng", COMMUNE_XA},
    {"11680", "Kiến Thụy", COMMUNE_XA},
    {"11689", "Hưng Đạo", COMMUNE_PHUONG},
    {"11692", "Dương Kinh", COMMUNE_PHUONG},
    {"11713", "Nghi Dương", COMMUNE_XA},
    {"11725", "Kiến Minh", COMMUNE_XA},
    {"11728", "Kiến Hưng", COMMUNE_XA},
    {"11737", "Nam Đồ Sơn", COMMUNE_PHUONG},
    {"11749", "Kiến Hải", COMMUNE_XA},
    {"11755", "Tiên Lãng", COMMUNE_XA},
    {"11761", "Quyết Thắng", COMMUNE_XA},
    {"11779", "Tân Minh", COMMUNE_XA},
    {"11791", "Tiên Minh", COMMUNE_XA},
    {"11806", "Chấn Hưng", COMMUNE_XA},
    {"11809", "Hùng Thắng", COMMUNE_XA},
    {"11824", "Vĩnh Bảo", COMMUNE_XA},
    {"11836", "Vĩnh Thịnh", COMMUNE_XA},
    {"11842", "Vĩnh Thuận", COMMUNE_XA},
    {"11848", "Vĩnh Hòa", COMMUNE_XA},
    {"11875", "Vĩnh Hải", COMMUNE_XA},
    {"11887", "Vĩnh Am", COMMUNE_XA},
    {"11911", "Nguyễn Bỉnh Khiêm", COMMUNE_XA},
    {"11914", "Cát Hải", COMMUNE_DAC_KHU},
    {"11948", "Bạch Long Vĩ", COMMUNE_DAC_KHU},
};

static const struct old_unit old_units[] = {
    {"phường Hàng Kênh", "quận Lê Chân", "11383", false},
    {"phường Dư Hàng Kênh", "quận Lê Chân", "11383", false},
    {"phường Kênh Dương", "quận Lê Chân", "11383", false},
    {"phường Nam Sơn", "quận An Dương", "11581", false},
    {"phường Phả Lại", "TP Chí Linh", "10546", false},
    {"phường Sao Đỏ", "TP Chí Linh", "10549", false},
    {"phường Cẩm Thượng", "TP Hải Dương", "10507", false},
    {"phường Bình Hàn", "TP Hải Dương", "10507", false},
    {"phường Minh Đức", "TP Thủy Nguyên", "11473", false},
    {"xã Liên Xuân", "TP Thủy Nguyên", "11488", true},
    {"phường Vĩnh Niệm", "quận Lê Chân", "11383", true},
    {"phường Trần Nguyên Hãn", "quận Lê Chân", "11407", true},
    {"phường Lê Lợi", "quận An Dương", "11593", true},
    {"phường Đồng Thái", "quận An Dương", "11617", true},
    {"phường Trần Phú", "TP Hải Dương", "10532", true},
};

static const char *const homonyms[] = {
    "xã Tân Phong", "xã Quốc Tuấn", "xã Minh Tân", "xã Ngũ Phúc",    "xã Hồng Phong",
    "xã Nam Hưng",  "xã Đại Hợp",   "xã Tân Trào", "xã Quang Trung", "xã Thanh Sơn",
};

static const char *const type_words[] = {
    [COMMUNE_PHUONG] = "phường ",
    [COMMUNE_XA] = "xã ",
    [COMMUNE_DAC_KHU] = "đặc khu ",
};

const struct commune *commune_at(size_t index)
{
    return &communes[index % COMMUNE_COUNT];
}

const struct old_unit *old_unit_at(size_t index)
{
    return &old_units[index % (sizeof(old_units) / sizeof(old_units[0]))];
}

const char *homonym_at(size_t index)
{
    return homonyms[index % (sizeof(homonyms) / sizeof(homonyms[0]))];
}

void commune_put(struct cell *cell, const struct commune *commune)
{
    cell_put(cell, type_words[commune->type]);
    cell_put(cell, commune->name);
}
