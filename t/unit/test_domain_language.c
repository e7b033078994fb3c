/* SPDX-License-Identifier: Apache-2.0 */
/* test_domain_language.c - catalogues, the choice of one, and sentences. */
#include "unit/unit.h"

#include <string.h>

#include "domain/site/language.h"

static const char english[] = "{\"a.b\": \"A\", \"Hello {{name}}.\": "
    "\"Hello {{name}}.\", \"c.d\": \"C\"}";
static const char german[] = "{\"a.b\": \"\xC3\x84\", \"Hello {{name}}.\": "
    "\"{{name}}, guten Tag.\"}";

static oa2_language_t *catalogue(apr_pool_t *pool, const char *code,
                                 const char *text,
                                 const oa2_language_t *below)
{
    oa2_language_t *language = NULL;

    assert_null(oa2_language_read(&language, code, "x.json", text,
                                  strlen(text), below, pool));
    return language;
}

static void has_texts(void **state)
{
    apr_pool_t *pool = *state;
    oa2_language_t *en = catalogue(pool, "en", english, NULL);
    oa2_language_t *de = catalogue(pool, "de", german, en);

    assert_string_equal(oa2_language_code(de), "de");
    assert_string_equal(oa2_language_text(de, "a.b"), "\xC3\x84");
    assert_string_equal(oa2_language_text(de, "c.d"), "C");
    assert_null(oa2_language_text(de, "e.f"));
    assert_null(oa2_language_text(NULL, "a.b"));
}

static void refuses(void **state)
{
    static const char *const bad[][2] = {
        { "[]", "x.json: is not a JSON object" },
        { "{\"a.b\": 1}", "x.json: is no text: \"a.b\"" },
        { "{\"a.c\": \"x\"}", "has the key \"a.c\"" },
        { "{", "x.json: is not a JSON object" },
    };
    apr_pool_t *pool = *state;
    oa2_language_t *en = catalogue(pool, "en", english, NULL);
    oa2_language_t *out;
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const oa2_err_t *err = oa2_language_read(
            &out, "de", "x.json", bad[i][0], strlen(bad[i][0]), en, pool);

        assert_non_null(err);
        assert_non_null(strstr(err->meant, bad[i][1]));
    }
}

static void chooses(void **state)
{
    static const char *const rows[][2] = {
        { "de", "de" }, { "DE", "de" }, { "de-AT", "de" },
        { "de-Latn-AT", "de" }, { "pt-BR", "pt-BR" }, { "pt", NULL },
        { "fr, de;q=0.5, en;q=0.4", "de" }, { "en;q=0.4,de;q=0.51", "de" },
        { "en;q=0.400,de;q=0.399", "en" }, { "de;q=0, en;q=0.1", "en" },
        { "de;q=0", NULL }, { "fr de", "de" }, { "fr de en", "de" },
        { "", NULL }, { "*", NULL }, { ";;,,;q=", NULL }, { "de;q=x", NULL },
        { "-", NULL }, { "de-", "de" }, { NULL, NULL }
    };
    apr_pool_t *pool = *state;
    apr_array_header_t *all = apr_array_make(pool, 3, sizeof(void *));
    const oa2_language_t *en = catalogue(pool, "en", english, NULL);
    size_t i;

    APR_ARRAY_PUSH(all, const oa2_language_t *) = en;
    APR_ARRAY_PUSH(all, const oa2_language_t *) =
        catalogue(pool, "de", german, en);
    APR_ARRAY_PUSH(all, const oa2_language_t *) =
        catalogue(pool, "pt-BR", german, en);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const oa2_language_t *found =
            oa2_language_choose(all, rows[i][0], pool);

        if (!rows[i][1])
            assert_null(found);
        else
            assert_string_equal(oa2_language_code(found), rows[i][1]);
    }
}

static void says(void **state)
{
    apr_pool_t *pool = *state;
    oa2_language_t *en = catalogue(pool, "en", english, NULL);
    oa2_ctx_t ctx = { .pool = pool };

    assert_string_equal(oa2_say(&ctx, "Hello {{name}}.", "name", "{{x}}",
                                NULL), "Hello {{x}}.");
    ctx.language = catalogue(pool, "de", german, en);
    assert_string_equal(oa2_say(&ctx, "Hello {{name}}.", "name", "Ann", NULL),
                        "Ann, guten Tag.");
    assert_string_equal(oa2_say(&ctx, "Hello {{name}}.", "name", NULL, NULL),
                        ", guten Tag.");
    assert_string_equal(oa2_say(&ctx, "Hello {{name}}.", NULL),
                        ", guten Tag.");
    assert_string_equal(oa2_say(&ctx, "Not there.", NULL), "Not there.");
    assert_null(oa2_say(&ctx, NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(has_texts),
        UNIT_TEST(refuses),
        UNIT_TEST(chooses),
        UNIT_TEST(says),
    };

    return cmocka_run_group_tests_name("domain/site/language", tests, NULL,
                                       NULL);
}
