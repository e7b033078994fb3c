/* SPDX-License-Identifier: Apache-2.0 */
/* claims.c - see claims.h */
#include "domain/person/claims.h"

#include <string.h>
#include <strings.h>
#include <apr_strings.h>

#include "base/text/encode.h"
#include "base/text/words.h"
#include "store/claim.h"
#include "store/foreign.h"

#define ROW_MAX (256 * 1024)            /* bytes of OAuth2ClaimQuery's row */

/*
 * RFC 7519 section 4.1, RFC 7662 section 2.2, OpenID Connect Core sections 2
 * and 5.6.2: what an answer says of itself is nobody's to change.
 */
static const char reserved[] =
    "sub iss aud exp nbf iat jti auth_time nonce acr amr azp sid at_hash "
    "c_hash cnf act active client_id scope token_type error "
    "error_description _claim_names _claim_sources";

/* ------------------------------------------------------------ names */

const char *oa2_claims_name_problem(const char *name, apr_pool_t *pool)
{
    const char *at = name;
    int depth = 0;

    if (!*name || strlen(name) > OA2_CLAIM_NAME_MAX || !oa2_is_text(name))
        return "a claim's name is 1 to 128 bytes of UTF-8 without control "
               "characters";
    for (;; at++) {
        apr_size_t len = strcspn(at, "/");

        if (!len)
            return "between slashes there has to be a name";
        if (!depth++ && oa2_words_has(reserved, apr_pstrmemdup(pool, at, len)))
            return "that name is the protocol's own: choose another one";
        at += len;
        if (!*at)
            break;
    }
    return depth > OA2_CLAIM_DEPTH_MAX
        ? "a claim's name has at most 8 parts between slashes" : NULL;
}

static int is_below(const char *name, const char *other)
{
    apr_size_t len = strlen(other);

    return strncmp(name, other, len) == 0 && name[len] == '/';
}

const char *oa2_claims_clash(const oa2_settings_t *settings)
{
    const apr_array_header_t *rows = settings->claims;
    int i;
    int k;

    for (i = 0; i < rows->nelts; i++) {
        const char *name = APR_ARRAY_IDX(rows, i, oa2_claim_row_t).name;

        for (k = 0; k < rows->nelts; k++)
            if (is_below(APR_ARRAY_IDX(rows, k, oa2_claim_row_t).name, name))
                return name;
    }
    return NULL;
}

const char *oa2_claims_word(const char *name, apr_pool_t *pool)
{
    return oa2_form_encode(pool, name);
}

const char *oa2_claims_of(const oa2_settings_t *settings, const char *scope,
                          apr_pool_t *pool)
{
    apr_array_header_t *words = apr_array_make(pool, 8, sizeof(char *));
    int i;

    for (i = 0; settings->claims && i < settings->claims->nelts; i++) {
        const oa2_claim_row_t *row =
            &APR_ARRAY_IDX(settings->claims, i, oa2_claim_row_t);

        if (oa2_words_has(scope, row->scope))
            APR_ARRAY_PUSH(words, const char *) =
                oa2_claims_word(row->name, pool);
    }
    return apr_array_pstrcat(pool, words, ' ');
}

const char *oa2_claims_label(const char *name, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, 2 * strlen(name) + 1);
    char *to = out;

    for (; *name; name++) {
        if (*name == '/')
            *to++ = ':';
        *to++ = *name == '/' || *name == '_' ? ' ' : *name;
    }
    *to = '\0';
    return out;
}

/* ------------------------------------------------------------ query */

/* Behind a quoted text, name or comment that begins at at; at when none does.
   NULL: it has no end. */
static const char *skip_quoted(const char *at)
{
    const char *end;

    if (*at == '\'' || *at == '"') {
        end = strchr(at + 1, *at);
        return end ? end + 1 : NULL;
    }
    if (strncmp(at, "--", 2) == 0)
        return at + strcspn(at, "\n");
    if (strncmp(at, "/*", 2) == 0) {
        end = strstr(at + 2, "*/");
        return end ? end + 2 : NULL;
    }
    return at;
}

