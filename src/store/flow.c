/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow.c - an authorization request (RFC 6749 section 4.1.1) that waits while
 * its user logs in and consents.
 */
#include "store/realm.h"

#define COLUMNS "digest, browser, client_id, redirect_uri, redirect_sent," \
    " scope, state, challenge, audience, prompt, login_hint, expires"

#define PUT "INSERT INTO oauth2_flow (" COLUMNS ") VALUES ($1, $2, $3, $4," \
    " $5, $6, $7, $8, $9, $10, $11, $12) RETURNING 1"
static const oa2_sql_t put_sql = {
    "flow_put", PUT, { PUT }, .repeats = 0
};

#define FIND "SELECT " COLUMNS " FROM oauth2_flow" \
    " WHERE digest = $1 AND browser = $2 AND expires > $3"
static const oa2_sql_t find_sql = {
    "flow_find", FIND, { FIND }, .repeats = 1
};

#define PROMPT "UPDATE oauth2_flow SET prompt = $2 WHERE digest = $1" \
    " RETURNING 1"
static const oa2_sql_t prompt_sql = {
    "flow_set_prompt", PROMPT, { PROMPT }, .repeats = 1
};

/* Of racing DELETEs of one row, one returns it. */
#define SPEND "DELETE FROM oauth2_flow WHERE digest = $1 RETURNING 1"
static const oa2_sql_t spend_sql = {
    "flow_spend", SPEND, { SPEND }, .repeats = 0
};

oa2_err_t *oa2_flow_put(oa2_ctx_t *ctx, const oa2_flow_t *flow)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &put_sql, flow->digest, flow->browser,
                   oa2_realm_key(ctx, flow->client_id), flow->redirect_uri,
                   flow->redirect_sent ? "1" : "0", flow->scope, flow->state,
                   flow->challenge, flow->audience, flow->prompt,
                   flow->login_hint,
                   oa2_sql_number(ctx->pool, flow->expires));
}

oa2_err_t *oa2_flow_find(oa2_flow_t **out, oa2_ctx_t *ctx, const char *digest,
                         const char *browser)
{
    apr_array_header_t *rows;
    const char *client_id = NULL;
    oa2_row_t row = NULL;
    oa2_flow_t *flow;

    OA2_TRY(OA2_SQL(&rows, ctx, &find_sql, digest, browser,
                    oa2_sql_number(ctx->pool, ctx->now)));
    if (rows->nelts) {
        row = APR_ARRAY_IDX(rows, 0, oa2_row_t);
        client_id = oa2_realm_name(ctx, row[2]);
    }
    if (!client_id) {
        *out = NULL;
        return NULL;
    }
    flow = apr_pcalloc(ctx->pool, sizeof(*flow));
    flow->digest = row[0];
    flow->browser = row[1];
    flow->client_id = client_id;
    flow->redirect_uri = row[3];
    flow->redirect_sent = oa2_row_number(row, 4) != 0;
    flow->scope = oa2_row_text(row, 5);
    flow->state = row[6];
    flow->challenge = row[7];
    flow->audience = oa2_row_text(row, 8);
    flow->prompt = oa2_row_text(row, 9);
    flow->login_hint = row[10];
    flow->expires = oa2_row_number(row, 11);
    *out = flow;
    return NULL;
}

oa2_err_t *oa2_flow_set_prompt(oa2_ctx_t *ctx, const char *digest,
                               const char *prompt)
{
    apr_array_header_t *rows;

    return OA2_SQL(&rows, ctx, &prompt_sql, digest, prompt);
}

oa2_err_t *oa2_flow_spend(int *first, oa2_ctx_t *ctx, const char *digest)
{
    apr_array_header_t *rows;

    OA2_TRY(OA2_SQL(&rows, ctx, &spend_sql, digest));
    *first = rows->nelts > 0;
    return NULL;
}
