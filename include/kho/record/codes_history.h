/*
 * Code lists through time. A row with `valid_to` has ended: it stood from `valid_from` (inclusive;
 * empty = always) until that day (exclusive), and `became` names the codes that took its place,
 * with `|` between them. Rows that have ended may share their code with others: each question says
 * as of which day. kho_codes_find() knows only rows that have not ended.
 */
#ifndef KHO_RECORD_CODES_HISTORY_H
#define KHO_RECORD_CODES_HISTORY_H

#include <kho/core/arena.h>
#include <kho/record/codes.h>

struct kho_codes_history;

enum kho_codes_answer {
    KHO_CODES_NONE,    /* nothing was written so on that day */
    KHO_CODES_ONE,     /* one code; of today if asked to bring it forward */
    KHO_CODES_SEVERAL, /* one name of several, as of that day */
    KHO_CODES_SPLIT,   /* one code of that day, but several took its place */
    KHO_CODES_ENDED,   /* one code of that day, and the list names none in its place */
};

struct kho_codes_found {
    enum kho_codes_answer answer;
    struct kho_text code;   /* ONE: the code; SPLIT, ENDED: the code of that day */
    const char *candidates; /* SEVERAL, SPLIT: codes, with commas between, in the arena */
    bool loosely;           /* a name found without its type word or its diacritics */
};

struct kho_codes_question {
    int system; /* kho_codes_system(), or KHO_CODES_ANY: by code, then by name */
    struct kho_text spelling;
    struct kho_text as_of; /* ISO 8601 day, also of reduced precision; NULL = today's rows */
    bool forward;          /* to the code of today */
};

/* Makes what is needed to ask; the list must outlive it. */
const struct kho_codes_history *kho_codes_history_new(struct kho_arena *arena,
                                                      const struct kho_codes *codes);

/* Finds a spelling among the rows of a day. A code or a system's spelling: as written, then without
 * regard to case. A name: as written (NFC), then without regard to case and to the place of the
 * tone mark (Hoà, Hòa), then without its type word (Phường, Xã, ...), then without diacritics. The
 * first of these ways that finds anything decides, and only if it finds one row. */
struct kho_codes_found kho_codes_history_find(const struct kho_codes_history *history,
                                              struct kho_arena *arena,
                                              const struct kho_codes_question *question);

/* Returns a system whose numbering contradicts the list's own codes: one of its spellings is the
 * code of another row. NULL if there is none. Then a code alone does not say what it means. */
struct kho_text kho_codes_contradicting(const struct kho_codes *codes);

#endif
