/*
 * What software does to Vietnamese text: legacy fonts, wrong code pages, decomposed letters,
 * tone placement, case.
 */
#include "garble.h"

#include "letters.h"

#include <string.h>

/* CP1252 from 0x80 to 0x9F; the five bytes without a character stay C1 controls. */
static const uint16_t cp1252_high[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
};

static void put_cp1252(struct cell *cell, unsigned char byte)
{
    cell_put_code_point(cell, byte >= 0x80 && byte < 0xA0 ? cp1252_high[byte - 0x80] : byte);
}

/* Rewrites the cell code point by code point. */
static void rewrite(struct cell *cell, void (*put)(struct cell *to, uint32_t code_point))
{
    struct cell from;
    memcpy(from.text, cell->text, cell->len);
    from.len = cell->len;
    cell_clear(cell);
    for (size_t at = 0; at < from.len;)
        put(cell, cell_code_point(&from, &at));
}

static void put_tcvn3(struct cell *to, uint32_t code_point)
{
    const struct letter *letter = letter_find(code_point);
    if (letter == NULL)
        cell_put_code_point(to, code_point);
    else
        put_cp1252(to, letter->tcvn3);
}

static void put_vni(struct cell *to, uint32_t code_point)
{
    const struct letter *letter = letter_find(code_point);
    if (letter == NULL) {
        cell_put_code_point(to, code_point);
        return;
    }
    put_cp1252(to, letter->vni[0]);
    if (letter->vni[1] != 0)
        put_cp1252(to, letter->vni[1]);
}

static void put_question(struct cell *to, uint32_t code_point)
{
    cell_put_code_point(to, code_point > 0xFF ? '?' : code_point);
}

static void put_mark(struct cell *to, uint32_t mark)
{
    if (mark != 0)
        cell_put_code_point(to, mark);
}

/* Marks below the letter come before those above in NFD: dot, then the rest; horn before both. */
static void put_nfd(struct cell *to, uint32_t code_point)
{
    const struct letter *letter = letter_find(code_point);
    if (letter == NULL || letter->shape == SHAPE_STROKE) {
        cell_put_code_point(to, code_point);
        return;
    }
    cell_put_code_point(to, (unsigned char)letter->base);
    bool dot_first = letter->tone == TONE_DOT && letter->shape != SHAPE_HORN;
    if (dot_first)
        put_mark(to, letter_tone_mark(TONE_DOT));
    put_mark(to, letter_shape_mark(letter->shape));
    if (!dot_first)
        put_mark(to, letter_tone_mark(letter->tone));
}

static void put_half(struct cell *to, uint32_t code_point)
{
    const struct letter *letter = letter_find(code_point);
    if (letter == NULL || letter->tone == TONE_NONE) {
        cell_put_code_point(to, code_point);
        return;
    }
    uint32_t shaped = letter_compose(letter->base, letter->shape, TONE_NONE);
    cell_put_code_point(to, shaped != 0 ? shaped : (unsigned char)letter->base);
    put_mark(to, letter_tone_mark(letter->tone));
}

static void put_order(struct cell *to, uint32_t code_point)
{
    const struct letter *letter = letter_find(code_point);
    if (letter == NULL || letter->shape == SHAPE_STROKE) {
        cell_put_code_point(to, code_point);
        return;
    }
    cell_put_code_point(to, (unsigned char)letter->base);
    put_mark(to, letter_tone_mark(letter->tone));
    put_mark(to, letter_shape_mark(letter->shape));
}

static void put_eth(struct cell *to, uint32_t code_point)
{
    if (code_point == 0x0110)
        code_point = 0x00D0;
    else if (code_point == 0x0111)
        code_point = 0x00F0;
    cell_put_code_point(to, code_point);
}

static void put_upper(struct cell *to, uint32_t code_point)
{
    cell_put_code_point(to, letter_upper(code_point));
}

static void put_lower(struct cell *to, uint32_t code_point)
{
    cell_put_code_point(to, letter_lower(code_point));
}