/* 1 for "$1", -1 for another argument, 0 for something else. */
static int argument(const char *at)
{
    if (at[0] != '$' || !strchr("0123456789", at[1]) || !at[1])
        return 0;
    return at[1] == '1' && (!at[2] || !strchr("0123456789", at[2])) ? 1 : -1;
}

const char *oa2_claims_query_problem(const char *query)
{
    const char *at = query + strspn(query, " \t");
    int asked = 0;

    if (strncasecmp(at, "SELECT", 6) != 0 && strncasecmp(at, "WITH", 4) != 0)
        return "it has to be a SELECT";
    while (*at) {
        const char *behind = skip_quoted(at);

        if (!behind)
            return "a quote or comment in it has no end";
        if (behind != at) {
            at = behind;
            continue;
        }
        if (*at == ';')
            return "it has to be one statement, without a semicolon";
        if (argument(at) < 0)
            return "its only argument is $1, the name of the user";
        asked |= argument(at);
        at++;
    }
    return asked ? NULL
                 : "it has to ask for $1, the name of the user: … WHERE "
                   "login = $1";
}

/* ------------------------------------------------------------ values */

/* An address has lines; nothing has a bell. */
static int is_value(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    for (; *at; at++)
        if ((*at < ' ' && !strchr("\t\n\r", *at)) || *at == 127)
            return 0;
    return oa2_utf8_is_valid(text, strlen(text));
}

static const char *size_problem(const char *json)
{
    return strlen(json) > OA2_CLAIM_VALUE_MAX
        ? "a claim's value has at most 16384 bytes" : NULL;
}

const char *oa2_claims_value(const char **json, const char *text,
                             apr_pool_t *pool)
{
    cJSON *value;
    const char *problem = size_problem(text);

    if (problem)
        return problem;
    if (!is_value(text))
        return "a claim's value is UTF-8 without control characters (other "
               "than tab and line break)";
    value = oa2_json_object(pool);
    oa2_json_put_text(value, "v", text);
    *json = oa2_json_text(value->child, pool);
    return size_problem(*json);
}

const char *oa2_claims_value_of_json(const char **json, const char *text,
                                     apr_pool_t *pool)
{
    const char *problem = size_problem(text);
    cJSON *value;

    if (problem)
        return problem;
    value = oa2_json_parse(text, strlen(text), pool);
    if (!value)
        return "that is not JSON: true, 42, \"text\", [\"a\", \"b\"] and "
               "{\"a\": 1} are (quotes belong to it)";
    if (cJSON_IsNull(value))
        return "null is no value: to remove a claim, set it to nothing";
    *json = text;
    return NULL;
}

/* ------------------------------------------------------------ keep */

static const oa2_claim_t *find(const apr_array_header_t *kept,
                               const char *name, const char *source)
{
    int i;

    for (i = 0; i < kept->nelts; i++) {
        const oa2_claim_t *claim = &APR_ARRAY_IDX(kept, i, oa2_claim_t);

        if (strcmp(claim->name, name) == 0
            && strcmp(claim->source, source) == 0)
            return claim;
    }
    return NULL;
}

static const char *source_of(const oa2_claim_row_t *row, apr_pool_t *pool)
{
    return row->source == OA2_CLAIM_ENV
        ? apr_pstrcat(pool, OA2_CLAIM_OF_ENV, row->variable, NULL)
        : OA2_CLAIM_OF_PROFILE;
}

/* NULL: nothing was left behind, or nothing that can be kept. */
static const char *left_value(oa2_ctx_t *ctx, const oa2_claim_row_t *row,
                              const apr_table_t *left)
{
    const char *text = left ? apr_table_get(left, row->variable) : NULL;
    const char *problem;
    const char *json;

    if (!text || !*text)
        return NULL;
    problem = oa2_claims_value(&json, text, ctx->pool);
    if (!problem)
        return json;
    ctx->note = oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3910),
                             NULL, "what the login left behind in %s cannot "
                             "be kept as the claim \"%s\": %s", row->variable,
                             row->name, problem);
    return NULL;
}

