/* SPDX-License-Identifier: Apache-2.0 */
/* revision.c - see revision.h */
#include "domain/client/revision.h"

#include <string.h>

#include "base/text/json.h"
#include "base/text/words.h"
#include "domain/client/property.h"

const char *oa2_app_asked(const oa2_app_t *app, int places, apr_pool_t *pool)
{
    cJSON *json = oa2_json_object(pool);
    const oa2_property_t *row;

    for (row = oa2_properties; row->name; row++)
        if (row->reviewed == OA2_REVIEW_ALL
            || (places && row->reviewed == OA2_REVIEW_PLACES))
            oa2_json_put_text(json, row->name,
                              oa2_property_get(app, row, pool));
    return oa2_json_text(json, pool);
}

void oa2_app_take(oa2_app_t *app, const char *asked, apr_pool_t *pool)
{
    const cJSON *json = oa2_json_parse(asked, strlen(asked), pool);
    const oa2_property_t *row;

    for (row = oa2_properties; json && row->name; row++) {
        const char *text = row->reviewed ? oa2_json_get_text(json, row->name)
                                         : NULL;

        if (text)
            oa2_property_set(app, row, text, pool);
    }
}

oa2_err_t *oa2_app_last(oa2_revision_t **out, oa2_ctx_t *ctx, const char *id)
{
    apr_array_header_t *found;

    OA2_TRY(oa2_revision_list(&found, ctx, id, 0, 1));
    *out = found->nelts ? &APR_ARRAY_IDX(found, 0, oa2_revision_t) : NULL;
    return NULL;
}

int oa2_app_is_waiting(const oa2_revision_t *last)
{
    return last && strcmp(last->state, OA2_APP_PENDING) == 0;
}

void oa2_app_ask(oa2_app_change_t *change, const oa2_revision_t *last,
                 const char *asked, int is_free)
{
    if (oa2_app_is_waiting(last)) {
        change->closes = last->number;
        change->closes_as = "replaced";
    }
    change->number = last ? last->number + 1 : 1;
    change->asked = asked;
    change->number_state = is_free ? OA2_APP_APPROVED : OA2_APP_PENDING;
    change->waiting = !is_free;
}

/* ------------------------------------------------------------ to look at */

static void compare(apr_array_header_t *diff, const oa2_property_t *row,
                    const char *before, const char *after, apr_pool_t *pool)
{
    oa2_app_diff_t *one;

    if (strcmp(before, after) == 0)
        return;
    one = apr_array_push(diff);
    one->field = row->name;
    one->before = before;
    one->after = after;
    one->added = one->removed = "";
    if (row->kind != OA2_PROPERTY_WORDS)
        return;
    one->added = oa2_words_minus(after, before, pool);
    one->removed = oa2_words_minus(before, after, pool);
}

oa2_err_t *oa2_app_waiting(oa2_revision_t **revision,
                           apr_array_header_t **diff, oa2_ctx_t *ctx,
                           const oa2_app_t *app)
{
    int is_new = strcmp(app->client->state, OA2_APP_PENDING) == 0;
    const oa2_property_t *row;
    oa2_revision_t *last;
    const cJSON *asked;

    *diff = apr_array_make(ctx->pool, 2, sizeof(oa2_app_diff_t));
    OA2_TRY(oa2_app_last(&last, ctx, app->client->id));
    *revision = oa2_app_is_waiting(last) ? last : NULL;
    if (!*revision)
        return NULL;
    asked = oa2_json_parse(last->asked, strlen(last->asked), ctx->pool);
    for (row = oa2_properties; asked && row->name; row++) {
        const char *after = row->reviewed
            ? oa2_json_get_text(asked, row->name) : NULL;

        if (after)
            compare(*diff, row, is_new ? ""
                    : oa2_property_get(app, row, ctx->pool), after,
                    ctx->pool);
    }
    return NULL;
}