static void put_bare(struct cell *to, uint32_t code_point)
{
    const struct letter *letter = letter_find(code_point);
    cell_put_code_point(to, letter != NULL ? (unsigned char)letter->base : code_point);
}

void garble_tcvn3(struct cell *cell)
{
    rewrite(cell, put_tcvn3);
}

void garble_vni(struct cell *cell)
{
    rewrite(cell, put_vni);
}

void garble_question(struct cell *cell)
{
    rewrite(cell, put_question);
}

void garble_nfd(struct cell *cell)
{
    rewrite(cell, put_nfd);
}

void garble_half(struct cell *cell)
{
    rewrite(cell, put_half);
}

void garble_order(struct cell *cell)
{
    rewrite(cell, put_order);
}

void garble_eth(struct cell *cell)
{
    rewrite(cell, put_eth);
}

void garble_upper(struct cell *cell)
{
    rewrite(cell, put_upper);
}

void garble_lower(struct cell *cell)
{
    rewrite(cell, put_lower);
}

void garble_bare(struct cell *cell)
{
    rewrite(cell, put_bare);
}

void garble_double_utf8(struct cell *cell)
{
    struct cell from;
    memcpy(from.text, cell->text, cell->len);
    from.len = cell->len;
    cell_clear(cell);
    for (size_t at = 0; at < from.len; at++)
        put_cp1252(cell, (unsigned char)from.text[at]);
}

/* Old style oà, oé, uý: the toned first vowel and the plain second one that take the new style. */
struct tone_pair {
    const char *old_style;
    const char *new_style;
};

static const struct tone_pair tone_pairs[] = {
    {"òa", "oà"}, {"óa", "oá"}, {"ỏa", "oả"}, {"õa", "oã"}, {"ọa", "oạ"},
    {"òe", "oè"}, {"óe", "oé"}, {"ỏe", "oẻ"}, {"õe", "oẽ"}, {"ọe", "oẹ"},
    {"ùy", "uỳ"}, {"úy", "uý"}, {"ủy", "uỷ"}, {"ũy", "uỹ"}, {"ụy", "uỵ"},
};

#define TONE_PAIR_COUNT (sizeof(tone_pairs) / sizeof(tone_pairs[0]))

static bool ends_syllable(const struct cell *cell, size_t at)
{
    return at >= cell->len || cell->text[at] == ' ' || cell->text[at] == ',';
}

static const struct tone_pair *pair_at(const struct cell *cell, size_t at)
{
    for (size_t i = 0; i < TONE_PAIR_COUNT; i++) {
        size_t len = strlen(tone_pairs[i].old_style);
        if (at + len <= cell->len && memcmp(cell->text + at, tone_pairs[i].old_style, len) == 0 &&
            ends_syllable(cell, at + len))
            return &tone_pairs[i];
    }
    return NULL;
}

void garble_new_tone(struct cell *cell)
{
    struct cell from;
    memcpy(from.text, cell->text, cell->len);
    from.len = cell->len;
    cell_clear(cell);
    for (size_t at = 0; at < from.len;) {
        const struct tone_pair *pair = pair_at(&from, at);
        if (pair != NULL) {
            cell_put(cell, pair->new_style);
            at += strlen(pair->old_style);
        } else {
            cell_put_bytes(cell, from.text + at, 1);
            at++;
        }
    }
}

bool garble_fits_any(const struct cell *cell)
{
    for (size_t at = 0; at < cell->len; at++) {
        if ((unsigned char)cell->text[at] >= 0x80)
            return true;
    }
    return false;
}

bool garble_fits_question(const struct cell *cell)
{
    for (size_t at = 0; at < cell->len;) {
        if (cell_code_point(cell, &at) > 0xFF)
            return true;
    }
    return false;
}

bool garble_fits_eth(const struct cell *cell)
{
    return cell_has(cell, "Đ") || cell_has(cell, "đ");
}

bool garble_fits_new_tone(const struct cell *cell)
{
    for (size_t at = 0; at < cell->len; at++) {
        if (pair_at(cell, at) != NULL)
            return true;
    }
    return false;
}
