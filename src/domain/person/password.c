/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password.c - see password.h.
 *
 * Of long passwords few are common as they are: most of the weak ones are a
 * common word with something around it ("Password2024!"), twice the same, or
 * a walk over the keyboard.  So a password is read as a series of pieces: what
 * is common, the name, and runs of the same or of neighbours.  What is left
 * when these are taken away is what somebody has to guess.
 *
 * A list of our own and no dictionary: cracklib's differs from machine to
 * machine, is English, and refuses phrases that are good.
 */
#include "domain/person/password.h"

#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#include "base/crypto.h"

#define LEFT_MIN 7              /* characters that nothing explains */
#define DIFFERENT_MIN 6
#define RUN_MIN 4               /* of three there are many by chance */
#define NAME_MIN 3              /* shorter ones are parts of many words */

static const char *const common[] = {
    "abc", "access", "admin", "administrator", "apache", "august", "autumn",
    "baseball", "batman", "changeme", "charlie", "computer", "database",
    "december", "default", "dragon", "example", "fall", "february",
    "football", "freedom", "friday", "geheim", "guest", "hallo", "hello",
    "herbst", "iloveyou", "internet", "january", "july", "june", "killer",
    "letmein", "linux", "login", "love", "master", "michael", "monday",
    "monkey", "mustang", "november", "oauth", "october", "pass", "passwd",
    "password", "passwort", "please", "princess", "private", "qwerty",
    "qwertz", "root", "saturday", "secret", "secure", "security",
    "september", "server", "service", "shadow", "snowball", "soccer",
    "sommer", "spring", "starwars", "summer", "sunday", "sunshine",
    "superman", "system", "temp", "temporary", "test", "thursday",
    "trustno", "tuesday", "user", "wednesday", "welcome", "whatever",
    "willkommen", "winter", "yourself", NULL
};

/* Where a finger goes next; both ways. */
static const char *const rows[] = {
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl",
    "zxcvbnm", "qwertzuiop", "yxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    NULL
};

/* In lower case, and with what people write instead of letters undone. */
static char fold(char c)
{
    static const char written[] = "@4831!05$7";
    static const char meant[] = "aabeiiosst";
    const char *at = c ? strchr(written, c) : NULL;

    return at ? meant[at - written] : (char)apr_tolower(c);
}

/* How far text goes along a row from its character `at`, forth or back. */
static apr_size_t walk(const char *text, const char *row, const char *at,
                       int step)
{
    apr_size_t len = 1;

    for (;;) {
        if (step < 0 && at == row) return len;
        at += step;
        if (!*at || !text[len] || (char)apr_tolower(text[len]) != *at)
            return len;
        len++;
    }
}

/* How long the run at text is: the same again, or neighbouring keys. */
static apr_size_t run_at(const char *text)
{
    char first = (char)apr_tolower(*text);
    apr_size_t best = strspn(text, (char[]){ *text, '\0' }), len;
    const char *at;
    int i, step;

    for (i = 0; rows[i]; i++)
        for (at = strchr(rows[i], first); at; at = strchr(at + 1, first))
            for (step = -1; step <= 1; step += 2) {
                len = walk(text, rows[i], at, step);
                if (len > best)
                    best = len;
            }
    return best >= RUN_MIN ? best : 0;
}

static apr_size_t year_at(const char *text)
{
    return (strncmp(text, "19", 2) == 0 || strncmp(text, "20", 2) == 0)
        && apr_isdigit(text[2]) && apr_isdigit(text[3]) ? 4 : 0;
}

static apr_size_t word_at(const char *text, const char *word)
{
    apr_size_t i;

    for (i = 0; word[i]; i++)
        if ((char)apr_tolower(text[i]) != word[i] && fold(text[i]) != word[i])
            return 0;
    return i;
}

/* The longest common piece at text. */
static apr_size_t piece_at(const char *text, const char *name)
{
    apr_size_t best = run_at(text), len = year_at(text);
    int i;

    if (len > best)
        best = len;
    for (i = 0; common[i]; i++) {
        len = word_at(text, common[i]);
        if (len > best)
            best = len;
    }
    len = strlen(name) >= NAME_MIN ? word_at(text, name) : 0;
    return len > best ? len : best;
}

/* The length of the shortest beginning of which all the rest is a copy. */
static apr_size_t period(const char *text, apr_size_t len)
{
    apr_size_t n = 1;

    while (n < len && strncmp(text, text + n, len - n))
        n++;
    return n;
}

/* Characters of text, of len bytes, that are in no common piece. */
static apr_size_t count_left(const char *text, apr_size_t len,
                             const char *name)
{
    apr_size_t left = 0, i = 0;

    while (i < len) {
        apr_size_t piece = piece_at(text + i, name);

        /* Bytes that continue a character count with its first. */
        if (!piece)
            left += ((unsigned char)text[i] & 0xc0) != 0x80;
        i += piece ? piece : 1;
    }
    return left;
}

static apr_size_t count_different(const char *text)
{
    apr_size_t n = 0;
    const char *c;

    for (c = text; *c; c++)
        n += strchr(text, *c) == c;
    return n;
}

static apr_size_t count_characters(const char *text)
{
    apr_size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

const char *oa2_password_problem(const char *password, const char *name,
                                 apr_pool_t *pool)
{
    apr_size_t len = period(password, strlen(password));
    char *folded = apr_pstrdup(pool, name);
    char *c;

    for (c = folded; *c; c++)
        *c = (char)apr_tolower(*c);
    if (count_characters(password) < OA2_PASSWORD_MIN)
        return apr_psprintf(pool, "the password has fewer than %d characters: "
                            "several words make a good one",
                            OA2_PASSWORD_MIN);
    if (count_different(password) < DIFFERENT_MIN
        || count_left(password, len, folded) < LEFT_MIN)
        return "the password is easily guessed: it is made of common words, "
            "the user's name, years, repetitions or neighbouring keys";
    return NULL;
}

const char *oa2_password_refusal(const oa2_ctx_t *ctx, const char *password,
                                 const char *again, const char *user)
{
    if (!password || !*password)
        return oa2_say(ctx, "Please choose a password.", NULL);
    if (!again || strcmp(password, again) != 0) /* public: who sent both */
        return oa2_say(ctx, "The two passwords are not the same. Please type "
                       "both once more.", NULL);
    if (strlen(password) > OA2_PASSWORD_MAX)
        return oa2_say(ctx, "This password is too long: {{max}} bytes are the "
                       "most that are looked at.",
                       "max", apr_itoa(ctx->pool, OA2_PASSWORD_MAX), NULL);
    if (count_characters(password) < OA2_PASSWORD_MIN)
        return oa2_say(ctx, "Please choose another one: the password has "
                       "fewer than {{least}} characters. Several words make a "
                       "good one.",
                       "least", apr_itoa(ctx->pool, OA2_PASSWORD_MIN), NULL);
    if (oa2_password_problem(password, user, ctx->pool))
        return oa2_say(ctx, "Please choose another one: the password is "
                       "easily guessed. It is made of common words, your "
                       "name, years, repetitions or neighbouring keys.", NULL);
    return NULL;
}
