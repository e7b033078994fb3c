/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypto.c - the few primitives everything else is made of, over OpenSSL 3.
 *
 * FIPS 180-4 (SHA-256), RFC 2104 (HMAC), RFC 5869 (HKDF), NIST SP 800-38D
 * (AES-GCM), bcrypt by apr-util.
 */
#include "base/crypto.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <apr_md5.h>
#include <apr_strings.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/text/encode.h"

#define BLOCK_LEN 64                /* what SHA-256 eats at a time */
#define NONCE_LEN 12
#define TAG_LEN 16
#define BCRYPT_COST 10              /* 40 ms: DUMMY_HASH has the same */
#define BCRYPT_LEN 60

/* A bcrypt hash of a random password that nobody kept.  Checking against it
   takes as long as against a real one, and that is all it is for. */
#define DUMMY_HASH \
    "$2y$10$aGjobKNRqu/aGnU04AkR9O.QlD5ewUbBWZvWSjEcY.g.B/rBpdBBO"

/*
 * The project keeps no mutable data at file scope.  These two are the
 * exception: OpenSSL looks an algorithm up by name on every call unless it
 * was fetched, which costs more than hashing a token.
 * once: oa2_crypto_init() writes them, before there are threads.
 */
static EVP_MD *sha256;
static EVP_CIPHER *aes256gcm;

void oa2_crypto_init(void)
{
    if (!sha256)
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!aes256gcm)
        aes256gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (!sha256 || !aes256gcm)
        abort();
}

/* Without oa2_crypto_init() it works as well, but slowly. */
static const EVP_MD *digest(void)
{
    return sha256 ? sha256 : EVP_sha256();
}

static const EVP_CIPHER *cipher(void)
{
    return aes256gcm ? aes256gcm : EVP_aes_256_gcm();
}

/* For calls that cannot fail with the arguments we give: see crypto.h. */
static void must(int ok)
{
    if (ok != 1)
        abort();
}

static int as_int(apr_size_t len)
{
    must(len <= INT_MAX);
    return (int)len;
}

void oa2_random(void *out, apr_size_t len)
{
    must(RAND_bytes(out, as_int(len)));
}

char *oa2_random_text(apr_pool_t *pool, apr_size_t len)
{
    unsigned char *bytes = apr_palloc(pool, len);
    char *text;

    oa2_random(bytes, len);
    text = oa2_b64url_encode(pool, bytes, len);
    OPENSSL_cleanse(bytes, len);
    return text;
}

char *oa2_random_letters(apr_pool_t *pool, apr_size_t count)
{
    static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
    char *text = apr_palloc(pool, count + 1);
    apr_size_t i;

    oa2_random(text, count);
    for (i = 0; i < count; i++)
        text[i] = alphabet[(unsigned char)text[i] % (sizeof(alphabet) - 1)];
    text[count] = '\0';
    return text;
}

apr_int64_t oa2_random_id(void)
{
    apr_uint64_t n;

    do {
        oa2_random(&n, sizeof(n));
        n >>= 1;
    } while (n == 0);
    return (apr_int64_t)n;
}

void oa2_sha256(unsigned char out[OA2_KEY_LEN], const void *data,
                apr_size_t len)
{
    must(EVP_Digest(data, len, out, NULL, digest(), NULL));
}

char *oa2_digest_text(apr_pool_t *pool, const char *text)
{
    unsigned char sum[OA2_KEY_LEN];

    oa2_sha256(sum, text, strlen(text));
    return oa2_b64url_encode(pool, sum, sizeof(sum));
}

/*
 * RFC 2104 section 2: H(K XOR opad, H(K XOR ipad, text)), in two plain
 * passes: an EVP_MAC of its own for each call takes several times as long.
 */
static void hmac(unsigned char out[OA2_KEY_LEN],
                 const unsigned char key[OA2_KEY_LEN],
                 const void *data, apr_size_t len, int counter)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char inner[BLOCK_LEN];
    unsigned char outer[BLOCK_LEN];
    unsigned char last = (unsigned char)counter;
    int i;

    must(ctx != NULL);
    memset(inner, 0x36, sizeof(inner));
    memset(outer, 0x5c, sizeof(outer));
    for (i = 0; i < OA2_KEY_LEN; i++) {
        inner[i] ^= key[i];
        outer[i] ^= key[i];
    }
    must(EVP_DigestInit_ex(ctx, digest(), NULL));
    must(EVP_DigestUpdate(ctx, inner, sizeof(inner)));
    must(EVP_DigestUpdate(ctx, data, len));
    if (counter)
        must(EVP_DigestUpdate(ctx, &last, 1));
    must(EVP_DigestFinal_ex(ctx, out, NULL));
    must(EVP_DigestInit_ex(ctx, NULL, NULL));
    must(EVP_DigestUpdate(ctx, outer, sizeof(outer)));
    must(EVP_DigestUpdate(ctx, out, OA2_KEY_LEN));
    must(EVP_DigestFinal_ex(ctx, out, NULL));
    EVP_MD_CTX_free(ctx);
    OPENSSL_cleanse(inner, sizeof(inner));
    OPENSSL_cleanse(outer, sizeof(outer));
}

