/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refresh_token.c - RFC 6749 section 6, rotated on every use (RFC 9700
 * section 4.14.2).
 *
 * Real clients repeat themselves: two tabs refresh at once, a phone loses the
 * answer in a tunnel.  So a spent token gets the very same answer again for a
 * short grace.  After that, while nobody has used its successor, it gets a new
 * pair in its successors' place, which die: a thief who comes with the spent
 * token so ends what its client holds, and the client's next refresh is the
 * replay.  With the successor used, its use is a replay and revokes the family.
 */
#include "base/text/words.h"
#include "grant/grant.h"

#include <string.h>
#include <apr_strings.h>

#include "base/shm/counter.h"
#include "domain/client/compat.h"
#include "domain/request/authorization.h"
#include "domain/request/resource.h"
#include "domain/site/settings.h"
#include "domain/site/audit.h"
#include "domain/token.h"
#include "store/client.h"
#include "store/grant.h"

static const oa2_param_t params[] = {
    { "refresh_token", OA2_REQUIRED, OA2_ONCE, 512, oa2_is_vschar },
    { "scope", OA2_OPTIONAL, OA2_ONCE, 2000, oa2_is_nqschar },
    { "resource", OA2_OPTIONAL, OA2_MANY, 2000, oa2_is_uri },
    OA2_PARAMS_END
};

/*
 * said: to whoever holds the token and is the client that it was issued to;
 * NULL: one sentence for all else, as a guesser could send it.
 */
static oa2_err_t *bad_token(oa2_ctx_t *ctx, int id, const char *said,
                            const char *why)
{
    return oa2_err_make(ctx->pool, &oa2_invalid_grant, id,
                        said ? said : "the refresh token is not valid",
                        "refresh token of client \"%s\": %s",
                        ctx->client->id, why);
}

/* RFC 9700 section 4.14.2: "the authorization server cannot determine which
   party submitted the invalid refresh token, but it will revoke the active
   refresh token" */
static oa2_err_t *replayed(oa2_ctx_t *ctx, const oa2_token_t *old)
{
    int done;

    OA2_TRY(oa2_grant_revoke(&done, ctx, old->grant));
    OA2_COUNT_N(ctx->counter, revoked, OA2_REVOKED_REUSE, done);
    oa2_audit(ctx, &oa2_event_token_reused, "user", old->user, "grant",
              oa2_audit_number(ctx, old->grant), NULL);
    return oa2_err_attack(bad_token(
        ctx, OA2_ID(4010), "the refresh token was used before, so all that "
        "came of it is revoked: use the one that came with each answer, and "
        "sign in again", "spent before; its whole family is revoked"));
}

/* What was asked for, and what is answered. */
static cJSON *to_keep(oa2_ctx_t *ctx, const cJSON *answer)
{
    cJSON *kept = oa2_json_object(ctx->pool);

    oa2_json_put_text(kept, "scope", oa2_params_get(ctx->params, "scope"));
    oa2_json_put_text(kept, "resource", oa2_params_join(
        ctx->params, "resource", ctx->pool));
    if (answer)
        oa2_json_put_text(kept, "answer", oa2_json_text(answer, ctx->pool));
    return kept;
}

static int is_same(const cJSON *a, const cJSON *b, const char *name)
{
    const char *one = oa2_json_get_text(a, name);
    const char *other = oa2_json_get_text(b, name);

    return one && other ? strcmp(one, other) == 0 : one == other;
}

/* Within the grace: what was kept with old; NULL: nothing. */
static cJSON *recall(oa2_ctx_t *ctx, const oa2_token_t *old, const char *text)
{
    const char *kept;

    if (!old->reply || ctx->now - old->spent >= ctx->settings->refresh_grace)
        return NULL;
    kept = oa2_token_reply_open(ctx, text, old->reply);
    return kept ? oa2_json_parse(kept, strlen(kept), ctx->pool) : NULL;
}

/* The same answer to the same question. */
static oa2_err_t *same_again(cJSON **reply, oa2_ctx_t *ctx, const cJSON *kept)
{
    const cJSON *asked = to_keep(ctx, NULL);
    const char *answer = oa2_json_get_text(kept, "answer");

    if (!is_same(kept, asked, "scope") || !is_same(kept, asked, "resource"))
        return oa2_err_make(ctx->pool, &oa2_invalid_request, OA2_ID(4018),
                            "the refresh token was used a moment ago with "
                            "another scope or resource", NULL);
    *reply = answer ? oa2_json_parse(answer, strlen(answer), ctx->pool) : NULL;
    return *reply ? NULL
        : oa2_err_make(ctx->pool, &oa2_server_error, OA2_ID(4302), NULL,
                       "the answer that was kept with a refresh token cannot "
                       "be read");
}

/*
 * After the grace: perhaps nobody has got the answer (a failover, a phone in a
 * tunnel).  Whether the successors were used is found out with the statement
 * that replaces them.  With the grace off, who repeats is not forgiven.
 */
static int may_be_late(const oa2_ctx_t *ctx, const oa2_token_t *old)
{
    return ctx->settings->refresh_grace && old->successor
        && old->expires > ctx->now;
}

