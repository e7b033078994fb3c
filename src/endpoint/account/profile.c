/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile.c - account/profile: what this server knows of a user beyond the
 * name, some of which the user may set (OAuth2Claim … editable), and the
 * language of the pages.
 *
 * A claim's field is called by the claim's name, encoded: an administrator may
 * have added or taken away some since the page was shown.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/encode.h"
#include "domain/person/claims.h"
#include "domain/site/audit.h"
#include "domain/site/settings.h"
#include "endpoint/account/frame.h"
#include "store/claim.h"

#define CLAIM "claim_"
#define VALUE_MAX 1000                  /* characters of a line */
#define BROWSER "browser"               /* the language that it asks for */

static const oa2_param_t params[] = {
    { "form", OA2_OPTIONAL, OA2_ONCE, OA2_FORM_MAX, oa2_is_unreserved },
    { "done", OA2_OPTIONAL, OA2_ONCE, 64, oa2_is_word },
    { "language", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    { CLAIM "*", OA2_OPTIONAL, OA2_ONCE, OA2_PARAMS_BYTES, oa2_is_any },
    OA2_PARAMS_END
};

typedef struct {
    oa2_fields_t *fields;
    const oa2_field_t *rows;
    apr_array_header_t *known;          /* oa2_claims_known_t */
    const oa2_user_t *user;
} profile_t;

/* ------------------------------------------------------------ the form */

static const char *field_of(const oa2_claims_known_t *claim, apr_pool_t *pool)
{
    const char *name = claim->row->name;

    return apr_pstrcat(pool, CLAIM,
                       oa2_b64url_encode(pool, (const unsigned char *)name,
                                         strlen(name)), NULL);
}

static void add_languages(oa2_fields_t *fields, const oa2_call_t *call,
                          const char *set)
{
    const apr_array_header_t *all = oa2_pages_languages(call->pages);
    const oa2_ctx_t *ctx = &call->ctx;
    int i;

    oa2_fields_option(fields, "language", BROWSER,
                      oa2_say(ctx, "As the browser asks for", NULL), NULL);
    for (i = 0; i < all->nelts; i++) {
        const oa2_language_t *one = APR_ARRAY_IDX(all, i,
                                                  const oa2_language_t *);

        oa2_fields_option(fields, "language", oa2_language_code(one),
                          oa2_language_text(one, "lang.name"), NULL);
    }
    oa2_fields_set(fields, "language", set && *set ? set : BROWSER);
}

static void make_fields(profile_t *profile, const oa2_call_t *call)
{
    static const oa2_field_t language = {
        "language", OA2_FIELD_CHOICE, 1, 0, "Language of these pages", NULL,
        NULL, NULL
    };
    static const oa2_field_t end = OA2_FIELDS_END;
    apr_pool_t *pool = call->ctx.pool;
    apr_array_header_t *rows = apr_array_make(pool, 8, sizeof(oa2_field_t));
    int i;

    for (i = 0; i < profile->known->nelts; i++) {
        const oa2_claims_known_t *claim =
            &APR_ARRAY_IDX(profile->known, i, oa2_claims_known_t);
        oa2_field_t row = {
            .name = field_of(claim, pool), .kind = OA2_FIELD_LINE,
            .max = VALUE_MAX,
            .label = oa2_claims_label(claim->row->name, pool)
        };

        if (claim->may_edit)
            APR_ARRAY_PUSH(rows, oa2_field_t) = row;
    }
    APR_ARRAY_PUSH(rows, oa2_field_t) = language;
    APR_ARRAY_PUSH(rows, oa2_field_t) = end;
    profile->rows = (const oa2_field_t *)(const void *)rows->elts;
    profile->fields = oa2_fields_make(profile->rows, &call->ctx);
    add_languages(profile->fields, call, profile->user->language);
}

static void fill(const profile_t *profile, const oa2_call_t *call)
{
    int i;

    for (i = 0; i < profile->known->nelts; i++) {
        const oa2_claims_known_t *claim =
            &APR_ARRAY_IDX(profile->known, i, oa2_claims_known_t);

        if (claim->may_edit)
            oa2_fields_set(profile->fields,
                           field_of(claim, call->ctx.pool), claim->text);
    }
}

/* ------------------------------------------------------------ the page */

static void put_fixed(cJSON *model, const profile_t *profile,
                      const oa2_call_t *call)
{
    cJSON *list = oa2_json_put_array(model, "claims");
    int n = 0;
    int i;

    for (i = 0; i < profile->known->nelts; i++) {
        const oa2_claims_known_t *claim =
            &APR_ARRAY_IDX(profile->known, i, oa2_claims_known_t);
        cJSON *item;

        if (claim->may_edit || !claim->text)
            continue;
        item = oa2_json_push_object(list);
        oa2_json_put_text(item, "label", oa2_claims_label(claim->row->name,
                                                          call->ctx.pool));
        oa2_json_put_text(item, "value", claim->text);
        n++;
    }
    oa2_json_put_bool(model, "has_claims", n > 0);
}

static oa2_err_t *show(oa2_reply_t **out, oa2_call_t *call,
                       const profile_t *profile, const oa2_sheet_t *sheet)
{
    cJSON *model = oa2_frame_model(call);

    oa2_json_put_text(model, "user", profile->user->name);
    oa2_json_put_text(model, "sub", profile->user->sub);
    put_fixed(model, profile, call);
    oa2_sheet_form(model, call, profile->fields, "", sheet);
    return oa2_sheet_answer(out, call, 0, OA2_PAGE_ACCOUNT_PROFILE, model,
                            sheet);
}

/* ------------------------------------------------------------ saving */

/* *changed counts.  What is wrong with one stands beside its field, and
   nothing is saved before all of them are right. */
static oa2_err_t *save_claims(int *changed, oa2_call_t *call,
                              const profile_t *profile, int is_trial)
{
    oa2_ctx_t *ctx = &call->ctx;
    int i;

    for (i = 0; i < profile->known->nelts; i++) {
        const oa2_claims_known_t *claim =
            &APR_ARRAY_IDX(profile->known, i, oa2_claims_known_t);
        const char *name = field_of(claim, ctx->pool);
        const char *text;
        oa2_claims_edit_t edited;

        if (!claim->may_edit)
            continue;
        text = oa2_fields_get(profile->fields, name);
        OA2_TRY(oa2_claims_edit(&edited, ctx, profile->user->name, claim,
                                text, is_trial));
        if (edited == OA2_CLAIMS_REFUSED)
            oa2_fields_fail(profile->fields, name, oa2_say(
                ctx, "This cannot be kept: it is too long, or holds "
                "characters that cannot be shown.", NULL));
        *changed += edited == OA2_CLAIMS_CHANGED;
    }
    return NULL;
}

static oa2_err_t *save_language(int *changed, oa2_call_t *call,
                                const profile_t *profile)
{
    const char *chosen = oa2_fields_get(profile->fields, "language");
    int done;

    if (strcmp(chosen, BROWSER) == 0)
        chosen = "";
    if (strcmp(chosen, profile->user->language) == 0)
        return NULL;
    OA2_TRY(oa2_user_set_language(&done, &call->ctx, profile->user->name,
                                  chosen));
    *changed += done;
    return NULL;
}

static oa2_err_t *save(oa2_reply_t **out, oa2_call_t *call,
                       const profile_t *profile, const oa2_sheet_t *sheet)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *what = "claims";
    int claims = 0;
    int languages = 0;

    OA2_TRY(save_claims(&claims, call, profile, 1));
    if (oa2_fields_failed(profile->fields))
        return show(out, call, profile, sheet);
    claims = 0;
    OA2_TRY(save_claims(&claims, call, profile, 0));
    OA2_TRY(save_language(&languages, call, profile));
    if (languages)
        what = claims ? "claims language" : "language";
    if (claims || languages)
        oa2_audit(ctx, &oa2_event_profile_changed, "user",
                  profile->user->name, "what", what, NULL);
    return oa2_sheet_done(out, call, sheet,
                          oa2_settings_path(ctx->settings, "account/profile",
                                            ctx->pool), "profile");
}

