/* SPDX-License-Identifier: Apache-2.0 */
/* sheet.c - see sheet.h */
#include "endpoint/sheet.h"

#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#include "base/crypto.h"
#include "base/text/encode.h"
#include "base/text/units.h"
#include "base/text/words.h"
#include "domain/person/login.h"
#include "domain/person/role.h"
#include "domain/site/settings.h"
#include "endpoint/signin/interaction.h"
#include "store/throttle.h"

#define FORMS 600               /* an hour, of one user */
#define FORMS_WINDOW (60 * 60)
#define FORMS_WAIT (10 * 60)

/* Where else to go, for whom; the label is "nav.NAME" of the catalogue. */
static const struct place_t {
    const char *name;           /* of the endpoint, and of what is below it */
    const char *label;
    const char *role;           /* NULL: anybody */
} places[] = {
    { "account", "nav.account", NULL },
    { "developer", "nav.developer", NULL },
    { "admin", "nav.admin", OA2_ROLE_ADMINISTRATOR },
};

static void put_places(cJSON *model, const oa2_call_t *call)
{
    const oa2_ctx_t *ctx = &call->ctx;
    cJSON *list = oa2_json_put_array(model, "places");
    apr_size_t i;

    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        cJSON *item;
        apr_size_t len = strlen(places[i].name);

        int is_here = strncmp(call->endpoint->name, places[i].name, len) == 0;

        if (places[i].role && !(is_here && call->is_admitted)
            && !oa2_words_has(call->session->roles, places[i].role))
            continue;
        item = oa2_json_push_object(list);
        oa2_json_put_text(item, "href",
                          oa2_settings_path(ctx->settings, places[i].name,
                                            ctx->pool));
        oa2_json_put_text(item, "label", oa2_say(ctx, places[i].label, NULL));
        oa2_json_put_bool(item, "current", is_here);
    }
    /* Who httpd has authenticated cannot sign out here. */
    if (!call->browser.remote_user)
        oa2_json_put_text(model, "logout",
                          oa2_settings_path(ctx->settings, "logout",
                                            ctx->pool));
}

/* What oa2_sheet_done() led here with; NULL: nothing, or no text of ours. */
static const char *done_text(const oa2_call_t *call)
{
    const oa2_ctx_t *ctx = &call->ctx;
    const char *done = call->method == OA2_GET
        ? oa2_params_get(ctx->params, "done") : NULL;

    return done ? oa2_language_text(ctx->language,
                                    apr_pstrcat(ctx->pool, "done.", done,
                                                NULL))
                : NULL;
}

cJSON *oa2_sheet_model(oa2_call_t *call)
{
    oa2_page_common_t common = oa2_reply_common(call);
    cJSON *model = oa2_page_model(&common, call->ctx.pool);

    oa2_json_put_bool(model, "is_wide", 1);
    oa2_json_put_text(model, "signed_in", call->session->user);
    put_places(model, call);
    oa2_json_put_text(model, "done_text", done_text(call));
    return model;
}

oa2_reply_t *oa2_sheet_show(oa2_call_t *call, int status, oa2_page_id_t page,
                            const cJSON *model)
{
    return oa2_reply_page(call->ctx.pool, status,
                          oa2_page_render(call->pages, call->ctx.language,
                                          page, model, call->ctx.pool),
                          oa2_json_get_text(model, "nonce"), NULL);
}

/* ------------------------------------------------------------ forms */

/* Which page, what was typed, and which button: another one of the same form is
   no double click. */
static const char *decides(const oa2_call_t *call)
{
    const oa2_ctx_t *ctx = &call->ctx;

    return apr_pstrcat(ctx->pool, call->endpoint->name, "?",
                       oa2_params_text(ctx->params, call->endpoint->params,
                                       "form", ctx->pool), NULL);
}

/* A row of a trail, a revision, a mail: a form writes little, but a program can
   send it all day. */
static oa2_err_t *slow_down(const oa2_err_t **why, oa2_call_t *call)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_throttle_t throttle = {
        .key = oa2_digest_text(ctx->pool, apr_pstrcat(
            ctx->pool, "forms of ", call->session->user, NULL)),
        .limit = FORMS, .window = FORMS_WINDOW, .max_wait = FORMS_WAIT
    };
    oa2_err_t *err;
    apr_int64_t wait;

    OA2_TRY(oa2_throttle_count(&wait, ctx, &throttle));
    if (!wait)
        return NULL;
    err = oa2_err_make(ctx->pool, &oa2_too_many_requests, OA2_ID(5589), NULL,
                       "user \"%s\" sends too many forms, %" APR_INT64_T_FMT
                       " s to wait", call->session->user, wait);
    err->retry_after = (int)wait;
    *why = err;
    return NULL;
}

