/* SPDX-License-Identifier: Apache-2.0 */
/* test_base_crypto.c - base/crypto: published vectors, then misuse. */
#include "unit/unit.h"

#include <time.h>

#include <apr_md5.h>

#include "base/crypto.h"
#include "base/text/encode.h"

static const char *hex(apr_pool_t *pool, const unsigned char *data, int len)
{
    char *out = apr_palloc(pool, (apr_size_t)len * 2 + 1);
    int i;

    for (i = 0; i < len; i++)
        apr_snprintf(out + i * 2, 3, "%02x", data[i]);
    return out;
}

static void sha256_has_the_published_values(void **state)
{
    unsigned char out[OA2_KEY_LEN];

    oa2_sha256(out, "abc", 3);
    assert_string_equal(hex(*state, out, 32),
                        "ba7816bf8f01cfea414140de5dae2223"
                        "b00361a396177a9cb410ff61f20015ad");
    oa2_sha256(out, "", 0);
    assert_string_equal(hex(*state, out, 32),
                        "e3b0c44298fc1c149afbf4c8996fb924"
                        "27ae41e4649b934ca495991b7852b855");
    /* RFC 7636 appendix B */
    assert_string_equal(
        oa2_digest_text(*state,
                        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    assert_int_equal(strlen(oa2_digest_text(*state, "")),
                     OA2_DIGEST_TEXT_LEN);
}

/* RFC 4231's keys, filled up with zeros as RFC 2104 section 2 does itself. */
static void hmac_has_the_published_values(void **state)
{
    unsigned char out[OA2_KEY_LEN];
    unsigned char key[OA2_KEY_LEN] = { 0 };
    unsigned char data[50];

    memset(key, 0x0b, 20);
    oa2_hmac(out, key, "Hi There", 8);
    assert_string_equal(hex(*state, out, 32),
                        "b0344c61d8db38535ca8afceaf0bf12b"
                        "881dc200c9833da726e9376c2e32cff7");
    memset(key, 0, sizeof(key));
    memcpy(key, "Jefe", 4);
    oa2_hmac(out, key, "what do ya want for nothing?", 28);
    assert_string_equal(hex(*state, out, 32),
                        "5bdcc146bf60754e6a042426089575c7"
                        "5a003f089d2739839dec58b964ec3843");
    memset(key, 0, sizeof(key));
    memset(key, 0xaa, 20);
    memset(data, 0xdd, sizeof(data));
    oa2_hmac(out, key, data, sizeof(data));
    assert_string_equal(hex(*state, out, 32),
                        "773ea91e36800e46854db8ebd09181a7"
                        "2959098b3ef8c122d9635514ced565fe");
}

/* RFC 5869 appendix A.3: no salt, no info; its first 32 bytes. */
static void hkdf_has_the_published_value(void **state)
{
    unsigned char out[OA2_KEY_LEN];
    unsigned char other[OA2_KEY_LEN];
    unsigned char secret[22];

    memset(secret, 0x0b, sizeof(secret));
    oa2_derive(out, secret, sizeof(secret), "");
    assert_string_equal(hex(*state, out, 32),
                        "8da4e775a563c18f715f802a063c5a31"
                        "b8a11f5c5ee1879ec3454e5f3c738d2d");
    /* no published value has an info that is text: Python's hmac says so */
    oa2_derive(other, secret, sizeof(secret), "access");
    assert_string_equal(hex(*state, other, 32),
                        "d6b59583f928af36ab76fe7606cba1e7"
                        "89798ee5c8a3917f55f002af38ba53ef");
}

static void init_changes_nothing_but_the_speed(void **state)
{
    unsigned char before[OA2_KEY_LEN];
    unsigned char after[OA2_KEY_LEN];
    char *sealed;

    memset(before, 0, sizeof(before));
    oa2_hmac(before, before, "x", 1);
    sealed = oa2_seal(*state, before, "a", "x");
    oa2_crypto_init();
    oa2_crypto_init();
    memset(after, 0, sizeof(after));
    oa2_hmac(after, after, "x", 1);
    assert_memory_equal(before, after, sizeof(after));
    assert_string_equal(oa2_unseal(*state, after, "a", sealed), "x");
}

static void random_bytes_do_not_repeat(void **state)
{
    unsigned char a[64] = { 0 };
    unsigned char b[64] = { 0 };
    int i;

    oa2_random(a, sizeof(a));
    oa2_random(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
    assert_memory_not_equal(a, a + 32, 32);
    oa2_random(a, 0);
    assert_int_equal(strlen(oa2_random_text(*state, 32)), 43);
    assert_int_equal(strlen(oa2_random_text(*state, 16)), 22);
    assert_string_not_equal(oa2_random_text(*state, 32),
                            oa2_random_text(*state, 32));
    assert_string_equal(oa2_random_text(*state, 0), "");
    for (i = 0; i < 1000; i++)
        assert_true(oa2_random_id() > 0);
    assert_true(oa2_random_id() != oa2_random_id());
}

static void what_was_sealed_can_be_unsealed(void **state)
{
    unsigned char key[OA2_KEY_LEN];
    char *sealed;
    char *again;

    oa2_random(key, sizeof(key));
    sealed = oa2_seal(*state, key, "row 17", "refresh token");
    again = oa2_seal(*state, key, "row 17", "refresh token");
    assert_string_not_equal(sealed, again);
    assert_int_equal(strlen(sealed), ((12 + 13 + 16) * 8 + 5) / 6);
    assert_string_equal(oa2_unseal(*state, key, "row 17", sealed),
                        "refresh token");
    assert_string_equal(oa2_unseal(*state, key, "row 17", again),
                        "refresh token");
    assert_string_equal(oa2_unseal(*state, key, "",
                                   oa2_seal(*state, key, "", "")), "");
}

static void nothing_else_can_be_unsealed(void **state)
{
    unsigned char key[OA2_KEY_LEN] = { 1 };
    unsigned char other[OA2_KEY_LEN] = { 2 };
    char *sealed = oa2_seal(*state, key, "row 17", "secret");
    apr_size_t len;
    unsigned char *bytes = oa2_b64url_decode(&len, sealed, *state);
    apr_size_t i;

    assert_null(oa2_unseal(*state, other, "row 17", sealed));
    assert_null(oa2_unseal(*state, key, "row 18", sealed));
    assert_null(oa2_unseal(*state, key, "", sealed));
    assert_null(oa2_unseal(*state, key, "row 17", ""));
    assert_null(oa2_unseal(*state, key, "row 17", "AAAA"));
    assert_null(oa2_unseal(*state, key, "row 17", "not sealed"));
    assert_null(oa2_unseal(*state, key, "row 17",
                           apr_pstrcat(*state, sealed, "=", NULL)));
    for (i = 0; i < len; i++) {
        bytes[i] ^= 0x40;
        assert_null(oa2_unseal(*state, key, "row 17",
                               oa2_b64url_encode(*state, bytes, len)));
        assert_null(oa2_unseal(*state, key, "row 17",
                               oa2_b64url_encode(*state, bytes, i)));
        bytes[i] ^= 0x40;
    }
    assert_string_equal(oa2_unseal(*state, key, "row 17", sealed), "secret");
}

/* What is in the database must still open after an upgrade. */
static void the_sealed_form_stays_the_same(void **state)
{
    unsigned char key[OA2_KEY_LEN];
    int i;

    for (i = 0; i < OA2_KEY_LEN; i++)
        key[i] = (unsigned char)i;
    assert_string_equal(
        oa2_unseal(*state, key, "aad",
                   "ZGVmZ2hpamtsbW5vIH6yChYNxMv3h6smkZlhU9-q48Wu"), "hello");
}

static void equal_is_equal(void **state)
{
    (void)state;
    assert_true(oa2_text_equal("", ""));
    assert_true(oa2_text_equal("abc", "abc"));
    assert_false(oa2_text_equal("abc", "abd"));
    assert_false(oa2_text_equal("abc", "ab"));
    assert_false(oa2_text_equal("ab", "abc"));
    assert_false(oa2_text_equal(NULL, "a"));
    assert_false(oa2_text_equal("a", NULL));
    assert_false(oa2_text_equal(NULL, NULL));
}

static void passwords_are_hashed_and_checked(void **state)
{
    char *hash = oa2_password_hash(*state, "correct horse");
    char *again = oa2_password_hash(*state, "correct horse");

    assert_int_equal(strncmp(hash, "$2y$10$", 7), 0);
    assert_int_equal(strlen(hash), 60);
    assert_string_not_equal(hash, again);
    assert_true(oa2_password_matches("correct horse", hash));
    assert_true(oa2_password_matches("correct horse", again));
    assert_false(oa2_password_matches("correct horsf", hash));
    assert_false(oa2_password_matches("", hash));
    assert_false(oa2_password_matches(NULL, hash));
    assert_false(oa2_password_matches("correct horse", NULL));
    assert_false(oa2_password_matches("correct horse", ""));
    assert_false(oa2_password_matches("correct horse", "correct horse"));
    assert_false(oa2_password_matches("x", "!"));
    /* SHA-1 of "password", as htpasswd -s writes it: too fast to be kept */
    assert_false(oa2_password_matches(
        "password", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="));
}

static void passwords_have_72_bytes_at_most(void **state)
{
    char longest[OA2_PASSWORD_MAX + 2];
    char *hash;

    memset(longest, 'x', sizeof(longest));
    longest[OA2_PASSWORD_MAX + 1] = '\0';
    assert_null(oa2_password_hash(*state, longest));
    assert_null(oa2_password_hash(*state, ""));
    assert_null(oa2_password_hash(*state, NULL));
    longest[OA2_PASSWORD_MAX] = '\0';
    hash = oa2_password_hash(*state, longest);
    assert_true(oa2_password_matches(longest, hash));
    /* bcrypt alone would not look at the 73rd */
    longest[OA2_PASSWORD_MAX] = 'x';
    assert_int_equal(apr_password_validate(longest, hash), APR_SUCCESS);
    assert_false(oa2_password_matches(longest, hash));
}

/* CPU time: on a busy machine a clock on the wall tells of the others. */
static clock_t best_of_five(const char *password, const char *hash)
{
    clock_t best = 0;
    int i;

    for (i = 0; i < 5; i++) {
        clock_t start = clock();
        clock_t took;

        oa2_password_matches(password, hash);
        took = clock() - start;
        if (i == 0 || took < best)
            best = took;
    }
    return best;
}

/* Wide limits, because "at once" is 1000 times less. */
static void nobody_takes_as_long_as_somebody(void **state)
{
    const char *hash = oa2_password_hash(*state, "correct horse");
    clock_t real = best_of_five("wrong", hash);

    assert_in_range(best_of_five("wrong", NULL), real / 3, real * 3);
    assert_in_range(best_of_five("wrong", "!"), real / 3, real * 3);
    assert_in_range(best_of_five(NULL, hash), real / 3, real * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(init_changes_nothing_but_the_speed),
        UNIT_TEST(sha256_has_the_published_values),
        UNIT_TEST(hmac_has_the_published_values),
        UNIT_TEST(hkdf_has_the_published_value),
        UNIT_TEST(random_bytes_do_not_repeat),
        UNIT_TEST(what_was_sealed_can_be_unsealed),
        UNIT_TEST(nothing_else_can_be_unsealed),
        UNIT_TEST(the_sealed_form_stays_the_same),
        UNIT_TEST(equal_is_equal),
        UNIT_TEST(passwords_are_hashed_and_checked),
        UNIT_TEST(passwords_have_72_bytes_at_most),
        UNIT_TEST(nobody_takes_as_long_as_somebody),
    };

    return cmocka_run_group_tests_name("base/crypto", tests, NULL, NULL);
}
