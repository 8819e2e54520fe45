/* The Vietnamese letters outside ASCII, with their parts and legacy codes. */
#ifndef DEPARTMENTS_LETTERS_H
#define DEPARTMENTS_LETTERS_H

#include <stdint.h>

enum letter_shape { SHAPE_NONE, SHAPE_HAT, SHAPE_BREVE, SHAPE_HORN, SHAPE_STROKE };
enum letter_tone { TONE_NONE, TONE_GRAVE, TONE_ACUTE, TONE_TILDE, TONE_HOOK, TONE_DOT };

/*
 * A Vietnamese letter outside ASCII: its parts, its byte in TCVN3 (most capitals share the byte
 * of the small letter) and its one or two bytes in VNI-Windows.
 */
struct letter {
    uint32_t code_point;
    char base;
    enum letter_shape shape;
    enum letter_tone tone;
    unsigned char tcvn3;
    unsigned char vni[2];
};

/* Finds a letter by code point, or returns NULL. */
const struct letter *letter_find(uint32_t code_point);

/* Finds the letter with these parts; an ASCII letter with no mark has none: returns 0. */
uint32_t letter_compose(char base, enum letter_shape shape, enum letter_tone tone);

/* The combining mark of a shape or tone; 0 for none and for the stroke. */
uint32_t letter_shape_mark(enum letter_shape shape);
uint32_t letter_tone_mark(enum letter_tone tone);

/* The other case of a code point, for ASCII and Vietnamese letters; others come back as is. */
uint32_t letter_upper(uint32_t code_point);
uint32_t letter_lower(uint32_t code_point);

#endif
