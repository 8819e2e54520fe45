/* One value of a row while it is being made. */
#ifndef DEPARTMENTS_CELL_H
#define DEPARTMENTS_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CELL_BYTES 640
#define ROW_CELLS 17

/* One value as text. Text is not ended by a zero byte; what does not fit is cut off. */
struct cell {
    bool null;
    size_t len;
    char text[CELL_BYTES];
};

struct row {
    struct cell cell[ROW_CELLS];
};

/* Makes the cell SQL NULL. Every put after that makes it a value again. */
void cell_null(struct cell *cell);

/* Makes the cell the empty text. */
void cell_clear(struct cell *cell);

void cell_put(struct cell *cell, const char *text);
void cell_put_bytes(struct cell *cell, const char *bytes, size_t len);

/* Appends a decimal number with leading zeros up to width. */
void cell_put_number(struct cell *cell, uint64_t value, unsigned width);

/* Appends one code point as UTF-8. */
void cell_put_code_point(struct cell *cell, uint32_t code_point);

/* Appends another cell's text. */
void cell_put_cell(struct cell *cell, const struct cell *from);

/* Clears the cell, then appends. */
void cell_set(struct cell *cell, const char *text);

/* Tells whether the text contains the given piece. */
bool cell_has(const struct cell *cell, const char *piece);

/* Reads the code point at *at and moves *at behind it; the text must be UTF-8. */
uint32_t cell_code_point(const struct cell *cell, size_t *at);

#endif