void oa2_hmac(unsigned char out[OA2_KEY_LEN],
              const unsigned char key[OA2_KEY_LEN],
              const void *data, apr_size_t len)
{
    hmac(out, key, data, len, 0);
}

void oa2_derive(unsigned char out[OA2_KEY_LEN], const void *secret,
                apr_size_t len, const char *purpose)
{
    /* RFC 5869 section 2.2: no salt is "a string of HashLen zeros" */
    static const unsigned char no_salt[OA2_KEY_LEN];
    unsigned char prk[OA2_KEY_LEN];

    hmac(prk, no_salt, secret, len, 0);
    /* section 2.3: T(1) = HMAC-Hash(PRK, T(0) | info | 0x01), T(0) empty;
       one block is all we need */
    hmac(out, prk, purpose, strlen(purpose), 1);
    OPENSSL_cleanse(prk, sizeof(prk));
}

char *oa2_seal(apr_pool_t *pool, const unsigned char key[OA2_KEY_LEN],
               const char *aad, const char *plain)
{
    apr_size_t len = strlen(plain);
    unsigned char *sealed = apr_palloc(pool, NONCE_LEN + len + TAG_LEN);
    unsigned char *body = sealed + NONCE_LEN;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n;

    must(ctx != NULL);
    oa2_random(sealed, NONCE_LEN);
    must(EVP_EncryptInit_ex2(ctx, cipher(), key, sealed, NULL));
    must(EVP_EncryptUpdate(ctx, NULL, &n, (const unsigned char *)aad,
                           as_int(strlen(aad))));
    must(EVP_EncryptUpdate(ctx, body, &n, (const unsigned char *)plain,
                           as_int(len)));
    must(EVP_EncryptFinal_ex(ctx, body + len, &n));
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_LEN,
                             body + len));
    EVP_CIPHER_CTX_free(ctx);
    return oa2_b64url_encode(pool, sealed, NONCE_LEN + len + TAG_LEN);
}

char *oa2_unseal(apr_pool_t *pool, const unsigned char key[OA2_KEY_LEN],
                 const char *aad, const char *sealed)
{
    apr_size_t len;
    unsigned char *bytes = oa2_b64url_decode(&len, sealed, pool);
    unsigned char *plain;
    EVP_CIPHER_CTX *ctx;
    int genuine;
    int n;

    if (!bytes || len < NONCE_LEN + TAG_LEN)
        return NULL;
    len -= NONCE_LEN + TAG_LEN;
    plain = apr_palloc(pool, len + 1);
    ctx = EVP_CIPHER_CTX_new();
    must(ctx != NULL);
    must(EVP_DecryptInit_ex2(ctx, cipher(), key, bytes, NULL));
    must(EVP_DecryptUpdate(ctx, NULL, &n, (const unsigned char *)aad,
                           as_int(strlen(aad))));
    must(EVP_DecryptUpdate(ctx, plain, &n, bytes + NONCE_LEN, as_int(len)));
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN,
                             bytes + NONCE_LEN + len));
    genuine = EVP_DecryptFinal_ex(ctx, plain + len, &n) == 1;
    EVP_CIPHER_CTX_free(ctx);
    plain[len] = '\0';
    if (!genuine) {
        OPENSSL_cleanse(plain, len);
        return NULL;
    }
    return (char *)plain;
}

int oa2_text_equal(const char *a, const char *b)
{
    apr_size_t len;

    if (!a || !b)
        return 0;
    len = strlen(a);
    return len == strlen(b) && CRYPTO_memcmp(a, b, len) == 0;
}

static int is_password(const char *password)
{
    return password && *password && strlen(password) <= OA2_PASSWORD_MAX;
}

char *oa2_password_hash(apr_pool_t *pool, const char *password)
{
    unsigned char salt[16];
    char hash[BCRYPT_LEN + 1];

    if (!is_password(password))
        return NULL;
    oa2_random(salt, sizeof(salt));
    must(apr_bcrypt_encode(password, BCRYPT_COST, salt, sizeof(salt), hash,
                           sizeof(hash)) == APR_SUCCESS);
    return apr_pstrdup(pool, hash);
}

int oa2_password_matches(const char *password, const char *hash)
{
    /* What is no "$id$…" would be tried as DES or plain SHA-1, and fast. */
    int may_match = is_password(password) && hash && *hash == '$';
    int same;

    /* Work first and answer then, so that nobody learns from the time it
       took whether there is such a user. */
    same = apr_password_validate(password ? password : "",
                                 may_match ? hash : DUMMY_HASH)
        == APR_SUCCESS;
    return same && may_match;
}