oa2_err_t *oa2_sheet_open(oa2_sheet_t *out, oa2_call_t *call,
                          oa2_fields_t *fields)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *sealed = oa2_params_get(ctx->params, "form");
    oa2_err_t *stale;
    oa2_form_t form;

    out->fields = fields;
    oa2_fields_read(fields, ctx->params);
    stale = oa2_form_open(&form, ctx, &call->browser, sealed);
    out->why = oa2_interaction_check(call, &form, stale, call->session);
    out->shown = out->why ? "" : form.shown;
    if (out->why)
        return NULL;
    oa2_twin_of(&out->twin, ctx, &form, decides(call));
    return slow_down(&out->why, call);
}

/* The page's own path. */
static const char *here(const oa2_call_t *call)
{
    return apr_pstrmemdup(call->ctx.pool, call->url, strcspn(call->url, "?"));
}

void oa2_sheet_form(cJSON *model, oa2_call_t *call,
                    const oa2_fields_t *fields, const char *shown,
                    const oa2_sheet_t *sheet)
{
    const oa2_err_t *why = sheet ? sheet->why : NULL;
    const char *message = why ? oa2_say(&call->ctx, why->said, NULL) : "";

    if (!why && oa2_fields_failed(fields))
        message = oa2_say(&call->ctx, "Nothing was saved yet: please look at "
                          "what is marked below.", NULL);
    oa2_json_put_text(model, "action", here(call));
    oa2_json_put_text(model, "form",
                      oa2_interaction_carry(call, "", call->session->user,
                                            shown));
    oa2_json_put_text(model, "message", message);
    oa2_fields_put(fields, model);
}

void oa2_sheet_begin(oa2_fields_t *fields, const oa2_call_t *call)
{
    if (call->kept)
        oa2_fields_keep(fields, call->kept);
}

oa2_err_t *oa2_sheet_before(const char **said, oa2_call_t *call,
                            const oa2_sheet_t *sheet)
{
    return oa2_twin_find(said, &call->ctx, &sheet->twin);
}

oa2_err_t *oa2_sheet_claim(int *first, oa2_call_t *call,
                           const oa2_sheet_t *sheet, const char *answer)
{
    oa2_kept_t kept = oa2_twin_seal(&sheet->twin, &call->ctx, answer);

    return oa2_answer_put(first, &call->ctx, &kept);
}

int oa2_sheet_status(const oa2_sheet_t *sheet)
{
    if (!sheet)
        return 200;
    return sheet->why ? sheet->why->kind->status
                      : oa2_fields_failed(sheet->fields) ? 422 : 200;
}

oa2_err_t *oa2_sheet_answer(oa2_reply_t **out, oa2_call_t *call, int status,
                            oa2_page_id_t page, const cJSON *model,
                            const oa2_sheet_t *sheet)
{
    *out = oa2_sheet_show(call, status ? status : oa2_sheet_status(sheet),
                          page, model);
    if (sheet && sheet->why)
        oa2_reply_why(*out, call, sheet->why);
    return NULL;
}

oa2_err_t *oa2_sheet_done(oa2_reply_t **out, oa2_call_t *call,
                          const oa2_sheet_t *sheet, const char *path,
                          const char *done)
{
    oa2_ctx_t *ctx = &call->ctx;
    const char *to = done ? apr_pstrcat(ctx->pool, path,
                                        strchr(path, '?') ? "&" : "?",
                                        "done=", done, NULL)
                          : path;
    int first;

    OA2_TRY(oa2_sheet_claim(&first, call, sheet, to));
    *out = oa2_reply_redirect(ctx->pool, to);
    return NULL;
}