static oa2_err_t *keep(oa2_ctx_t *ctx, const char *user,
                       const apr_array_header_t *kept,
                       const oa2_claim_row_t *row, const char *value)
{
    oa2_claim_t claim = {
        .name = row->name, .source = source_of(row, ctx->pool),
        .value = value,
    };
    const oa2_claim_t *before = find(kept, claim.name, claim.source);
    int done;

    if (before ? value && strcmp(before->value, value) == 0 : !value)
        return NULL;
    return oa2_claim_set(&done, ctx, user, &claim);
}

static int has_source(const oa2_settings_t *settings,
                      oa2_claim_source_t source)
{
    int i;

    for (i = 0; settings->claims && i < settings->claims->nelts; i++)
        if (APR_ARRAY_IDX(settings->claims, i, oa2_claim_row_t).source
            == source)
            return 1;
    return 0;
}

oa2_err_t *oa2_claims_keep(oa2_ctx_t *ctx, const char *user,
                           const apr_table_t *left)
{
    const apr_array_header_t *rows = ctx->settings->claims;
    apr_array_header_t *kept;
    int i;

    if (!has_source(ctx->settings, OA2_CLAIM_ENV))
        return NULL;
    OA2_TRY(oa2_claim_list(&kept, ctx, user));
    for (i = 0; i < rows->nelts; i++) {
        const oa2_claim_row_t *row = &APR_ARRAY_IDX(rows, i, oa2_claim_row_t);

        if (row->source == OA2_CLAIM_ENV)
            OA2_TRY(keep(ctx, user, kept, row, left_value(ctx, row, left)));
    }
    return NULL;
}

/* ------------------------------------------------------------ known, edit */

/* *is_text: it is one, and not JSON of another kind. */
static const char *readable(int *is_text, const char *json, apr_pool_t *pool)
{
    const cJSON *value = oa2_json_parse(json, strlen(json), pool);

    *is_text = cJSON_IsString(value) && value->valuestring;
    return *is_text ? value->valuestring : json;
}

oa2_err_t *oa2_claims_known(apr_array_header_t **out, oa2_ctx_t *ctx,
                            const oa2_user_t *user)
{
    const apr_array_header_t *rows = ctx->settings->claims;
    apr_array_header_t *kept;
    int i;

    *out = apr_array_make(ctx->pool, 8, sizeof(oa2_claims_known_t));
    OA2_TRY(oa2_claim_list(&kept, ctx, user->name));
    for (i = 0; rows && i < rows->nelts; i++) {
        const oa2_claim_row_t *row = &APR_ARRAY_IDX(rows, i, oa2_claim_row_t);
        oa2_claims_known_t known = { .row = row };
        const oa2_claim_t *claim;
        int is_text = 1;

        if (row->source != OA2_CLAIM_PROFILE && row->source != OA2_CLAIM_ENV)
            continue;
        claim = find(kept, row->name, source_of(row, ctx->pool));
        if (claim)
            known.text = readable(&is_text, claim->value, ctx->pool);
        known.may_edit = row->source == OA2_CLAIM_PROFILE && row->is_editable
            && is_text;
        APR_ARRAY_PUSH(*out, oa2_claims_known_t) = known;
    }
    return NULL;
}

oa2_err_t *oa2_claims_edit(oa2_claims_edit_t *out, oa2_ctx_t *ctx,
                           const char *user, const oa2_claims_known_t *claim,
                           const char *text, int is_trial)
{
    oa2_claim_t value = {
        .name = claim->row->name, .source = OA2_CLAIM_OF_PROFILE
    };
    int done;

    *out = OA2_CLAIMS_REFUSED;
    if (!claim->may_edit
        || (text && oa2_claims_value(&value.value, text, ctx->pool)))
        return NULL;
    *out = text ? (claim->text && strcmp(text, claim->text) == 0
                   ? OA2_CLAIMS_SAME : OA2_CLAIMS_CHANGED)
                : claim->text ? OA2_CLAIMS_CHANGED : OA2_CLAIMS_SAME;
    return *out == OA2_CLAIMS_CHANGED && !is_trial
        ? oa2_claim_set(&done, ctx, user, &value) : NULL;
}

/* ------------------------------------------------------------ tell */

/* What there is to tell from. */
typedef struct {
    const oa2_token_t *token;
    const char *consented;
    const apr_array_header_t *kept;
    const cJSON *row;                   /* of the query; NULL: none */
} known_t;

