/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_foreign_hash.c - hashes that Django 3.2 made (and Python's
 * hashlib.scrypt in Django's form), RFC 8018 and RFC 7914.
 */
#include "unit/unit.h"

#include <string.h>

#include "base/foreign_hash.h"

#define PASSWORD "correct horse battery"
#define SCRYPT_KEY "L3Zecz0Ca4PRTOk9CLtWXxf1Rg4beE6ObNB4PASBglRMwlYP1QLViW" \
    "PQDUk7bClzWIn4kg3rWQeIrhCaX/xHRA=="
#define KEY "YtOyTd8OUYnXnZ26vcksSMHyE7L/PId9xDjpPKK6Sb0="
#define BCRYPT "Z4amxPNGFlJUp5a28uo9/erCm2As6JPKrtO/Uq7nh5SxYrtdP..9G"

static const char *const good[] = {
    "pbkdf2_sha256$1000$seasalt12345$" KEY,
    "pbkdf2_sha256$260000$seasalt12345$"
        "WV1UbQBzeBDsh2C5l1gMUGLXXVZGGbA1CVfs7kIdHhw=",
    "pbkdf2_sha1$260000$seasalt12345$+KD1KPrytWyVKJ2HBdRaaAuWD/k=",
    "scrypt$16384$seasalt12345$8$1$" SCRYPT_KEY,
    "bcrypt_sha256$$2b$05$"
        "Ctmag.qAiR6ICJADJjhmq.HR4UxvAZmVNLdgyedoCf2m.SziwfrUW",
    "bcrypt$$2b$05$" BCRYPT,
    NULL
};

/* None of these takes time, and none lets anybody in. */
static const struct {
    const char *hash, *says;
} bad[] = {
    { "", "of no kind" },
    { "!", "of no kind" },
    { "!aB3unusable", "of no kind" },
    { "$2y$10$abcdefghijklmnopqrstuv", "of no kind" },
    { "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA", "\"argon2\"" },
    { "md5$salt$0cc175b9c0f1b6a831c399e269772661", "\"md5\"" },
    { "pbkdf2_sha256$", "broken" },
    { "pbkdf2_sha256$1000$seasalt12345$", "broken" },
    { "pbkdf2_sha256$1000$$" KEY, "broken" },
    { "pbkdf2_sha256$$seasalt$" KEY, "broken" },
    { "pbkdf2_sha256$-1000$seasalt$" KEY, "broken" },
    { "pbkdf2_sha256$01000$seasalt$" KEY, "broken" },
    { "pbkdf2_sha256$1e6$seasalt$" KEY, "broken" },
    { "pbkdf2_sha256$1000$seasalt$" KEY "=", "broken" },
    { "pbkdf2_sha256$1000$seasalt$" KEY "\n", "broken" },
    { "pbkdf2_sha256$1000$seasalt$+KD1KPrytWyVKJ2HBdRaaAuWD/k=", "broken" },
    { "pbkdf2_sha256$99999999999999999999$seasalt$" KEY, "broken" },
    { "pbkdf2_sha256$99999999$seasalt$" KEY, "more work" },
    { "pbkdf2_sha256$3000001$seasalt$" KEY, "more work" },
    { "pbkdf2_sha256$1$seasalt$" KEY, "so little work" },
    { "scrypt$16384$seasalt$8$1$" KEY, "broken" },
    { "scrypt$16383$seasalt$8$1$" SCRYPT_KEY, "broken" },
    { "scrypt$0$seasalt$8$1$" SCRYPT_KEY, "broken" },
    { "scrypt$16384$seasalt$0$1$" SCRYPT_KEY, "broken" },
    { "scrypt$67108864$seasalt$8$1$" SCRYPT_KEY, "more work" },
    { "scrypt$16384$seasalt$99999999$1$" SCRYPT_KEY, "more work" },
    { "scrypt$16384$seasalt$8$99999999$" SCRYPT_KEY, "more work" },
    { "scrypt$2$seasalt$8$1$" SCRYPT_KEY, "so little work" },
    { "bcrypt$", "broken" },
    { "bcrypt$$2b$05$", "broken" },
    { "bcrypt$$2c$05$" BCRYPT, "broken" },
    { "bcrypt$$2b$00$" BCRYPT, "broken" },
    { "bcrypt$$2b$31$" BCRYPT, "more work" },
    { "bcrypt$$2b$99$" BCRYPT, "more work" },
    { "bcrypt$$2b$5$" BCRYPT ".", "broken" }
};

static void right_and_wrong(void **state)
{
    int i;

    for (i = 0; good[i]; i++) {
        assert_true(oa2_foreign_hash_is(good[i]));
        assert_null(oa2_foreign_hash_problem(good[i], *state));
        assert_true(oa2_foreign_hash_matches(PASSWORD, good[i]));
        assert_false(oa2_foreign_hash_matches(PASSWORD ".", good[i]));
        assert_false(oa2_foreign_hash_matches("", good[i]));
        assert_false(oa2_foreign_hash_matches(NULL, good[i]));
    }
    assert_false(oa2_foreign_hash_is(NULL));
    assert_false(oa2_foreign_hash_matches(PASSWORD, NULL));
    assert_false(oa2_foreign_hash_is("$2y$10$abc"));
}

/* Every beginning of a hash is none. */
static void truncated(void **state)
{
    apr_size_t len;
    int i;

    for (i = 0; good[i]; i++)
        for (len = 0; len < strlen(good[i]); len++) {
            const char *cut = apr_pstrmemdup(*state, good[i], len);

            assert_non_null(oa2_foreign_hash_problem(cut, *state));
            assert_false(oa2_foreign_hash_matches(PASSWORD, cut));
        }
}

static void broken(void **state)
{
    apr_size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *problem = oa2_foreign_hash_problem(bad[i].hash, *state);

        if (!problem || !strstr(problem, bad[i].says))
            fail_msg("\"%s\": %s", bad[i].hash, problem);
        assert_false(oa2_foreign_hash_matches(PASSWORD, bad[i].hash));
    }
}

/* Longer than ours may be, and not ASCII. */
static void long_password(void **state)
{
    const char *password = "";
    int i;

    for (i = 0; i < 30; i++)
        password = apr_pstrcat(*state, password, "\xc3\xa9t\xc3\xa9 ", NULL);
    password = apr_pstrcat(*state, password, "long", NULL);
    assert_true(oa2_foreign_hash_matches(
        password, "pbkdf2_sha256$260000$B5ChHsa4BK4wCLWzsRJzsa$"
        "eS+91RhPXhxDA9lLe80jmsMWneRKI97aMgvhpuMQBJM="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(right_and_wrong),
        UNIT_TEST(truncated),
        UNIT_TEST(broken),
        UNIT_TEST(long_password),
    };

    return cmocka_run_group_tests_name("base/foreign_hash", tests, NULL,
                                       NULL);
}
