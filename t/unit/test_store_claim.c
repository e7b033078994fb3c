/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_claim.c - what is kept of people, and looks into tables that are
 * not ours.
 */
#include "base/clock.h"
#include "base/text/json.h"
#include "store/claim.h"
#include "store/foreign.h"
#include "unit/fixture_store.h"

static int setup(void **state)
{
    *state = fixture_open();
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

/* ------------------------------------------------------------ kept */

static int set(oa2_ctx_t *ctx, const char *user, const char *name,
               const char *source, const char *value)
{
    oa2_claim_t claim = { name, source, value, 0 };
    int done;

    fixture_good(oa2_claim_set(&done, ctx, user, &claim));
    return done;
}

/* "name source value|…" */
static const char *kept(oa2_ctx_t *ctx, const char *user)
{
    apr_array_header_t *all;
    const char *text = "";
    int i;

    fixture_good(oa2_claim_list(&all, ctx, user));
    for (i = 0; i < all->nelts; i++) {
        const oa2_claim_t *claim = &APR_ARRAY_IDX(all, i, oa2_claim_t);

        text = apr_pstrcat(ctx->pool, text, claim->name, " ", claim->source,
                           " ", claim->value, "|", NULL);
    }
    return text;
}

static void a_claim_is_what_was_set(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    int done;

    fixture_store_user(ctx, "ann");
    assert_int_equal(set(ctx, "ann", "name", "profile", "\"Ann\""), 1);
    assert_int_equal(set(ctx, "ann", "email", "env:MAIL", "\"a@b\""), 1);
    assert_int_equal(set(ctx, "ann", "email", "profile", "\"p@b\""), 1);
    assert_int_equal(set(ctx, "ann", "name", "profile", "\"Anne\""), 1);
    assert_string_equal(kept(ctx, "ann"), "email env:MAIL \"a@b\"|"
                        "email profile \"p@b\"|name profile \"Anne\"|");
    assert_int_equal(set(ctx, "ann", "email", "env:MAIL", NULL), 1);
    assert_int_equal(set(ctx, "ann", "email", "env:MAIL", NULL), 0);
    assert_int_equal(set(ctx, "nobody", "email", "profile", "1"), 0);
    /* goes with its user; who comes later is somebody else */
    fixture_good(oa2_user_remove(&done, ctx, "ann"));
    fixture_store_user(ctx, "ann");
    assert_string_equal(kept(ctx, "ann"), "");
}

static void two_realms(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_ctx_t other = *ctx;

    other.realm = 7;
    fixture_store_user(ctx, "ann");
    fixture_store_user(&other, "ann");
    set(ctx, "ann", "email", "profile", "1");
    assert_string_equal(kept(&other, "ann"), "");
    set(&other, "ann", "email", "profile", "2");
    assert_string_equal(kept(ctx, "ann"), "email profile 1|");
    assert_string_equal(kept(&other, "ann"), "email profile 2|");
}

static void of_a_grant(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    oa2_grant_t grant = { .id = 5, .client_id = "app", .user = "ann",
                          .scope = "read", .claims = "name email",
                          .audience = "", .created = ctx->now,
                          .expires = ctx->now + 60 };
    oa2_code_t code = { .digest = fixture_digest(ctx), .grant = 5,
                        .client_id = "app", .user = "ann",
                        .redirect_uri = "https://a/", .challenge = "c",
                        .scope = "read", .audience = "",
                        .expires = ctx->now + 60 };
    oa2_ctx_t other = *ctx;
    apr_array_header_t *all;
    const char *consented;
    int done;

    other.realm = 7;
    fixture_store_user(ctx, "ann");
    fixture_store_client(ctx, "app");
    grant.credential = fixture_credential(ctx, "ann");
    fixture_good(oa2_code_issue(&done, ctx, &grant, &code, NULL));
    fixture_good(oa2_claim_of_grant(&consented, &all, ctx, 5));
    assert_string_equal(consented, "name email");
    assert_int_equal(all->nelts, 0);
    set(ctx, "ann", "name", "profile", "\"Ann\"");
    set(ctx, "ann", "nickname", "profile", "\"A\"");
    fixture_good(oa2_claim_of_grant(&consented, &all, ctx, 5));
    assert_string_equal(consented, "name email");
    assert_int_equal(all->nelts, 2);
    assert_string_equal(APR_ARRAY_IDX(all, 0, oa2_claim_t).value, "\"Ann\"");
    fixture_good(oa2_claim_of_grant(&consented, &all, &other, 5));
    assert_string_equal(consented, "");
    fixture_good(oa2_claim_of_grant(&consented, &all, ctx, 6));
    assert_string_equal(consented, "");
    fixture_good(oa2_grant_revoke(&done, ctx, 5));
    fixture_good(oa2_claim_of_grant(&consented, &all, ctx, 5));
    assert_string_equal(consented, "");
    assert_int_equal(all->nelts, 0);
}

/* ------------------------------------------------------------ foreign */

static const char *look(const oa2_err_t **why, oa2_ctx_t *ctx,
                        const char *query, const char *value)
{
    const char *row;

    fixture_good(oa2_foreign_find(&row, why, ctx, query, value));
    return row;
}

#define PEOPLE "SELECT 'm@x' AS email, 7 AS \"student/year\", NULL AS nick" \
    " WHERE $1 = 'ann'"

static void a_row_is_an_object(void **state)
{
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    const oa2_err_t *why;
    const char *row = look(&why, ctx, PEOPLE " -- for all", "ann");
    cJSON *json;

    assert_null(why);
    assert_non_null(row);
    json = oa2_json_parse(row, strlen(row), ctx->pool);
    assert_string_equal(oa2_json_get_text(json, "email"), "m@x");
    assert_true(cJSON_GetObjectItem(json, "student/year")->valueint == 7);
    assert_null(look(&why, ctx, PEOPLE, "bob"));
    assert_null(why);
    assert_null(look(&why, ctx, PEOPLE, "' OR 1=1 --"));
    assert_null(why);
}

/* What an administrator may have written; the store goes on, each time. */
static void what_goes_wrong_is_said(void **state)
{
    static const struct { const char *query; const char *says; } rows[] = {
        { "SELECT 1 AS a UNION ALL SELECT 2 WHERE $1 <> ''", "one row" },
        { "SELECT email FROM no_such_table WHERE login = $1",
          "no_such_table" },
        { "SELEC $1", "syntax error" },
        { "DELETE FROM oauth2_user WHERE name = $1 RETURNING name",
          "syntax error" },
        { "SELECT $1) AS q; DELETE FROM oauth2_user; SELECT (1", "" },
    };
    oa2_ctx_t *ctx = ((fixture_t *)*state)->ctx;
    const oa2_err_t *why;
    oa2_user_t *user;
    apr_size_t i;

    fixture_store_user(ctx, "ann");
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_null(look(&why, ctx, rows[i].query, "ann"));
        assert_non_null(why);
        assert_int_equal(why->id, 2910);
        /* once a minute */
        assert_int_equal(why->severity, i ? OA2_LOG_INFO : OA2_LOG_WARNING);
        assert_non_null(strstr(why->meant, rows[i].says));
        assert_null(strstr(why->meant, "db migrate"));
        fixture_good(oa2_user_find(&user, ctx, "ann"));
        assert_non_null(user);
    }
    assert_non_null(look(&why, ctx, PEOPLE, "ann"));
}

