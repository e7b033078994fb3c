/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_password.c - weak ones, NIST SP 800-63B section 5.1.1.2 */
#include "unit/unit.h"

#include "domain/person/password.h"

static const char *const weak[] = {
    "", "a", "Tr0ub4dor&3", "short pass",
    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", /* 7, not 14 */
    "password1234", "Password2024!", "P@ssw0rd1234", "passwordpassword",
    "PasswortPasswort1", "qwertyuiop123", "Qwertz123456!", "1qaz2wsx3edc",
    "123456789012", "aaaaaaaaaaaa", "abcabcabcabcabc", "asdfghjklasdf",
    "abcdefghijkl", "zyxwvutsrqpo", "111222333444", "welcome2024!!",
    "letmein letmein", "iloveyou1234", "administrator1", "changeme1234",
    "alice1234567", "Alice2024!!!", "alicealice12", "xkcdxkcdxkcd",
    "Summer2024!!", "secretsecret", "ADMINadmin123", NULL
};

static const char *const good[] = {
    "correct horse battery", "Sesam, oeffne dich", "Simsalabim, 2nd edition",
    "k9#Vt2!qLw8z", "dGhpcyBpcyBh", "blue lamp under stairs",
    "mein hund frisst kein gras",
    "\xc3\xa9t\xc3\xa9 \xc3\xa0 la mer du nord",
    "\xd0\xb4\xd0\xbe\xd0\xb1\xd1\x80\xd1\x8b\xd0\xb9 "
    "\xd0\xb4\xd0\xb5\xd0\xbd\xd1\x8c!", NULL
};

static void passwords(void **state)
{
    apr_pool_t *pool = *state;
    int i;

    for (i = 0; weak[i]; i++)
        if (!oa2_password_problem(weak[i], "alice", pool))
            fail_msg("weak, but taken: %s", weak[i]);
    for (i = 0; good[i]; i++)
        if (oa2_password_problem(good[i], "alice", pool))
            fail_msg("good, but refused: %s", good[i]);
}

/* One in a million or less may be refused by chance: what generators make is
   taken.  No chance here: the same series each time. */
static void generated(void **state)
{
    static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    apr_uint32_t seed = 1;
    char text[13] = "";
    int i, k, refused = 0;

    for (i = 0; i < 20000; i++) {
        for (k = 0; k < 12; k++) {
            seed = seed * 1664525u + 1013904223u;
            text[k] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
        }
        refused += oa2_password_problem(text, "alice", *state) != NULL;
    }
    assert_int_equal(refused, 0);
}

/* A name of two letters is in many words. */
static void names(void **state)
{
    assert_null(oa2_password_problem("broken bottle top", "bo", *state));
    assert_null(oa2_password_problem("broken bottle top", "", *state));
    assert_non_null(oa2_password_problem("JoRgEnsen2024!", "Jorgensen",
                                         *state));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(passwords),
        UNIT_TEST(generated),
        UNIT_TEST(names),
    };

    return cmocka_run_group_tests_name("domain/password", tests, NULL, NULL);
}
