/* SPDX-License-Identifier: Apache-2.0 */
/* test_base_fold.c - what two spellings of a name have in common */
#include "unit/unit.h"

#include <utf8proc.h>

#include "base/text/fold.h"

static const struct {
    const char *text, *folded, *meant;
} rows[] = {
    { "carol", "carol", "carol" },
    { "CAROL", "carol", "CAROL" },
    { "\xef\xbd\x83" "arol", "carol", "\xef\xbd\x83" "arol" },    /* U+FF43 */
    { "STRASSE", "strasse", "STRASSE" },
    { "Stra\xc3\x9f" "e", "strasse", "Stra\xc3\x9f" "e" },
    { "J\xc3\x98RGEN", "j\xc3\xb8rgen", "J\xc3\x98RGEN" },
    { "e\xcc\x81", "\xc3\xa9", "\xc3\xa9" },                  /* composed */
    { "\xe2\x84\xaa" "arl", "karl", "Karl" },             /* Kelvin sign */
    { "\xef\xac\x81ne", "fine", "\xef\xac\x81ne" },       /* ligature fi */
    { "\xce\xa3\xce\x91\xce\xa3", "\xcf\x83\xce\xb1\xcf\x83",
     "\xce\xa3\xce\x91\xce\xa3" },                       /* both sigmas */
    { "\xcf\x83\xce\xb1\xcf\x82", "\xcf\x83\xce\xb1\xcf\x83",
     "\xcf\x83\xce\xb1\xcf\x82" },
    { "  alice  ", "alice", "alice" },
    { "alice\t", "alice\t", "alice\t" },
    { "Ann \xc2\xa0 Smith", "ann smith", "Ann Smith" },   /* no-break space */
    { "alice\xe2\x80\x8b", "alice", "alice" },           /* U+200B at the end */
    { "\xef\xbb\xbf" "alice", "alice", "alice" },         /* byte order mark */
    { "ali\xc2\xad" "ce", "alice", "alice" },             /* soft hyphen */
    { "al\xe2\x80\xaeice", "alice", "alice" },            /* turned around */
    { "\xe2\x80\x8b \xc2\xa0", "", "" },
    { "a \xe2\x80\x8b b", "a b", "a b" },
    { "a\xe2\x80\x8d" "b", "ab", "a\xe2\x80\x8d" "b" },   /* joiner: is seen */
    { "a\xe2\x80\x8d", "a", "a" },
    { "", "", "" },
    { "\xef\xbc\x9a", ":", "\xef\xbc\x9a" },              /* wide colon */
    { "a\xff", NULL, NULL },
    { "\xed\xa0\x80", NULL, NULL },
    { "\xcd\xb8", NULL, NULL },                           /* U+0378: nothing */
};

static int same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void spellings_are_folded(void **state)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        UNIT_ROW(same(oa2_fold(rows[i].text, *state), rows[i].folded),
                 rows[i].text);
        UNIT_ROW(same(oa2_fold_space(rows[i].text, *state), rows[i].meant),
                 rows[i].text);
    }
}

static void accents_are_told_apart_by_some_only(void **state)
{
    static const struct { const char *text, *alike; } names[] = {
        { "carol", "carol" },
        { "Car\xc3\xb3l", "carol" },
        { "Caro\xcc\x81l", "carol" },                         /* combining */
        { "\xe1\xbb\x9e", "o" },                             /* two marks */
        { "J\xc3\x98RGEN \xc5\x81uk", "jorgen luk" },
        { "\xc3\x86\xc5\x93\xc3\x9f", "aeoess" },
        { "\xc4\xb0I\xc4\xb1", "iii" },
        { "\xd0\xb9", "\xd0\xb8" },                         /* short i */
        { "a:b", "a:b" },
        { "", "" },
        { "a\xff", NULL },
    };
    size_t i;

    for (i = 0; i < UNIT_COUNT(names); i++)
        UNIT_ROW(same(oa2_fold_alike(names[i].text, *state), names[i].alike),
                 names[i].text);
}

/* For every character: folded once is folded, and what is meant is the same
   name. */
static void folding_is_final(void **state)
{
    utf8proc_int32_t c;
    apr_pool_t *pool;

    apr_pool_create(&pool, *state);
    for (c = 1; c < 0x110000; c++) {
        char text[16] = "a";
        const char *folded;
        const char *meant;

        if (!utf8proc_codepoint_valid(c))
            continue;
        text[1 + utf8proc_encode_char(c, (utf8proc_uint8_t *)text + 1)] = 'Z';
        folded = oa2_fold(text, pool);
        meant = oa2_fold_space(text, pool);
        if ((folded == NULL) != (meant == NULL))
            fail_msg("U+%04X: one of two", (unsigned)c);
        if (folded && (!same(oa2_fold(folded, pool), folded)
                       || !same(oa2_fold(meant, pool), folded)))
            fail_msg("U+%04X: not final", (unsigned)c);
        if (c % 1024 == 0)
            apr_pool_clear(pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(spellings_are_folded),
        UNIT_TEST(accents_are_told_apart_by_some_only),
        UNIT_TEST(folding_is_final),
    };

    return cmocka_run_group_tests_name("base/fold", tests, NULL, NULL);
}
