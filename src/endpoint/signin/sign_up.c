/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign_up.c - sign-up: somebody makes an account, where OAuth2SignUp says so.
 *
 * Nobody is signed in by it: the password is typed once more, or chosen by the
 * link in a mail.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/message.h"
#include "base/text/units.h"
#include "domain/person/account.h"
#include "domain/person/password.h"
#include "domain/person/signup.h"
#include "endpoint/signin/interaction.h"
#include "page/fields.h"

#define NAME "sign-up"
#define SHOWN "sign-up"

static const char *check_mail(const char *value, const oa2_ctx_t *ctx)
{
    return oa2_message_is_address(value) ? NULL
        : oa2_say(ctx, "This is no plain mail address, such as "
                  "ann@example.com.", NULL);
}

static const char *check_name(const char *value, const oa2_ctx_t *ctx)
{
    const char *name;

    return oa2_account_name(&name, value, ctx->pool)
        ? oa2_say(ctx, "This cannot be a user name: it is too long, or has a "
                  "character that none can have, such as a colon.", NULL)
        : NULL;
}

static const oa2_field_t rows[] = {
    { "username", OA2_FIELD_LINE, 1, OA2_ACCOUNT_NAME_MAX, "User name",
      "You sign in by it, and others may see it.", check_name, "username" },
    { "email", OA2_FIELD_LINE, 1, 254, "Mail address",
      "You get a link there, by which you choose a password.", check_mail,
      "email" },
    { "password", OA2_FIELD_NEW_SECRET, 1, 0, "New password",
      "At least 12 characters. Several words that have nothing to do with each "
      "other are good; common words, years and your name are not.", NULL,
      "new-password" },
    { "again", OA2_FIELD_NEW_SECRET, 1, 0, "New password, once more", NULL,
      NULL, "new-password" },
    OA2_FIELDS_END
};

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 16, oa2_is_word },
    { "username", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "email", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { "password", OA2_OPTIONAL, OA2_SECRET, OA2_PARAMS_BYTES, oa2_is_any },
    { "again", OA2_OPTIONAL, OA2_SECRET, OA2_PARAMS_BYTES, oa2_is_any },
    OA2_PARAMS_END
};

static oa2_fields_t *make(const oa2_ctx_t *ctx)
{
    oa2_fields_t *fields = oa2_fields_make(rows, ctx);

    if (oa2_signup_is_by_mail(ctx->settings)) {
        oa2_fields_drop(fields, "password");
        oa2_fields_drop(fields, "again");
    }
    else {
        oa2_fields_drop(fields, "email");
    }
    return fields;
}

/* ------------------------------------------------------------ the page */

static oa2_reply_t *render(oa2_call_t *call, int status, const cJSON *model)
{
    return oa2_reply_page(call->ctx.pool, status,
                          oa2_page_render(call->pages, call->ctx.language,
                                          OA2_PAGE_SIGN_UP, model,
                                          call->ctx.pool),
                          oa2_json_get_text(model, "nonce"), NULL);
}

static cJSON *begin(const oa2_call_t *call)
{
    const oa2_settings_t *settings = call->ctx.settings;
    oa2_page_common_t common = oa2_reply_common(call);
    cJSON *model = oa2_page_model(&common, call->ctx.pool);

    oa2_json_put_text(model, "login", oa2_settings_path(settings, "login",
                                                        call->ctx.pool));
    oa2_json_put_bool(model, "is_by_mail", oa2_signup_is_by_mail(settings));
    oa2_json_put_bool(model, "is_approval", settings->sign_up == OA2_APPROVAL);
    return model;
}

/* message NULL: what the fields say. */
static oa2_reply_t *ask(oa2_call_t *call, int status,
                        const oa2_fields_t *fields, const char *message)
{
    const oa2_ctx_t *ctx = &call->ctx;
    cJSON *model = begin(call);

    if (!message && oa2_fields_failed(fields))
        message = oa2_say(ctx, "Nothing was saved yet: please look at what "
                          "is marked below.", NULL);
    oa2_json_put_text(model, "action", oa2_settings_path(ctx->settings, NAME,
                                                         ctx->pool));
    oa2_json_put_text(model, "form", oa2_interaction_carry(call, "", "",
                                                           SHOWN));
    oa2_json_put_text(model, "message", message ? message : "");
    oa2_fields_put(fields, model);
    return render(call, status, model);
}

static oa2_reply_t *say_done(oa2_call_t *call)
{
    cJSON *model = begin(call);

    oa2_json_put_bool(model, "is_done", 1);
    return render(call, 200, model);
}

/* ------------------------------------------------------------ the form */

static oa2_err_t *lead_on(oa2_reply_t **out, oa2_call_t *call)
{
    *out = oa2_reply_redirect(call->ctx.pool, apr_pstrcat(
        call->ctx.pool, oa2_settings_path(call->ctx.settings, NAME,
                                          call->ctx.pool), "?done=yes", NULL));
    return NULL;
}

