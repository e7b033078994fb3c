/* SPDX-License-Identifier: Apache-2.0 */
/* decide.c - see decide.h */
#include "domain/client/decide.h"

#include <string.h>

#include <apr_strings.h>

#include "base/crypto.h"
#include "domain/client/client.h"
#include "domain/client/revision.h"
#include "domain/site/audit.h"

#define REASON_MAX 2000

const char *oa2_app_seen(const oa2_app_t *app, const oa2_revision_t *waiting,
                         apr_pool_t *pool)
{
    const char *logo = app->client->logo;

    return apr_psprintf(pool, "%" APR_INT64_T_FMT " %" APR_INT64_T_FMT " %s",
                        app->client->version, waiting ? waiting->number : 0,
                        logo ? logo : "");
}

/* *revision: the one that waits, or NULL. */
static oa2_err_t *begin(oa2_revision_t **revision, oa2_app_result_t *out,
                        oa2_ctx_t *ctx, const oa2_actor_t *who,
                        const char *id, const char *seen)
{
    oa2_revision_t *last;

    *revision = NULL;
    OA2_TRY(oa2_app_begin(out, ctx, who, id, OA2_APP_ADMINISTRATOR));
    if (out->outcome != OA2_APP_DONE)
        return NULL;
    OA2_TRY(oa2_app_last(&last, ctx, id));
    if (oa2_app_is_waiting(last))
        *revision = last;
    if (seen && strcmp(seen, oa2_app_seen(out->app, *revision, ctx->pool)))
        out->outcome = OA2_APP_CHANGED;
    return NULL;
}

/* The revision that is to be decided upon; NULL: nothing is, and out says
   why. */
static oa2_err_t *find_waiting(oa2_revision_t **revision,
                               oa2_app_result_t *out, oa2_ctx_t *ctx,
                               const oa2_actor_t *who, const char *id,
                               const char *seen)
{
    OA2_TRY(begin(revision, out, ctx, who, id, seen));
    if (out->outcome != OA2_APP_DONE)
        *revision = NULL;
    else if (!*revision)
        oa2_app_refuse(out, ctx, "", "nothing of this app waits for a "
                       "decision");
    return NULL;
}

static int check_reason(oa2_app_result_t *out, oa2_ctx_t *ctx,
                        const char *reason)
{
    if (!reason || !*reason)
        oa2_app_refuse(out, ctx, "reason", "write why, for the developers");
    else if (strlen(reason) > REASON_MAX)
        oa2_app_refuse(out, ctx, "reason", "write 2,000 bytes at most");
    return !out->problems;
}

oa2_err_t *oa2_app_approve(oa2_app_result_t *out, oa2_ctx_t *ctx,
                           const oa2_actor_t *who, const char *id,
                           const char *seen)
{
    oa2_app_change_t change = { .reason = "", .closes_as = OA2_APP_APPROVED };
    oa2_revision_t *revision;
    oa2_client_t *client;

    OA2_TRY(find_waiting(&revision, out, ctx, who, id, seen));
    if (!revision)
        return NULL;
    client = out->app->client;
    oa2_app_take(out->app, revision->asked, ctx->pool);
    /* Confidential from now on: nobody knows this one, rotation makes one. */
    if (client->secret && !*client->secret)
        client->secret = oa2_digest_text(ctx->pool,
                                         oa2_client_new_secret(ctx->pool));
    if (strcmp(client->state, OA2_APP_SUSPENDED) == 0)
        change.reason = NULL;
    else
        oa2_app_enter(client, OA2_APP_APPROVED);
    change.closes = revision->number;
    OA2_TRY(oa2_app_write(out, ctx, &change, who));
    if (out->outcome == OA2_APP_DONE)
        oa2_audit(ctx, &oa2_event_app_approved, "client", id, "by", who->user,
                  "revision", oa2_audit_number(ctx, revision->number), NULL);
    return NULL;
}

oa2_err_t *oa2_app_reject(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const char *id,
                          const char *seen, const char *reason)
{
    oa2_app_change_t change = { .closes_as = OA2_APP_REJECTED };
    oa2_revision_t *revision;

    OA2_TRY(find_waiting(&revision, out, ctx, who, id, seen));
    if (!revision || !check_reason(out, ctx, reason))
        return NULL;
    if (strcmp(out->app->client->state, OA2_APP_PENDING) == 0)
        oa2_app_enter(out->app->client, OA2_APP_REJECTED);
    change.closes = revision->number;
    change.reason = reason;
    OA2_TRY(oa2_app_write(out, ctx, &change, who));
    if (out->outcome == OA2_APP_DONE)
        oa2_audit(ctx, &oa2_event_app_rejected, "client", id, "by", who->user,
                  "revision", oa2_audit_number(ctx, revision->number), "why",
                  reason, NULL);
    return NULL;
}

oa2_err_t *oa2_app_suspend(oa2_app_result_t *out, oa2_ctx_t *ctx,
                           const oa2_actor_t *who, const char *id,
                           const char *seen, const char *reason)
{
    oa2_app_change_t change = { .reason = reason, .waiting = -1 };
    oa2_revision_t *revision;

    OA2_TRY(begin(&revision, out, ctx, who, id, seen));
    if (out->outcome != OA2_APP_DONE || !check_reason(out, ctx, reason))
        return NULL;
    if (strcmp(out->app->client->state, OA2_APP_APPROVED) != 0) {
        oa2_app_refuse(out, ctx, "", "only an approved app can be suspended");
        return NULL;
    }
    oa2_app_enter(out->app->client, OA2_APP_SUSPENDED);
    OA2_TRY(oa2_app_write(out, ctx, &change, who));
    if (out->outcome == OA2_APP_DONE)
        oa2_audit(ctx, &oa2_event_app_suspended, "client", id, "by",
                  who->user, "why", reason, NULL);
    return NULL;
}

oa2_err_t *oa2_app_resume(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const char *id,
                          const char *seen)
{
    oa2_app_change_t change = { .reason = "", .waiting = -1 };
    oa2_revision_t *revision;

    OA2_TRY(begin(&revision, out, ctx, who, id, seen));
    if (out->outcome != OA2_APP_DONE)
        return NULL;
    if (strcmp(out->app->client->state, OA2_APP_SUSPENDED) != 0) {
        oa2_app_refuse(out, ctx, "", "this app is not suspended");
        return NULL;
    }
    oa2_app_enter(out->app->client, OA2_APP_APPROVED);
    OA2_TRY(oa2_app_write(out, ctx, &change, who));
    if (out->outcome == OA2_APP_DONE)
        oa2_audit(ctx, &oa2_event_app_resumed, "client", id, "by", who->user,
                  NULL);
    return NULL;
}
