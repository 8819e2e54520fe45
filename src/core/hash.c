/* XXH3-128 by xxHash, SHA-256 by OpenSSL's libcrypto. */
#include <kho/core/hash.h>

#include <fcntl.h>

#include <openssl/evp.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

struct kho_hash128 kho_hash_bytes(const void *bytes, size_t len, uint64_t seed)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, len, seed);
    return (struct kho_hash128){hash.high64, hash.low64};
}

static void put64(unsigned char *out, uint64_t value)
{
    for (int i = 7; i >= 0; i--) {
        out[i] = (unsigned char)value;
        value >>= 8;
    }
}

static uint64_t get64(const unsigned char *in)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | in[i];
    return value;
}

void kho_hash_to_bytes(struct kho_hash128 hash, unsigned char out[16])
{
    put64(out, hash.high);
    put64(out + 8, hash.low);
}

struct kho_hash128 kho_hash_from_bytes(const unsigned char in[16])
{
    return (struct kho_hash128){get64(in), get64(in + 8)};
}

static void hex_of(const unsigned char *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

char *kho_hash_hex(struct kho_hash128 hash, char out[KHO_HASH_HEX_SIZE])
{
    unsigned char bytes[16];
    kho_hash_to_bytes(hash, bytes);
    hex_of(bytes, sizeof(bytes), out);
    return out;
}

/* The context itself is OpenSSL's; the name keeps its type out of our headers. */
bool kho_sha256_new(struct kho_sha256 **sha, struct kho_err *err)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(context);
        return kho_err_set(err, KHO_ERR_FAILED, "SHA-256 is not available from OpenSSL");
    }
    *sha = (struct kho_sha256 *)context;
    return true;
}

void kho_sha256_update(struct kho_sha256 *sha, const void *bytes, size_t len)
{
    int done = EVP_DigestUpdate((EVP_MD_CTX *)sha, bytes, len);
    KHO_BUG_IF(done != 1);
}

void kho_sha256_finish(struct kho_sha256 *sha, char hex[KHO_SHA256_HEX_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    int done = EVP_DigestFinal_ex((EVP_MD_CTX *)sha, digest, &len);
    KHO_BUG_IF(done != 1 || len != 32);
    hex_of(digest, len, hex);
}

void kho_sha256_free(struct kho_sha256 *sha)
{
    EVP_MD_CTX_free((EVP_MD_CTX *)sha);
}

static bool hash_stream(FILE *file, const char *path, struct kho_sha256 *sha, int64_t *size_bytes,
                        struct kho_err *err)
{
    static char chunk[1 << 16];
    size_t got;
    *size_bytes = 0;
    while ((got = fread(chunk, 1, sizeof(chunk), file)) != 0) {
        kho_sha256_update(sha, chunk, got);
        *size_bytes += (int64_t)got;
    }
    if (ferror(file))
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot read '%s'", path);
    return true;
}

bool kho_sha256_file(const char *path, char hex[KHO_SHA256_HEX_SIZE], int64_t *size_bytes,
                     struct kho_err *err)
{
    struct kho_sha256 *sha;
    KHO_TRY(kho_sha256_new(&sha, err));
    FILE *file = fopen(path, "re");
    bool ok = file != NULL ? hash_stream(file, path, sha, size_bytes, err)
                           : kho_err_errno(err, KHO_ERR_FAILED, "cannot open '%s'", path);
    if (ok)
        kho_sha256_finish(sha, hex);
    if (file != NULL)
        fclose(file);
    kho_sha256_free(sha);
    return ok;
}
