/* SPDX-License-Identifier: Apache-2.0 */
/* refused.c - see refused.h */
#include "domain/client/refused.h"

#include <string.h>

#include "base/text/json.h"
#include "domain/site/audit.h"
#include "store/client.h"
#include "store/trail.h"

void oa2_refused_note(oa2_ctx_t *ctx, const oa2_err_t *err)
{
    /* What its user decides is no fault of it. */
    if (!ctx->client || err->kind->status >= 500
        || err->kind == &oa2_access_denied || err->kind == &oa2_warning
        || err->kind == &oa2_login_required
        || err->kind == &oa2_consent_required)
        return;
    oa2_audit(ctx, &oa2_event_request_refused, "endpoint", ctx->endpoint,
              "error", err->kind->code, "said", err->said, NULL);
}

oa2_err_t *oa2_refused_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                            const char *id)
{
    oa2_trail_query_t query = {
        .client_id = id, .event = OA2_TRAIL_REFUSED
    };
    apr_array_header_t *rows;
    int i;

    OA2_TRY(oa2_trail_list(&rows, ctx, &query, OA2_REFUSED_MOST));
    *out = apr_array_make(ctx->pool, rows->nelts, sizeof(oa2_refused_t));
    for (i = 0; i < rows->nelts; i++) {
        const oa2_trail_t *row = &APR_ARRAY_IDX(rows, i, oa2_trail_t);
        const cJSON *json = oa2_json_parse(row->members,
                                           strlen(row->members), ctx->pool);
        oa2_refused_t *one = apr_array_push(*out);
        const char *error = json ? oa2_json_get_text(json, "error") : NULL;

        one->at = apr_time_sec(oa2_trail_time(row->id));
        one->endpoint = json ? oa2_json_get_text(json, "endpoint") : NULL;
        one->error = error ? error : "";
        one->said = json ? oa2_json_get_text(json, "said") : NULL;
    }
    return NULL;
}
