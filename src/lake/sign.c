/* One signature, three envelopes. */
#include "sign.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include <kho/lake/snapshot.h>

#define PUBLIC_BYTES 32
#define NUMBER_BYTES 8
#define ENVELOPE_BYTES (2 + NUMBER_BYTES + LAKE_SIGNATURE_BYTES)
#define BASE64_MAX 160
#define SIGNIFY_COMMENT "untrusted comment: signature of SHA256SUMS by kho\n"
#define TRUSTED "trusted comment: "
#define TRUSTED_COMMENT "SHA256SUMS of a snapshot"

const char *const lake_signature_suffixes[LAKE_SIGNATURES] = {".ed25519", ".sig", ".minisig"};

struct lake_key {
    EVP_PKEY *pkey;
    unsigned char public[PUBLIC_BYTES];
    unsigned char number[NUMBER_BYTES]; /* by which signify and minisign tell keys apart */
};

static void release(void *object)
{
    EVP_PKEY_free(((struct lake_key *)object)->pkey);
}

/* A key that is protected by a passphrase is not asked for one: nothing here prompts. */
static int no_passphrase(char *buffer, int size, int writing, void *data)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)data;
    return -1;
}

static bool adopt(struct kho_arena *arena, EVP_PKEY *pkey, const char *what, struct lake_key **key,
                  struct kho_err *err)
{
    struct lake_key *made = kho_arena_alloc(arena, sizeof(*made));
    unsigned char digest[SHA256_DIGEST_LENGTH];
    size_t len = sizeof(made->public);
    made->pkey = pkey;
    kho_arena_defer(arena, release, made);
    if (pkey == NULL || EVP_PKEY_get_id(pkey) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(pkey, made->public, &len) != 1)
        return kho_err_set(err, KHO_ERR_CONFIG, "%s is no Ed25519 key in PEM, without passphrase",
                           what);
    SHA256(made->public, sizeof(made->public), digest);
    memcpy(made->number, digest, sizeof(made->number));
    *key = made;
    return true;
}

static BIO *bio_of(struct kho_text pem)
{
    BIO *bio = BIO_new_mem_buf(pem.ptr, pem.len <= INT32_MAX ? (int)pem.len : 0);
    if (bio == NULL)
        kho_out_of_memory(0);
    return bio;
}

bool lake_key_private(struct kho_arena *arena, struct kho_text pem, const char *what,
                      struct lake_key **key, struct kho_err *err)
{
    BIO *bio = bio_of(pem);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    return adopt(arena, pkey, what, key, err);
}

bool lake_key_public(struct kho_arena *arena, struct kho_text pem, const char *what,
                     struct lake_key **key, struct kho_err *err)
{
    BIO *bio = bio_of(pem);
    EVP_PKEY *pkey = PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    return adopt(arena, pkey, what, key, err);
}

static bool sign(const struct lake_key *key, struct kho_text message,
                 unsigned char signature[LAKE_SIGNATURE_BYTES], struct kho_err *err)
{
    size_t len = LAKE_SIGNATURE_BYTES;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key->pkey) == 1 &&
              EVP_DigestSign(context, signature, &len, (const unsigned char *)message.ptr,
                             message.len) == 1 &&
              len == LAKE_SIGNATURE_BYTES;
    EVP_MD_CTX_free(context);
    return ok || kho_err_set(err, KHO_ERR_FAILED, "libcrypto cannot sign");
}

static bool is_signature(const struct lake_key *key, struct kho_text message,
                         const unsigned char *signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key->pkey) == 1 &&
              EVP_DigestVerify(context, signature, LAKE_SIGNATURE_BYTES,
                               (const unsigned char *)message.ptr, message.len) == 1;
    EVP_MD_CTX_free(context);
    return ok;
}

static void put_base64(struct kho_buf *out, const unsigned char *bytes, size_t len)
{
    unsigned char text[BASE64_MAX];
    int made = EVP_EncodeBlock(text, bytes, (int)len);
    kho_buf_append(out, text, (size_t)made);
    kho_buf_char(out, '\n');
}

/* "Ed", the key's number, and what is to be told: a signature, or the public key. */
static void put_envelope(struct kho_buf *out, const struct lake_key *key,
                         const unsigned char *bytes, size_t len)
{
    unsigned char envelope[ENVELOPE_BYTES] = {'E', 'd'};
    memcpy(envelope + 2, key->number, NUMBER_BYTES);
    memcpy(envelope + 2 + NUMBER_BYTES, bytes, len);
    put_base64(out, envelope, 2 + NUMBER_BYTES + len);
}

/* What minisign's second signature is of: the first one, and the comment. */
static struct kho_text with_comment(struct kho_arena *arena, const unsigned char *signature)
{
    size_t comment = strlen(TRUSTED_COMMENT);
    char *bytes = kho_arena_bytes(arena, LAKE_SIGNATURE_BYTES + comment);
    memcpy(bytes, signature, LAKE_SIGNATURE_BYTES);
    memcpy(bytes + LAKE_SIGNATURE_BYTES, TRUSTED_COMMENT, comment);
    return (struct kho_text){bytes, LAKE_SIGNATURE_BYTES + comment};
}

static struct kho_text take(struct kho_arena *arena, struct kho_buf *out)
{
    struct kho_text text = kho_arena_text(arena, kho_buf_as_text(out));
    kho_buf_clear(out);
    return text;
}

