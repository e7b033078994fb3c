/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypto.h - the few primitives everything else is made of, over OpenSSL 3.
 *
 * A failure of the random generator or of a primitive with fixed, valid
 * arguments cannot be survived safely: these functions abort() then.
 */
#ifndef OA2_BASE_CRYPTO_H
#define OA2_BASE_CRYPTO_H

#include <apr_pools.h>

#define OA2_KEY_LEN 32              /* bytes of a key and of a SHA-256 */
#define OA2_DIGEST_TEXT_LEN 43      /* a SHA-256 in base64url */

/* Fetches algorithms once; call before threads exist.  Idempotent. */
void oa2_crypto_init(void);
void oa2_random(void *out, apr_size_t len);
/* base64url of len random bytes. */
char *oa2_random_text(apr_pool_t *pool, apr_size_t len);
/* count of 32 lower-case letters and digits, none like another: for people. */
char *oa2_random_letters(apr_pool_t *pool, apr_size_t count);
/* A positive random number, never 0. */
apr_int64_t oa2_random_id(void);
void oa2_sha256(unsigned char out[OA2_KEY_LEN], const void *data,
                apr_size_t len);
/* base64url(SHA-256(text)): how secrets are stored and found. */
char *oa2_digest_text(apr_pool_t *pool, const char *text);
void oa2_hmac(unsigned char out[OA2_KEY_LEN],
              const unsigned char key[OA2_KEY_LEN],
              const void *data, apr_size_t len);
/* HKDF-SHA256 (RFC 5869), purpose as info, no salt. */
void oa2_derive(unsigned char out[OA2_KEY_LEN], const void *secret,
                apr_size_t len, const char *purpose);
/*
 * AES-256-GCM with a random nonce: base64url(nonce . ciphertext . tag).
 * aad is bound to it and not stored.
 */
char *oa2_seal(apr_pool_t *pool, const unsigned char key[OA2_KEY_LEN],
               const char *aad, const char *plain);
/* NULL unless sealed with this key and aad. */
char *oa2_unseal(apr_pool_t *pool, const unsigned char key[OA2_KEY_LEN],
                 const char *aad, const char *sealed);
/* 1 when equal, in a time that depends on the lengths only; NULL equals
   nothing. */
int oa2_text_equal(const char *a, const char *b);

#define OA2_PASSWORD_MAX 72         /* bytes: bcrypt looks at no more */
/* bcrypt; NULL when longer than OA2_PASSWORD_MAX or empty. */
char *oa2_password_hash(apr_pool_t *pool, const char *password);
/* hash NULL: works as long as for a real one, then answers 0. */
int oa2_password_matches(const char *password, const char *hash);

#endif
