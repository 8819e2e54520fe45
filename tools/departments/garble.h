/* What software does to Vietnamese text. */
#ifndef DEPARTMENTS_GARBLE_H
#define DEPARTMENTS_GARBLE_H

#include "cell.h"

/* Each rewrites a cell that holds clean NFC Vietnamese text the way some software does. */

/* TCVN3 or VNI bytes that were read as CP1252 and saved as UTF-8. */
void garble_tcvn3(struct cell *cell);
void garble_vni(struct cell *cell);

/* UTF-8 bytes that were read as CP1252 and saved as UTF-8 again. */
void garble_double_utf8(struct cell *cell);

/* Letters outside Latin-1 became '?'. */
void garble_question(struct cell *cell);

/* All marks apart (NFD); tone apart only; tone written before the shape. */
void garble_nfd(struct cell *cell);
void garble_half(struct cell *cell);
void garble_order(struct cell *cell);

/* Đ became the Icelandic eth. */
void garble_eth(struct cell *cell);

/* Tone on the last vowel of oa, oe, uy: Thuỷ, Hoà. */
void garble_new_tone(struct cell *cell);

void garble_upper(struct cell *cell);
void garble_lower(struct cell *cell);

/* No diacritics at all. */
void garble_bare(struct cell *cell);

/* Tell whether the class would change the text. */
bool garble_fits_any(const struct cell *cell);
bool garble_fits_question(const struct cell *cell);
bool garble_fits_eth(const struct cell *cell);
bool garble_fits_new_tone(const struct cell *cell);

#endif