static int may_tell(const oa2_ctx_t *ctx, const known_t *known,
                    const oa2_claim_row_t *row)
{
    return oa2_words_has(known->token->scope, row->scope)
        && oa2_words_has(known->consented,
                         oa2_claims_word(row->name, ctx->pool));
}

static int may_tell_any(const oa2_ctx_t *ctx, const known_t *known,
                        oa2_claim_source_t source)
{
    const apr_array_header_t *rows = ctx->settings->claims;
    int i;

    for (i = 0; rows && i < rows->nelts; i++) {
        const oa2_claim_row_t *row = &APR_ARRAY_IDX(rows, i, oa2_claim_row_t);

        if (row->source == source && may_tell(ctx, known, row))
            return 1;
    }
    return 0;
}

static oa2_err_t *look(known_t *known, oa2_ctx_t *ctx)
{
    const oa2_err_t *why;
    const char *text;

    if (!ctx->settings->claim_query
        || !may_tell_any(ctx, known, OA2_CLAIM_QUERY))
        return NULL;
    OA2_TRY(oa2_foreign_find(&text, &why, ctx, ctx->settings->claim_query,
                             known->token->user));
    if (text && strlen(text) <= ROW_MAX)
        known->row = oa2_json_parse(text, strlen(text), ctx->pool);
    if (text && !known->row)
        why = oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(3911),
                           NULL, "OAuth2ClaimQuery has told nothing that can "
                           "be used: its row has more than 256 KiB, or what "
                           "JSON cannot hold");
    if (why)
        ctx->note = why;
    return NULL;
}

/* JSON; NULL: there is none. */
static const char *value_of(oa2_ctx_t *ctx, const known_t *known,
                            const oa2_claim_row_t *row)
{
    const oa2_claim_t *claim;
    const cJSON *column;
    const char *json = NULL;

    switch (row->source) {
    case OA2_CLAIM_USER:
        return oa2_claims_value(&json, known->token->user, ctx->pool)
            ? NULL : json;
    case OA2_CLAIM_QUERY:
        column = cJSON_GetObjectItemCaseSensitive(known->row, row->name);
        if (!column || cJSON_IsNull(column))
            return NULL;
        json = oa2_json_text(column, ctx->pool);
        return size_problem(json) ? NULL : json;
    default:
        claim = find(known->kept, row->name, source_of(row, ctx->pool));
        /* somebody may have written into the table by hand */
        return claim && !oa2_claims_value_of_json(&json, claim->value,
                                                  ctx->pool) ? json : NULL;
    }
}

/* No name is both a value and what others are in: httpd/check/claims.c. */
static void put(cJSON *object, const char *name, const char *json,
                apr_pool_t *pool)
{
    const char *slash;

    while ((slash = strchr(name, '/')) != NULL) {
        const char *part = apr_pstrmemdup(pool, name,
                                          (apr_size_t)(slash - name));
        cJSON *inner = cJSON_GetObjectItemCaseSensitive(object, part);

        object = inner ? inner : oa2_json_put_object(object, part);
        name = slash + 1;
    }
    oa2_json_put_json(object, name, json);
}

oa2_err_t *oa2_claims_tell(cJSON **out, oa2_ctx_t *ctx,
                           const oa2_token_t *token)
{
    const apr_array_header_t *rows = ctx->settings->claims;
    cJSON *json = oa2_json_object(ctx->pool);
    apr_array_header_t *kept;
    known_t known = { .token = token };
    int i;

    OA2_TRY(oa2_claim_of_grant(&known.consented, &kept, ctx, token->grant));
    known.kept = kept;
    OA2_TRY(look(&known, ctx));
    /* Section 5.3.2: "The sub (subject) Claim MUST always be returned in the
       UserInfo Response." */
    oa2_json_put_text(json, "sub", token->sub);
    for (i = 0; rows && i < rows->nelts; i++) {
        const oa2_claim_row_t *row = &APR_ARRAY_IDX(rows, i, oa2_claim_row_t);
        const char *value = may_tell(ctx, &known, row)
            ? value_of(ctx, &known, row) : NULL;

        if (value)
            put(json, row->name, value, ctx->pool);
    }
    *out = json;
    return NULL;
}