static oa2_err_t *handle(oa2_reply_t **out, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    profile_t profile = { 0 };
    oa2_sheet_t sheet;
    oa2_user_t *user;

    OA2_TRY(oa2_user_find(&user, ctx, call->session->user));
    if (!user)
        return oa2_err_make(ctx->pool, &oa2_not_found, OA2_ID(5583),
                            "Your account is not there any more.",
                            "the user \"%s\" was removed meanwhile",
                            call->session->user);
    profile.user = user;
    OA2_TRY(oa2_claims_known(&profile.known, ctx, user));
    make_fields(&profile, call);
    if (call->method == OA2_GET) {
        fill(&profile, call);
        oa2_sheet_begin(profile.fields, call);
        return show(out, call, &profile, NULL);
    }
    OA2_TRY(oa2_sheet_open(&sheet, call, profile.fields));
    return sheet.why || oa2_fields_failed(profile.fields)
        ? show(out, call, &profile, &sheet)
        : save(out, call, &profile, &sheet);
}

const oa2_endpoint_t oa2_endpoint_account_profile = {
    .name = "account/profile",
    .metadata = NULL,
    .methods = OA2_GET | OA2_POST,
    .client = OA2_CLIENT_NONE,
    .asker = OA2_ASKER_SESSION,
    .answer = OA2_ANSWER_PAGE,
    .cors = OA2_CORS_NONE,
    .params = params,
    .handle = handle,
};
