/* SPDX-License-Identifier: Apache-2.0 */
/* foreign_hash.c - see foreign_hash.h */
#include "base/foreign_hash.h"

#include <string.h>

#include <apr_lib.h>
#include <apr_md5.h>
#include <apr_strings.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/crypto.h"

#define SALT_MAX 128                    /* bytes; Django makes 22 */
#define KEY_MAX 64                      /* bytes of what is derived */
#define TEXT_MAX 89                     /* of that in base64, with the NUL */
#define PASSWORD_MOST 4096
#define NUMBER_MOST 99999999
#define PBKDF2_MIN 1000                 /* RFC 8018 section 4.2 */
#define PBKDF2_MAX 3000000              /* Django 6: 1,200,000 */
#define SCRYPT_MEMORY (32 * 1024 * 1024)
#define SCRYPT_WORK (2 * 1024 * 1024)   /* N * r * p; Django 5: 655,360 */
#define BCRYPT_LEN 60
#define BCRYPT_MIN 4
#define BCRYPT_MAX 14
#define HEX_LEN 64                      /* a SHA-256 */

/* One hash, taken apart. */
typedef struct {
    long cost;                          /* iterations, N, or bcrypt's */
    long r, p;                          /* scrypt's */
    char salt[SALT_MAX + 1];            /* or all that bcrypt made */
    char key[TEXT_MAX];                 /* base64, with padding */
} parts_t;

typedef struct kind_t {
    const char *name;                   /* with the '$' */
    int len;                            /* of what is derived */
    const EVP_MD *(*md)(void);          /* PBKDF2's; NULL: none */
    int with_sha256;                    /* of the password, first */
    /* NULL, or what is wrong; rest is what follows the name. */
    const char *(*read)(parts_t *out, const struct kind_t *kind,
                        const char *rest);
    int (*matches)(const char *password, const struct kind_t *kind,
                   const parts_t *parts);
} kind_t;

static const char broken[] = "the password hash is broken";
static const char costly[] = "the password hash takes more work than a login "
    "may cost here";
static const char cheap[] = "the password hash takes so little work that "
    "whoever has read it knows the password";

/* ------------------------------------------------------------ fields */

/* Up to the next '$', which is skipped; 0: too long, empty, or no '$'. */
static int take_text(char *out, apr_size_t max, const char **rest)
{
    const char *end = strchr(*rest, '$');
    apr_size_t len = end ? (apr_size_t)(end - *rest) : 0;

    if (!len || len > max) return 0;
    memcpy(out, *rest, len);
    out[len] = '\0';
    *rest = end + 1;
    return 1;
}

static int take_number(long *out, const char **rest)
{
    char text[9];
    char *c;

    if (!take_text(text, sizeof(text) - 1, rest)) return 0;
    for (*out = 0, c = text; *c; c++) {
        if (!apr_isdigit(*c)) return 0;
        *out = *out * 10 + (*c - '0');
    }
    return *text != '0' && *out <= NUMBER_MOST;
}

/* The rest is base64 of len bytes. */
static int take_key(char *out, int len, const char *rest)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        "abcdefghijklmnopqrstuvwxyz0123456789+/";
    apr_size_t letters = ((apr_size_t)len * 4 + 2) / 3;
    apr_size_t whole = ((apr_size_t)len + 2) / 3 * 4;

    if (strlen(rest) != whole || strspn(rest, alphabet) != letters
        || strspn(rest + letters, "=") != whole - letters)
        return 0;
    memcpy(out, rest, whole + 1);
    return 1;
}

/* Of what was derived.  The text is compared, so that nothing but the one way
   to write it is right. */
static int is_key(unsigned char key[KEY_MAX], int len, const char *text)
{
    unsigned char encoded[TEXT_MAX];
    int same;

    EVP_EncodeBlock(encoded, key, len);
    same = oa2_text_equal((const char *)encoded, text);
    OPENSSL_cleanse(key, KEY_MAX);
    return same;
}

/* ------------------------------------------------------------ kinds */

static const char *read_pbkdf2(parts_t *out, const kind_t *kind,
                               const char *rest)
{
    if (!take_number(&out->cost, &rest)
        || !take_text(out->salt, SALT_MAX, &rest)
        || !take_key(out->key, kind->len, rest))
        return broken;
    if (out->cost < PBKDF2_MIN) return cheap;
    return out->cost > PBKDF2_MAX ? costly : NULL;
}

static int matches_pbkdf2(const char *password, const kind_t *kind,
                          const parts_t *parts)
{
    unsigned char key[KEY_MAX];

    return PKCS5_PBKDF2_HMAC(password, (int)strlen(password),
                             (const unsigned char *)parts->salt,
                             (int)strlen(parts->salt), (int)parts->cost,
                             kind->md(), kind->len, key) == 1
        && is_key(key, kind->len, parts->key);
}

