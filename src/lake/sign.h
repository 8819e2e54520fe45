/*
 * Ed25519 signatures (RFC 8032, by libcrypto) of SHA256SUMS, each in the forms that three programs
 * of Debian verify:
 *
 *   SHA256SUMS.ed25519  64 bytes: openssl pkeyutl -verify -rawin
 *   SHA256SUMS.sig      signify -V
 *   SHA256SUMS.minisig  minisign -V
 */
#ifndef LAKE_SIGN_H
#define LAKE_SIGN_H

#include <kho/core/arena.h>
#include <kho/core/err.h>

#define LAKE_SUMS "SHA256SUMS"
#define LAKE_SIGNATURE_BYTES 64

struct lake_key;

/* Reads a private or a public key in PEM (PKCS #8, SubjectPublicKeyInfo); `what` names it in
 * messages, which do not repeat it. CONFIG if it is no Ed25519 key of that kind. */
KHO_MUST_USE bool lake_key_private(struct kho_arena *arena, struct kho_text pem, const char *what,
                                   struct lake_key **key, struct kho_err *err);
KHO_MUST_USE bool lake_key_public(struct kho_arena *arena, struct kho_text pem, const char *what,
                                  struct lake_key **key, struct kho_err *err);

/* The forms of a signature: what is behind the name SHA256SUMS. */
#define LAKE_SIGNATURES 3
extern const char *const lake_signature_suffixes[LAKE_SIGNATURES];

/* Makes the files' contents, in the order of the suffixes. */
KHO_MUST_USE bool lake_key_sign(struct kho_arena *arena, const struct lake_key *key,
                                struct kho_text message, struct kho_text files[LAKE_SIGNATURES],
                                struct kho_err *err);

/* Checks the files' contents: each is well-formed, and all hold one signature. With a key (NULL =
 * none), it is the key's and of the message. Returns NULL if all is well, else what is wrong, and
 * sets `*file` to the number of the culprit. */
const char *lake_key_check(struct kho_arena *arena, const struct lake_key *key,
                           struct kho_text message, const struct kho_text files[LAKE_SIGNATURES],
                           size_t *file);

#endif
