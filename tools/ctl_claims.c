/* SPDX-License-Identifier: Apache-2.0 */
/* ctl_claims.c - what is kept of users, to be told to clients */
#include "ctl.h"

#include <string.h>

#include <apr_strings.h>

#include "domain/person/claims.h"
#include "store/claim.h"

#define SHOWN_MAX 200           /* bytes of a value in what --json is not */

typedef const char *value_fn(const char **json, const char *text,
                             apr_pool_t *pool);

static oa2_err_t *take_one(apr_array_header_t *out, const ctl_t *ctl,
                           const char *text, value_fn *read)
{
    const char *equals = strchr(text, '=');
    oa2_claim_t claim = { .source = OA2_CLAIM_OF_PROFILE };
    const char *problem;

    if (!equals)
        return ctl_fail(ctl, &ctl_usage, "write a claim as NAME=VALUE: \"%s\" "
                        "has no =", text);
    claim.name = apr_pstrmemdup(ctl->pool, text, (apr_size_t)(equals - text));
    problem = oa2_claims_name_problem(claim.name, ctl->pool);
    if (!problem && equals[1])
        problem = read(&claim.value, equals + 1, ctl->pool);
    if (problem)
        return ctl_fail(ctl, &ctl_usage, "claim \"%s\": %s", claim.name,
                        problem);
    APR_ARRAY_PUSH(out, oa2_claim_t) = claim;
    return NULL;
}

static oa2_err_t *take_all(apr_array_header_t *out, const ctl_t *ctl,
                           const char *option, value_fn *read)
{
    const apr_array_header_t *values = ctl_values(ctl, option);
    int i;

    for (i = 0; values && i < values->nelts; i++)
        OA2_TRY(take_one(out, ctl, APR_ARRAY_IDX(values, i, const char *),
                         read));
    return NULL;
}

oa2_err_t *ctl_claims_take(apr_array_header_t **out, const ctl_t *ctl)
{
    *out = apr_array_make(ctl->pool, 4, sizeof(oa2_claim_t));
    OA2_TRY(take_all(*out, ctl, "claim", oa2_claims_value));
    return take_all(*out, ctl, "claim-json", oa2_claims_value_of_json);
}

oa2_err_t *ctl_claims_set(ctl_t *ctl, const oa2_user_t *user,
                          const apr_array_header_t *claims)
{
    int done;
    int i;

    for (i = 0; i < claims->nelts; i++) {
        const oa2_claim_t *claim = &APR_ARRAY_IDX(claims, i, oa2_claim_t);

        OA2_TRY(oa2_claim_set(&done, &ctl->ctx, user->name, claim));
        if (!done && claim->value)
            return ctl_fail(ctl, &ctl_not_found, "the user %s was removed "
                            "meanwhile", user->name);
        if (!done)
            ctl_warn(ctl, "there was no claim \"%s\"", claim->name);
    }
    return NULL;
}

/* A value is JSON, unless somebody has written into the table by hand. */
static void put_value(cJSON *json, const oa2_claim_t *claim, apr_pool_t *pool)
{
    const char *value;

    if (!oa2_claims_value_of_json(&value, claim->value, pool))
        oa2_json_put_json(json, "value", value);
}

static const char *shown(const char *value, apr_pool_t *pool)
{
    return strlen(value) <= SHOWN_MAX
        ? value : apr_pstrcat(pool, apr_pstrmemdup(pool, value, SHOWN_MAX),
                              "...", NULL);
}

oa2_err_t *ctl_claims_show(cJSON *json, ctl_t *ctl, const oa2_user_t *user)
{
    cJSON *list = oa2_json_put_array(json, "claims");
    apr_array_header_t *kept;
    int i;

    OA2_TRY(oa2_claim_list(&kept, &ctl->ctx, user->name));
    for (i = 0; i < kept->nelts; i++) {
        const oa2_claim_t *claim = &APR_ARRAY_IDX(kept, i, oa2_claim_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "name", claim->name);
        oa2_json_put_text(item, "source", claim->source);
        oa2_json_put_number(item, "updated", claim->updated);
        put_value(item, claim, ctl->pool);
        ctl_field(ctl, i ? "" : "Claims", apr_pstrcat(
            ctl->pool, claim->name, " (", claim->source, "): ",
            shown(claim->value, ctl->pool), NULL));
    }
    return NULL;
}
