/*
 * One value of a row while it is being made: a small text buffer and what can be appended to it.
 */
#include "cell.h"

#include <string.h>

void cell_null(struct cell *cell)
{
    cell->null = true;
    cell->len = 0;
}

void cell_clear(struct cell *cell)
{
    cell->null = false;
    cell->len = 0;
}

void cell_put_bytes(struct cell *cell, const char *bytes, size_t len)
{
    size_t room = CELL_BYTES - cell->len;
    size_t taken = len < room ? len : room;
    memcpy(cell->text + cell->len, bytes, taken);
    cell->len += taken;
    cell->null = false;
}

void cell_put(struct cell *cell, const char *text)
{
    cell_put_bytes(cell, text, strlen(text));
}

void cell_put_number(struct cell *cell, uint64_t value, unsigned width)
{
    char digits[24];
    size_t at = sizeof(digits);
    while (value != 0 || at == sizeof(digits)) {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    }
    while (sizeof(digits) - at < width && at > 0)
        digits[--at] = '0';
    cell_put_bytes(cell, digits + at, sizeof(digits) - at);
}

void cell_put_code_point(struct cell *cell, uint32_t code_point)
{
    char bytes[3];
    if (code_point < 0x80) {
        bytes[0] = (char)code_point;
        cell_put_bytes(cell, bytes, 1);
    } else if (code_point < 0x800) {
        bytes[0] = (char)(0xC0 | (code_point >> 6));
        bytes[1] = (char)(0x80 | (code_point & 0x3F));
        cell_put_bytes(cell, bytes, 2);
    } else {
        bytes[0] = (char)(0xE0 | ((code_point >> 12) & 0x0F));
        bytes[1] = (char)(0x80 | ((code_point >> 6) & 0x3F));
        bytes[2] = (char)(0x80 | (code_point & 0x3F));
        cell_put_bytes(cell, bytes, 3);
    }
}

void cell_put_cell(struct cell *cell, const struct cell *from)
{
    cell_put_bytes(cell, from->text, from->len);
}

void cell_set(struct cell *cell, const char *text)
{
    cell_clear(cell);
    cell_put(cell, text);
}

bool cell_has(const struct cell *cell, const char *piece)
{
    return memmem(cell->text, cell->len, piece, strlen(piece)) != NULL;
}

static uint32_t tail_bits(const struct cell *cell, size_t at)
{
    return at < cell->len ? (uint32_t)((unsigned char)cell->text[at] & 0x3F) : 0;
}

uint32_t cell_code_point(const struct cell *cell, size_t *at)
{
    uint32_t first = (unsigned char)cell->text[*at];
    if (first < 0x80) {
        *at += 1;
        return first;
    }
    if (first < 0xE0) {
        uint32_t code_point = ((first & 0x1F) << 6) | tail_bits(cell, *at + 1);
        *at += 2;
        return code_point;
    }
    uint32_t code_point =
        ((first & 0x0F) << 12) | (tail_bits(cell, *at + 1) << 6) | tail_bits(cell, *at + 2);
    *at += 3;
    return code_point;
}