static void a_query_that_hangs_is_stopped(void **state)
{
    const fixture_t *fixture = *state;
    oa2_ctx_t *ctx = fixture->ctx;
    const char *hangs = fixture->schema
        ? "SELECT pg_sleep(60) IS NULL AS a, $1 AS b"
        : "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
          " SELECT count(*) AS a, $1 AS b FROM n";
    apr_time_t began = oa2_clock();
    const oa2_err_t *why;

    assert_null(look(&why, ctx, hangs, "ann"));
    assert_non_null(why);
    assert_true(oa2_clock() - began < apr_time_from_sec(10));
    /* left alone for a while; all else goes on */
    assert_null(look(&why, ctx, PEOPLE, "ann"));
    assert_non_null(strstr(why->meant, "was not asked"));
    fixture_store_user(ctx, "ann");
}

static void a_query_cannot_write(void **state)
{
    const fixture_t *fixture = *state;
    oa2_ctx_t *ctx = fixture->ctx;
    const oa2_err_t *why;

    if (!fixture->schema)
        return;
    fixture_psql(fixture, "CREATE FUNCTION meddle(text) RETURNS text AS"
                 " 'DELETE FROM oauth2_user; SELECT $1' LANGUAGE sql");
    fixture_store_user(ctx, "ann");
    assert_null(look(&why, ctx, "SELECT meddle($1) AS a", "ann"));
    assert_non_null(strstr(why->meant, "25006"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_claim_is_what_was_set),
        TEST(two_realms),
        TEST(of_a_grant),
        TEST(a_row_is_an_object),
        TEST(what_goes_wrong_is_said),
        TEST(a_query_that_hangs_is_stopped),
        TEST(a_query_cannot_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
