/*
 * Regular expressions in time linear in the text: POSIX extended ones as TRE reads them (also \d,
 * \w, \s, \b and lazy repeats), without back-references. Letters are Unicode's.
 */
#ifndef KHO_SRC_NORMALISE_PATTERN_H
#define KHO_SRC_NORMALISE_PATTERN_H

#include <kho/core/arena.h>

#define PATTERN_BYTES_MAX 1000
#define PATTERN_STATES_MAX 2000 /* characters once repeats are written out */
#define PATTERN_TEXT_BYTES_MAX 16000

struct pattern;

/* Compiles; it lives as long as the arena. NULL, and what is wrong in `fault`. */
struct pattern *pattern_new(struct kho_arena *arena, struct kho_text source, const char **fault);

/* Looks for the pattern anywhere in a text. `taken` may be NULL; else it becomes what the first
 * group took (NULL if it took no part), or all of the match if there is no group. Returns NULL, or
 * why the text cannot be searched. */
const char *pattern_find(struct pattern *pattern, struct kho_text text, bool *found,
                         struct kho_text *taken);

#endif