static const char *read_scrypt(parts_t *out, const kind_t *kind,
                               const char *rest)
{
    if (!take_number(&out->cost, &rest)
        || !take_text(out->salt, SALT_MAX, &rest)
        || !take_number(&out->r, &rest) || !take_number(&out->p, &rest)
        || !take_key(out->key, kind->len, rest))
        return broken;
    /* RFC 7914 section 2: "a power of 2" */
    if (out->cost < 2 || (out->cost & (out->cost - 1))) return broken;
    if (out->cost > SCRYPT_MEMORY / 128 / out->r
        || out->p > SCRYPT_WORK / out->cost / out->r)
        return costly;
    return out->cost * out->r < PBKDF2_MIN ? cheap : NULL;
}

static int matches_scrypt(const char *password, const kind_t *kind,
                          const parts_t *parts)
{
    unsigned char key[KEY_MAX];

    /* Beside its blocks it needs a little for itself. */
    return EVP_PBE_scrypt(password, strlen(password),
                          (const unsigned char *)parts->salt,
                          strlen(parts->salt), (uint64_t)parts->cost,
                          (uint64_t)parts->r, (uint64_t)parts->p,
                          2 * SCRYPT_MEMORY, key, (size_t)kind->len) == 1
        && is_key(key, kind->len, parts->key);
}

/* "$2b$12$" and 53 letters. */
static const char *read_bcrypt(parts_t *out, const kind_t *kind,
                               const char *rest)
{
    static const char letters[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        "abcdefghijklmnopqrstuvwxyz0123456789";

    (void)kind;
    if (strlen(rest) != BCRYPT_LEN || strncmp(rest, "$2", 2) != 0
        || !strchr("aby", rest[2]) || rest[3] != '$' || !apr_isdigit(rest[4])
        || !apr_isdigit(rest[5]) || rest[6] != '$'
        || strspn(rest + 7, letters) != BCRYPT_LEN - 7)
        return broken;
    memcpy(out->salt, rest, BCRYPT_LEN + 1);
    out->cost = (rest[4] - '0') * 10 + (rest[5] - '0');
    if (out->cost < BCRYPT_MIN) return broken;
    return out->cost > BCRYPT_MAX ? costly : NULL;
}

static int matches_bcrypt(const char *password, const kind_t *kind,
                          const parts_t *parts)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[OA2_KEY_LEN];
    char hex[HEX_LEN + 1];
    char hash[BCRYPT_LEN + 1];
    int i, same;

    oa2_sha256(digest, password, strlen(password));
    for (i = 0; i < OA2_KEY_LEN; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[HEX_LEN] = '\0';
    memcpy(hash, parts->salt, sizeof(hash));
    /* The same by another name; APR knows it without the system's crypt(). */
    if (hash[2] == 'b')
        hash[2] = 'y';
    same = apr_password_validate(kind->with_sha256 ? hex : password, hash)
        == APR_SUCCESS;
    OPENSSL_cleanse(hex, sizeof(hex));
    return same;
}

static const kind_t kinds[] = {
    { "pbkdf2_sha256$", 32, EVP_sha256, 0, read_pbkdf2, matches_pbkdf2 },
    { "pbkdf2_sha1$", 20, EVP_sha1, 0, read_pbkdf2, matches_pbkdf2 },
    { "scrypt$", 64, NULL, 0, read_scrypt, matches_scrypt },
    { "bcrypt_sha256$", 0, NULL, 1, read_bcrypt, matches_bcrypt },
    { "bcrypt$", 0, NULL, 0, read_bcrypt, matches_bcrypt },
    { NULL, 0, NULL, 0, NULL, NULL }
};

/* ------------------------------------------------------------ verbs */

static const kind_t *find_kind(const char *hash)
{
    const kind_t *kind;

    for (kind = kinds; kind->name; kind++)
        if (strncmp(hash, kind->name, strlen(kind->name)) == 0) return kind;
    return NULL;
}

int oa2_foreign_hash_is(const char *hash)
{
    return hash && find_kind(hash);
}

const char *oa2_foreign_hash_problem(const char *hash, apr_pool_t *pool)
{
    const kind_t *kind = find_kind(hash);
    apr_size_t len = strspn(hash, "abcdefghijklmnopqrstuvwxyz0123456789_");
    parts_t parts;

    if (kind) return kind->read(&parts, kind, hash + strlen(kind->name));
    /* The kind is said; nothing else is. */
    if (!len || len > 20 || hash[len] != '$')
        return "the password hash is of no kind that is known";
    return apr_psprintf(pool, "password hashes of the kind \"%.*s\" are not "
                        "known here", (int)len, hash);
}

int oa2_foreign_hash_matches(const char *password, const char *hash)
{
    const kind_t *kind = hash ? find_kind(hash) : NULL;
    parts_t parts;

    return kind && password && *password
        && strlen(password) <= PASSWORD_MOST
        && !kind->read(&parts, kind, hash + strlen(kind->name))
        && kind->matches(password, kind, &parts);
}