static oa2_err_t *slow_down(oa2_reply_t **out, oa2_call_t *call,
                            const oa2_fields_t *fields, apr_int64_t wait)
{
    apr_pool_t *pool = call->ctx.pool;
    oa2_err_t *err = oa2_err_make(
        pool, &oa2_too_many_requests, OA2_ID(5585), NULL,
        "a sign-up was refused: too many, %" APR_INT64_T_FMT " s to wait",
        wait);

    *out = ask(call, 429, fields, oa2_say(
        &call->ctx, "There were too many attempts. Please try again in "
        "{{time}}.", "time", oa2_units_tell_seconds(wait, pool), NULL));
    err->retry_after = (int)wait;
    oa2_reply_why(*out, call, err);
    return NULL;
}

/* Who sent the same form twice hears of the account that it has made. */
static oa2_err_t *taken(oa2_reply_t **out, oa2_call_t *call,
                        oa2_fields_t *fields, const oa2_twin_t *twin)
{
    const char *before;

    OA2_TRY(oa2_twin_find(&before, &call->ctx, twin));
    if (before)
        return lead_on(out, call);
    oa2_fields_fail(fields, "username", oa2_say(
        &call->ctx, "This name is taken, or looks like one that is. Please "
        "choose another one.", NULL));
    *out = ask(call, 422, fields, NULL);
    return NULL;
}

static oa2_err_t *sign_up(oa2_reply_t **out, oa2_call_t *call,
                          oa2_fields_t *fields, const oa2_twin_t *twin)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *password = oa2_fields_get(fields, "password");
    oa2_signup_t signup = {
        .mail = oa2_fields_get(fields, "email"),
        .address = call->browser.address
    };
    oa2_kept_t kept = oa2_twin_seal(twin, ctx, "done");
    oa2_signup_result_t result;
    apr_int64_t wait = 0;
    int first;

    (void)oa2_account_name(&signup.name, oa2_fields_get(fields, "username"),
                           ctx->pool);
    if (password) {
        signup.hash = oa2_password_hash(ctx->pool, password);
        if (!signup.hash)
            return oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(5586),
                                NULL, "could not hash a password");
    }
    OA2_TRY(oa2_signup_try(&result, &wait, ctx, &signup));
    if (result == OA2_SIGNUP_LATER)
        return slow_down(out, call, fields, wait);
    if (result == OA2_SIGNUP_TAKEN)
        return taken(out, call, fields, twin);
    OA2_TRY(oa2_answer_put(&first, ctx, &kept));
    return lead_on(out, call);
}

static oa2_err_t *submit(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_fields_t *fields = make(ctx);
    const char *problem = NULL;
    oa2_twin_t twin;
    oa2_form_t form;
    oa2_err_t *why = oa2_form_open(&form, ctx, &call->browser,
                                   oa2_params_get(ctx->params, "form"));

    oa2_fields_read(fields, ctx->params);
    if (!why && strcmp(form.shown, SHOWN) != 0)
        why = oa2_err_make(ctx->pool, &oa2_forbidden, OA2_ID(5587),
                           "This page could not be used any more. Please try "
                           "once more.", "another page's form came to "
                           "sign-up");
    if (why) {
        *out = ask(call, why->kind->status, fields,
                   oa2_say(ctx, why->said, NULL));
        (*out)->err = why;
        return NULL;
    }
    if (!oa2_signup_is_by_mail(ctx->settings))
        problem = oa2_password_refusal(
            ctx, oa2_fields_get(fields, "password"),
            oa2_fields_get(fields, "again"),
            oa2_fields_get(fields, "username")
            ? oa2_fields_get(fields, "username") : "");
    if (problem)
        oa2_fields_fail(fields, "password", problem);
    if (oa2_fields_failed(fields)) {
        *out = ask(call, 422, fields, NULL);
        return NULL;
    }
    oa2_twin_of(&twin, ctx, &form, apr_pstrcat(
        ctx->pool, SHOWN "\n", oa2_fields_get(fields, "username"), NULL));
    return sign_up(out, call, fields, &twin);
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;

    if (!ctx->settings->sign_up)
        return oa2_err_make(ctx->pool, &oa2_not_found, OA2_ID(5584),
                            "Nobody can make an account here alone. Please "
                            "ask the administrator of this site.",
                            "sign-up was asked for, and OAuth2SignUp is Off");
    if (call->method == OA2_POST)
        return submit(out, call);
    *out = oa2_params_get(ctx->params, "done")
        ? say_done(call) : ask(call, 200, make(ctx), NULL);
    return NULL;
}

const oa2_endpoint_t oa2_endpoint_sign_up = {
    .name = "sign-up",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};
