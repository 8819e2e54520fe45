/*
 * What a person accepts for one run (`kho run --accept shrink,deleted`): limits that do not stop
 * it. kho_load_publish() judges them.
 */
#ifndef KHO_STORE_LIMITS_H
#define KHO_STORE_LIMITS_H

#include <kho/core/arena.h>
#include <kho/core/err.h>

/* Bits, in the order of kho_accept_words[]. DRIFT is kept for the caller: loading does not judge
 * it. */
enum kho_accept {
    KHO_ACCEPT_REJECTED = 1,
    KHO_ACCEPT_SHRINK = 2,
    KHO_ACCEPT_DELETED = 4,
    KHO_ACCEPT_CHANGED = 8,
    KHO_ACCEPT_NULLS = 16,
    KHO_ACCEPT_DRIFT = 32,
};
extern const char *const kho_accept_words[]; /* NULL-terminated; word i is the bit 1 << i */

/* Reads words with commas between them; NULL = none. USAGE, with the nearest word as hint, if one
 * is unknown. */
KHO_MUST_USE bool kho_accept_read(const char *words, unsigned *accepted, struct kho_err *err);

#endif
