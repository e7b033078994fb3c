/* SPDX-License-Identifier: Apache-2.0 */
/* test_base_err.c - base/err: kinds, what is said, what is meant. */
#include "unit/unit.h"

#include "base/err.h"

/* The RFCs' tables, row by row. */
static const struct {
    const oa2_err_kind_t *kind;
    const char *code;
    int status;
    oa2_severity_t severity;
} kinds[] = {
    { &oa2_invalid_request, "invalid_request", 400, OA2_LOG_INFO },
    { &oa2_invalid_client, "invalid_client", 401, OA2_LOG_INFO },
    { &oa2_invalid_grant, "invalid_grant", 400, OA2_LOG_INFO },
    { &oa2_unauthorized_client, "unauthorized_client", 400, OA2_LOG_INFO },
    { &oa2_unsupported_grant_type, "unsupported_grant_type", 400,
     OA2_LOG_INFO },
    { &oa2_unsupported_response_type, "unsupported_response_type", 400,
     OA2_LOG_INFO },
    { &oa2_invalid_scope, "invalid_scope", 400, OA2_LOG_INFO },
    { &oa2_access_denied, "access_denied", 403, OA2_LOG_INFO },
    { &oa2_server_error, "server_error", 500, OA2_LOG_ERROR },
    { &oa2_temporarily_unavailable, "temporarily_unavailable", 503,
     OA2_LOG_ERROR },
    { &oa2_invalid_token, "invalid_token", 401, OA2_LOG_INFO },
    { &oa2_insufficient_scope, "insufficient_scope", 403, OA2_LOG_INFO },
    { &oa2_invalid_target, "invalid_target", 400, OA2_LOG_INFO },
    { &oa2_login_required, "login_required", 400, OA2_LOG_INFO },
    { &oa2_consent_required, "consent_required", 400, OA2_LOG_INFO },
    { &oa2_forbidden, "invalid_request", 403, OA2_LOG_INFO },
    { &oa2_not_found, "invalid_request", 404, OA2_LOG_INFO },
    { &oa2_method_not_allowed, "invalid_request", 405, OA2_LOG_INFO },
    { &oa2_too_large, "invalid_request", 413, OA2_LOG_INFO },
    { &oa2_unsupported_media_type, "invalid_request", 415, OA2_LOG_INFO },
    { &oa2_too_many_requests, "invalid_request", 429, OA2_LOG_INFO },
};

/* RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E */
static int is_sayable(const char *text)
{
    if (!*text) return 0;
    for (; *text; text++) {
        if (*text < 0x20 || *text > 0x7e || *text == '"' || *text == '\\')
            return 0;
    }
    return 1;
}

static void kinds_are_those_of_the_rfcs(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(kinds); i++) {
        UNIT_ROW(strcmp(kinds[i].kind->code, kinds[i].code) == 0
                 && kinds[i].kind->status == kinds[i].status
                 && kinds[i].kind->severity == kinds[i].severity
                 && is_sayable(kinds[i].kind->said), kinds[i].code);
    }
}

static void the_kind_speaks_when_nobody_else_does(void **state)
{
    oa2_err_t *err = oa2_err_make(*state, &oa2_invalid_grant, 17, NULL, NULL);

    assert_ptr_equal(err->kind, &oa2_invalid_grant);
    assert_int_equal(err->id, 17);
    assert_int_equal(err->severity, OA2_LOG_INFO);
    assert_string_equal(err->said, oa2_invalid_grant.said);
    assert_string_equal(err->meant, oa2_invalid_grant.said);
    assert_int_equal(err->retry_after, 0);
}

static void said_is_also_meant_unless_more_is_known(void **state)
{
    oa2_err_t *err = oa2_err_make(*state, &oa2_server_error, 1, "Sorry.",
                                  NULL);

    assert_string_equal(err->said, "Sorry.");
    assert_string_equal(err->meant, "Sorry.");
    assert_int_equal(err->severity, OA2_LOG_ERROR);
    err = oa2_err_make(*state, &oa2_server_error, 1, "Sorry.", "%s: %d",
                       "disk \"a\"", 7);
    assert_string_equal(err->said, "Sorry.");
    assert_string_equal(err->meant, "disk \"a\": 7");
    err = oa2_err_make(*state, &oa2_server_error, 1, NULL, "%d %%", 7);
    assert_string_equal(err->said, oa2_server_error.said);
    assert_string_equal(err->meant, "7 %");
}

static void said_has_no_forbidden_characters(void **state)
{
    oa2_err_t *err = oa2_err_make(*state, &oa2_invalid_request, 1,
                                  "a\"b\\c\nd\x7f" "e\xc3\xa9~ !#[]", NULL);

    assert_string_equal(err->said, "a'b'c?d?e??~ !#[]");
    assert_true(is_sayable(err->said));
}

static void said_is_no_format(void **state)
{
    oa2_err_t *err = oa2_err_make(*state, &oa2_invalid_request, 1, "%s%n",
                                  NULL);

    assert_string_equal(err->said, "%s%n");
    assert_string_equal(err->meant, "%s%n");
}

static void errors_do_not_share_the_text_they_were_given(void **state)
{
    char text[] = "first";
    oa2_err_t *err = oa2_err_make(*state, &oa2_invalid_request, 1, text,
                                  NULL);

    text[0] = 'w';
    assert_string_equal(err->said, "first");
}

static void attack_raises_and_never_lowers(void **state)
{
    oa2_err_t *ours = oa2_err_make(*state, &oa2_server_error, 1, NULL, NULL);
    oa2_err_t *theirs = oa2_err_make(*state, &oa2_invalid_grant, 1, NULL,
                                     NULL);

    assert_ptr_equal(oa2_err_attack(theirs), theirs);
    assert_int_equal(theirs->severity, OA2_LOG_NOTICE);
    assert_int_equal(oa2_invalid_grant.severity, OA2_LOG_INFO);
    assert_int_equal(oa2_err_attack(ours)->severity, OA2_LOG_ERROR);
}

static oa2_err_t *try_it(oa2_err_t *err, int *went_on)
{
    OA2_TRY(err);
    *went_on = 1;
    return NULL;
}

static void try_returns_an_error_and_passes_success(void **state)
{
    oa2_err_t *err = oa2_err_make(*state, &oa2_not_found, 1, NULL, NULL);
    int went_on = 0;

    assert_ptr_equal(try_it(err, &went_on), err);
    assert_int_equal(went_on, 0);
    assert_null(try_it(NULL, &went_on));
    assert_int_equal(went_on, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(kinds_are_those_of_the_rfcs),
        UNIT_TEST(the_kind_speaks_when_nobody_else_does),
        UNIT_TEST(said_is_also_meant_unless_more_is_known),
        UNIT_TEST(said_has_no_forbidden_characters),
        UNIT_TEST(said_is_no_format),
        UNIT_TEST(errors_do_not_share_the_text_they_were_given),
        UNIT_TEST(attack_raises_and_never_lowers),
        UNIT_TEST(try_returns_an_error_and_passes_success),
    };

    return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
