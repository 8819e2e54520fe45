/* Arithmetic on decimals as they are written, `-?digits[.digits]`: every digit is exact. */
#ifndef KHO_SRC_NORMALISE_EXACT_H
#define KHO_SRC_NORMALISE_EXACT_H

#include <kho/core/arena.h>

#define EXACT_SCALE_MAX 100

enum exact_op { EXACT_ADD, EXACT_SUBTRACT, EXACT_MULTIPLY };

struct kho_text exact_compute(struct kho_arena *arena, enum exact_op op, struct kho_text a,
                              struct kho_text b);

/* The quotient with `scale` digits behind the point, what is halfway rounded away from 0. False if
 * `b` is 0. */
bool exact_divide(struct kho_arena *arena, struct kho_text a, struct kho_text b, size_t scale,
                  struct kho_text *quotient);

/* The number with at most `scale` digits behind the point, rounded as a quotient is. */
struct kho_text exact_round(struct kho_arena *arena, struct kho_text a, size_t scale);

#endif