static oa2_err_t *prove(oa2_token_t **out, oa2_ctx_t *ctx, const char *text)
{
    oa2_token_t *old = NULL;

    if (!oa2_token_is_refresh(ctx, text))
        return bad_token(ctx, OA2_ID(4011), NULL,
                         "not of this server's making");
    OA2_TRY(oa2_refresh_find(&old, ctx, oa2_digest_text(ctx->pool, text)));
    if (!old)
        return bad_token(ctx, OA2_ID(4012), NULL, "no such token");
    /* Section 6: "the refresh token is bound to the client to which it was
       issued" */
    if (strcmp(old->client_id, ctx->client->id) != 0)
        return oa2_err_attack(
            bad_token(ctx, OA2_ID(4013), NULL, "issued to another client"));
    if (old->revoked)
        return bad_token(ctx, OA2_ID(4014), "the access that the refresh "
                         "token stands for was revoked: sign in again",
                         "revoked");
    if (oa2_token_is_over(ctx, old->granted))
        return bad_token(ctx, OA2_ID(4300), "the access that the refresh "
                         "token stands for has come to its end: sign in again",
                         "OAuth2GrantLifetime is over");
    *out = old;
    return NULL;
}

/* Section 6: "MUST NOT include any scope not originally granted …, and if
   omitted is treated as equal" */
static oa2_err_t *narrow(oa2_token_t *like, oa2_ctx_t *ctx,
                         const oa2_token_t *old)
{
    const char *sent = oa2_params_get(ctx->params, "scope");
    const char *asked = oa2_words_union(sent ? sent : "", "", ctx->pool);
    oa2_right_t right = {
        .grant_type = "refresh_token", .scope = old->scope,
        .audience = old->audience,
    };
    /* What an administrator has taken from the client since is gone. */
    const char *problem = oa2_authorization_left(&right, ctx);
    const char *left = right.scope;

    if (problem)
        return bad_token(ctx, OA2_ID(4016), apr_pstrcat(
                             ctx->pool, "nothing is left of what the refresh "
                             "token stands for: ", problem, NULL), problem);
    if (!oa2_words_is_subset(asked, left))
        return oa2_err_make(ctx->pool, &oa2_invalid_scope, OA2_ID(4015),
                            "scope is more than was granted",
                            "client \"%s\" asked for scope \"%s\" when it "
                            "was granted \"%s\"", ctx->client->id, asked,
                            left);
    like->scope = *asked ? asked : left;
    return oa2_resource_resolve(&like->audience, ctx, right.audience);
}

/* A new pair for old, which is spent with it; or, when it was spent before,
   one in the place of its unused successors.  *done: 0 when it was too late. */
static oa2_err_t *exchange(cJSON **reply, int *done, oa2_ctx_t *ctx,
                           const oa2_token_t *old, const char *text)
{
    oa2_token_t like = *old;
    oa2_token_pair_t *pair;
    const char *sealed;

    OA2_TRY(narrow(&like, ctx, old));
    pair = oa2_token_pair_make(ctx, &like, 1);
    /* Section 6: the new refresh token's scope "MUST be identical to that of
       the refresh token included by the client" */
    if (pair->refresh) {
        pair->refresh->scope = old->scope;
        pair->refresh->audience = old->audience;
    }
    sealed = oa2_token_reply_seal(
        ctx, text, oa2_json_text(to_keep(ctx, pair->reply), ctx->pool));
    if (old->spent)
        OA2_TRY(oa2_refresh_replace(done, ctx, old, sealed, pair->access,
                                    pair->refresh));
    else
        OA2_TRY(oa2_refresh_rotate(done, ctx, old, sealed, pair->access,
                                   pair->refresh));
    if (*done)
        oa2_grant_type_issued(ctx, &oa2_grant_refresh_token, pair->access);
    if (*done && !oa2_token_is_ours(ctx, OA2_REFRESH_PREFIX, text))
        oa2_compat_used(ctx, ctx->client, oa2_compat_imported_refresh.name);
    *reply = pair->reply;
    return NULL;
}

static oa2_err_t *handle(cJSON **reply, oa2_ctx_t *ctx)
{
    const char *text = oa2_params_get(ctx->params, "refresh_token");
    const cJSON *kept;
    oa2_token_t *old;
    int done = 0;

    OA2_TRY(prove(&old, ctx, text));
    if (!old->spent && old->expires <= ctx->now)
        return bad_token(ctx, OA2_ID(4017), "the refresh token has expired: "
                         "sign in again", "expired");
    if (old->spent && (kept = recall(ctx, old, text)) != NULL)
        return same_again(reply, ctx, kept);
    if (!old->spent || may_be_late(ctx, old))
        OA2_TRY(exchange(reply, &done, ctx, old, text));
    if (done)
        return NULL;
    /* Somebody was faster: read what it left behind. */
    OA2_TRY(prove(&old, ctx, text));
    kept = recall(ctx, old, text);
    return kept ? same_again(reply, ctx, kept) : replayed(ctx, old);
}

const oa2_grant_type_t oa2_grant_refresh_token = {
    .name = "refresh_token",
    .confidential = 0,
    .params = params,
    .handle = handle,
};