bool lake_key_sign(struct kho_arena *arena, const struct lake_key *key, struct kho_text message,
                   struct kho_text files[LAKE_SIGNATURES], struct kho_err *err)
{
    unsigned char signature[LAKE_SIGNATURE_BYTES], second[LAKE_SIGNATURE_BYTES];
    struct kho_buf out;
    KHO_TRY(sign(key, message, signature, err));
    KHO_TRY(sign(key, with_comment(arena, signature), second, err));
    kho_buf_init(&out, 4096);
    kho_buf_append(&out, signature, sizeof(signature));
    files[0] = take(arena, &out);
    kho_buf_puts(&out, SIGNIFY_COMMENT);
    put_envelope(&out, key, signature, sizeof(signature));
    files[1] = take(arena, &out);
    kho_buf_puts(&out, SIGNIFY_COMMENT);
    put_envelope(&out, key, signature, sizeof(signature));
    kho_buf_puts(&out, TRUSTED TRUSTED_COMMENT "\n");
    put_base64(&out, second, sizeof(second));
    files[2] = take(arena, &out);
    kho_buf_release(&out);
    return true;
}

/* Decodes one line of base64 into exactly `len` bytes, written as we write it. */
static bool decode(struct kho_text line, unsigned char *bytes, size_t len)
{
    unsigned char room[BASE64_MAX], again[BASE64_MAX];
    size_t padding = (3 - len % 3) % 3;
    if (line.len != (len + padding) / 3 * 4)
        return false;
    int made = EVP_DecodeBlock(room, (const unsigned char *)line.ptr, (int)line.len);
    if (made != (int)(len + padding))
        return false;
    EVP_EncodeBlock(again, room, (int)len);
    memcpy(bytes, room, len);
    return memcmp(again, line.ptr, line.len) == 0;
}

/* The same two lines begin signify's and minisign's file. */
static bool open_envelope(struct kho_text *rest, unsigned char envelope[ENVELOPE_BYTES])
{
    struct kho_text comment = kho_text_cut(rest, '\n');
    struct kho_text line = kho_text_cut(rest, '\n');
    return kho_text_starts(kho_text_of(SIGNIFY_COMMENT), comment) &&
           comment.len + 1 == strlen(SIGNIFY_COMMENT) && rest->ptr != NULL && line.ptr != NULL &&
           decode(line, envelope, ENVELOPE_BYTES) && envelope[0] == 'E' && envelope[1] == 'd';
}

static const char *check_envelope(const struct lake_key *key, struct kho_text *rest,
                                  const char *signature)
{
    unsigned char envelope[ENVELOPE_BYTES];
    if (!open_envelope(rest, envelope))
        return "is no signature";
    if (memcmp(envelope + 2 + NUMBER_BYTES, signature, LAKE_SIGNATURE_BYTES) != 0)
        return "holds another signature than " LAKE_SUMS ".ed25519";
    if (key != NULL && memcmp(envelope + 2, key->number, NUMBER_BYTES) != 0)
        return "names another key";
    return NULL;
}

static const char *check_minisign(struct kho_arena *arena, const struct lake_key *key,
                                  struct kho_text rest, const char *signature)
{
    unsigned char second[LAKE_SIGNATURE_BYTES];
    const char *wrong = check_envelope(key, &rest, signature);
    if (wrong != NULL)
        return wrong;
    struct kho_text comment = kho_text_cut(&rest, '\n');
    struct kho_text line = kho_text_cut(&rest, '\n');
    if (!kho_text_eq_cstr(comment, TRUSTED TRUSTED_COMMENT) || line.ptr == NULL || rest.len != 0 ||
        !decode(line, second, sizeof(second)))
        return "is no signature";
    if (key != NULL &&
        !is_signature(key, with_comment(arena, (const unsigned char *)signature), second))
        return "is not signed by this key";
    return NULL;
}

const char *lake_key_check(struct kho_arena *arena, const struct lake_key *key,
                           struct kho_text message, const struct kho_text files[LAKE_SIGNATURES],
                           size_t *file)
{
    *file = 0;
    if (files[0].len != LAKE_SIGNATURE_BYTES)
        return "is no signature";
    if (key != NULL && !is_signature(key, message, (const unsigned char *)files[0].ptr))
        return "is not this key's signature of " LAKE_SUMS;
    *file = 1;
    struct kho_text rest = files[1];
    const char *wrong = check_envelope(key, &rest, files[0].ptr);
    if (wrong != NULL || rest.len != 0)
        return wrong != NULL ? wrong : "is no signature";
    *file = 2;
    return check_minisign(arena, key, files[2], files[0].ptr);
}

static struct kho_text pem_of(struct kho_arena *arena, const struct lake_key *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes;
    if (bio == NULL || PEM_write_bio_PUBKEY(bio, key->pkey) != 1)
        kho_out_of_memory(0);
    long len = BIO_get_mem_data(bio, &bytes);
    struct kho_text pem = kho_arena_text(arena, (struct kho_text){bytes, (size_t)len});
    BIO_free(bio);
    return pem;
}

bool kho_sign_key_show(struct kho_arena *arena, struct kho_text private_pem,
                       struct kho_public_keys *keys, struct kho_err *err)
{
    struct lake_key *key;
    struct kho_buf out;
    KHO_TRY(lake_key_private(arena, private_pem, "the sign_key", &key, err));
    keys->pem = pem_of(arena, key);
    kho_buf_init(&out, 4096);
    kho_buf_puts(&out, "untrusted comment: public key of kho\n");
    put_envelope(&out, key, key->public, sizeof(key->public));
    keys->signify = take(arena, &out);
    kho_buf_release(&out);
    return true;
}