const char *oa2_sheet_said(const oa2_call_t *call, const char *said)
{
    const char *text = oa2_say(&call->ctx, said, NULL);
    char *sentence = apr_pstrdup(call->ctx.pool, text);
    apr_size_t len = strlen(sentence);
    apr_size_t word = strspn(sentence, "abcdefghijklmnopqrstuvwxyz");

    /* A parameter's name stays as it is. */
    if (sentence[word] == ' ')
        sentence[0] = (char)apr_toupper(sentence[0]);
    return len && strchr(".?!", sentence[len - 1])
        ? sentence : apr_pstrcat(call->ctx.pool, sentence, ".", NULL);
}

/* ------------------------------------------------------------ lists */

/* What a page is, or the next one above it. */
static const oa2_sheet_tab_t *tab_of(const char *name,
                                     const oa2_sheet_tab_t *rows)
{
    const oa2_sheet_tab_t *best = NULL;
    apr_size_t most = 0;

    for (; rows->name; rows++) {
        apr_size_t len = strlen(rows->name);

        if (len > most && strncmp(name, rows->name, len) == 0
            && (!name[len] || name[len] == '/')) {
            best = rows;
            most = len;
        }
    }
    return best;
}

void oa2_sheet_tabs(cJSON *model, const oa2_call_t *call,
                    const oa2_sheet_tab_t *rows, const char *id)
{
    const oa2_ctx_t *ctx = &call->ctx;
    cJSON *list = oa2_json_put_array(model, "tabs");
    const oa2_sheet_tab_t *current = tab_of(call->endpoint->name, rows);

    for (; rows->name; rows++) {
        cJSON *item = oa2_json_push_object(list);
        const char *path = oa2_settings_path(ctx->settings, rows->name,
                                             ctx->pool);

        if (id)
            path = apr_pstrcat(ctx->pool, path, "/",
                               oa2_url_encode(ctx->pool, id), NULL);
        oa2_json_put_text(item, "href", path);
        oa2_json_put_text(item, "label", oa2_say(ctx, rows->label, NULL));
        oa2_json_put_bool(item, "current", rows == current);
    }
}

void oa2_sheet_next(cJSON *model, const oa2_call_t *call, const char *key,
                    const char *const *keep)
{
    apr_pool_t *pool = call->ctx.pool;
    const char *to;

    if (!key)
        return;
    to = apr_pstrcat(pool, here(call), "?after=", oa2_form_encode(pool, key),
                     NULL);
    for (; *keep; keep++) {
        const char *value = oa2_params_get(call->ctx.params, *keep);

        if (value)
            to = apr_pstrcat(pool, to, "&", *keep, "=",
                             oa2_form_encode(pool, value), NULL);
    }
    oa2_json_put_text(model, "next", to);
}

void oa2_sheet_time(cJSON *item, const char *name, apr_int64_t at)
{
    char text[32];
    char iso[32];
    char member[64];
    apr_time_exp_t when;
    apr_size_t len;

    if (!at)
        return;
    apr_time_exp_gmt(&when, apr_time_from_sec(at));
    apr_strftime(text, &len, sizeof(text), "%Y-%m-%d %H:%M", &when);
    apr_strftime(iso, &len, sizeof(iso), "%Y-%m-%dT%H:%M:%SZ", &when);
    apr_snprintf(member, sizeof(member), "%s_iso", name);
    oa2_json_put_text(item, name, text);
    oa2_json_put_text(item, member, iso);
}

/* ------------------------------------------------------------ once more */

oa2_err_t *oa2_sheet_prove(const char **problem, oa2_call_t *call,
                           const char *password)
{
    oa2_ctx_t *ctx = &call->ctx;
    oa2_login_t login = {
        .name = call->session->user, .password = password,
        .address = call->browser.address,
        .ask = call->ask_password, .baton = call->ask_baton,
        .outside = call->ask_outside,
    };
    oa2_password_t found;
    apr_int64_t wait;

    *problem = NULL;
    if (call->browser.remote_user)
        return NULL;
    if (!password) {
        *problem = oa2_say(ctx, "Please type your password.", NULL);
        return NULL;
    }
    OA2_TRY(oa2_login_try(&found, &wait, ctx, &login));
    if (login.warning)
        call->warning = login.warning;
    if (wait)
        *problem = oa2_say(ctx, "There were too many attempts. Please try "
                           "again in {{time}}.", "time",
                           oa2_units_tell_seconds(wait, ctx->pool), NULL);
    else if (found != OA2_PASSWORD_RIGHT)
        *problem = oa2_say(ctx, "This is not your password.", NULL);
    return NULL;
}
