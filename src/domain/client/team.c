/* SPDX-License-Identifier: Apache-2.0 */
/* team.c - see team.h */
#include "domain/client/team.h"

#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#include "base/crypto.h"
#include "domain/client/client.h"
#include "domain/person/account.h"
#include "domain/site/audit.h"
#include "store/invitation.h"
#include "store/user.h"

#define TRIES 16
#define MEMBERS_MOST 100        /* and as many who are asked */
#define INVITATION_LIVES (14 * 86400)

static int is_owner(const oa2_member_t *member)
{
    return strcmp(member->role, OA2_MEMBER_OWNER) == 0;
}

/* NULL, or why the team cannot become that; *known: the user is on it. */
static const char *team_problem(int *known, const apr_array_header_t *members,
                                const char *user, const char *role)
{
    int owners = 0;
    int i;

    *known = 0;
    for (i = 0; i < members->nelts; i++) {
        const oa2_member_t *one = &APR_ARRAY_IDX(members, i, oa2_member_t);

        if (strcmp(one->user, user) == 0)
            *known = 1;
        else
            owners += is_owner(one);
    }
    if (!*known && !role)
        return "this user is not on the team";
    if (!*known && members->nelts >= MEMBERS_MOST)
        return "a team has 100 members at most";
    if (!owners && (!role || strcmp(role, OA2_MEMBER_OWNER) != 0))
        return "an app has at least one owner: make somebody else an owner "
               "first";
    return NULL;
}

/* A team that somebody reads, decides upon, and finds as it was. */
typedef struct change_t {
    const oa2_actor_t *who;
    const char *user;
    const char *role;                   /* NULL: off the team */
    oa2_app_role_t least;               /* of who */
    int is_asked;                       /* user says yes himself */
} change_t;

static oa2_err_t *is_invited(int *out, int *count, oa2_ctx_t *ctx,
                             const char *id, const char *user)
{
    apr_array_header_t *all;
    int i;

    *out = 0;
    OA2_TRY(oa2_invitation_list(&all, ctx, id));
    for (i = 0; i < all->nelts && !*out; i++)
        *out = strcmp(APR_ARRAY_IDX(all, i, oa2_invitation_t).user, user) == 0;
    *count = all->nelts;
    return NULL;
}

static oa2_err_t *invite(oa2_app_result_t *out, oa2_ctx_t *ctx,
                         const change_t *change, const char *id)
{
    const oa2_invitation_t invitation = {
        .client_id = id, .user = change->user, .role = change->role,
        .by = change->who->user, .created = ctx->now,
        .expires = ctx->now + INVITATION_LIVES
    };
    int known, count, done;

    OA2_TRY(is_invited(&known, &count, ctx, id, change->user));
    if (!known && count >= MEMBERS_MOST) {
        oa2_app_refuse(out, ctx, "member", "100 people are asked already: "
                       "take one of these invitations back first");
        return NULL;
    }
    OA2_TRY(oa2_invitation_put(&done, ctx, &invitation));
    out->is_invited = done;
    if (!done)
        out->outcome = OA2_APP_CHANGED;
    else
        oa2_audit(ctx, &oa2_event_app_invited, "client", id, "by",
                  change->who->user, "member", change->user, "role",
                  change->role, NULL);
    return NULL;
}

/* *done: 0 when there is none. */
static oa2_err_t *end_invitation(int *done, oa2_ctx_t *ctx, const char *by,
                                 const char *user, const char *id)
{
    oa2_invitation_t *gone;

    OA2_TRY(oa2_invitation_take(&gone, ctx, id, user));
    *done = gone != NULL;
    if (gone)
        oa2_audit(ctx, &oa2_event_app_invited, "client", id, "by", by,
                  "member", user, "role", NULL, NULL);
    return NULL;
}

/* Until nobody else has changed the team meanwhile. */
static oa2_err_t *change_team(oa2_app_result_t *out, oa2_ctx_t *ctx,
                              const change_t *change, const char *id)
{
    int done = 0, known, tries;
    oa2_invitation_t *spent;

    for (tries = 0; tries < TRIES && !done; tries++) {
        apr_array_header_t *members;
        const char *said;

        OA2_TRY(oa2_app_begin(out, ctx, change->who, id, change->least));
        if (out->outcome != OA2_APP_DONE)
            return NULL;
        OA2_TRY(oa2_member_list(&members, ctx, id));
        said = team_problem(&known, members, change->user, change->role);
        /* Who is on it already stays what he is. */
        if (known && change->is_asked)
            return NULL;
        if (!known && !change->role)
            OA2_TRY(end_invitation(&done, ctx, change->who->user,
                                   change->user, id));
        if (done)
            return NULL;
        if (said) {
            oa2_app_refuse(out, ctx, "member", said);
            return NULL;
        }
        if (!known && !change->is_asked && !change->who->is_administrator)
            return invite(out, ctx, change, id);
        OA2_TRY(oa2_member_set(&done, ctx, id, out->app->team, change->user,
                               change->role));
    }
    if (!done) {
        out->outcome = OA2_APP_CHANGED;
        return NULL;
    }
    oa2_audit(ctx, &oa2_event_app_member, "client", id, "by",
              change->who->user, "member", change->user, "role", change->role,
              NULL);
    /* He need not be asked any more. */
    return change->is_asked ? NULL
                            : oa2_invitation_take(&spent, ctx, id,
                                                  change->user);
}

/* Whether a name is known is for those to hear who may change the team. */
static oa2_err_t *set_role(oa2_app_result_t *out, oa2_ctx_t *ctx,
                           const oa2_actor_t *who, const char *id,
                           const char *name, const char *role)
{
    int is_self = !role && who->user
        && strcmp(oa2_account_key(name, ctx->pool),
                  oa2_account_key(who->user, ctx->pool)) == 0;
    change_t change = {
        .who = who, .role = role,
        .least = is_self ? OA2_APP_MEMBER : OA2_APP_OWNER
    };
    oa2_user_t *user;

    OA2_TRY(oa2_app_begin(out, ctx, who, id, change.least));
    if (out->outcome != OA2_APP_DONE)
        return NULL;
    OA2_TRY(oa2_user_find(&user, ctx, name));
    if (!user) {
        oa2_app_refuse(out, ctx, "member", "there is no user of that name "
                       "here: a person has to sign in once before");
        return NULL;
    }
    change.user = user->name;
    return change_team(out, ctx, &change, id);
}

oa2_err_t *oa2_app_member_set(oa2_app_result_t *out, oa2_ctx_t *ctx,
                              const oa2_actor_t *who, const char *id,
                              const char *name, const char *role)
{
    if (strcmp(role, OA2_MEMBER_OWNER) != 0
        && strcmp(role, OA2_MEMBER_MEMBER) != 0) {
        memset(out, 0, sizeof(*out));
        oa2_app_refuse(out, ctx, "role", "a role is owner or member");
        return NULL;
    }
    return set_role(out, ctx, who, id, name, role);
}

oa2_err_t *oa2_app_member_remove(oa2_app_result_t *out, oa2_ctx_t *ctx,
                                 const oa2_actor_t *who, const char *id,
                                 const char *name)
{
    return set_role(out, ctx, who, id, name, NULL);
}

/* ------------------------------------------------------------ asked */

/* Taken first: what is withdrawn at the same moment is withdrawn. */
oa2_err_t *oa2_app_invitation_accept(oa2_app_result_t *out, oa2_ctx_t *ctx,
                                     const char *user, const char *id)
{
    const oa2_actor_t who = { .user = user };
    change_t change = {
        .who = &who, .user = user, .least = OA2_APP_NOBODY, .is_asked = 1
    };
    oa2_invitation_t *invitation;
    int done;

    memset(out, 0, sizeof(*out));
    OA2_TRY(oa2_app_check_count(out, ctx, user));
    if (out->outcome != OA2_APP_DONE)
        return NULL;
    OA2_TRY(oa2_invitation_take(&invitation, ctx, id, user));
    if (!invitation) {
        out->outcome = OA2_APP_GONE;
        return NULL;
    }
    change.role = invitation->role;
    OA2_TRY(change_team(out, ctx, &change, id));
    /* The team is full, or changes all the time: he may try again. */
    return out->outcome == OA2_APP_INVALID || out->outcome == OA2_APP_CHANGED
        ? oa2_invitation_put(&done, ctx, invitation) : NULL;
}

oa2_err_t *oa2_app_invitation_decline(oa2_app_result_t *out, oa2_ctx_t *ctx,
                                      const char *user, const char *id)
{
    int done;

    memset(out, 0, sizeof(*out));
    OA2_TRY(end_invitation(&done, ctx, user, user, id));
    out->outcome = done ? OA2_APP_DONE : OA2_APP_GONE;
    return NULL;
}

/* ------------------------------------------------------------ the end */

/* A browser shows some white space as one blank. */
static int is_shown_so(const char *name, const char *typed)
{
    while (*name || *typed) {
        if (apr_isspace(*name) && apr_isspace(*typed)) {
            while (apr_isspace(*name))
                name++;
            while (apr_isspace(*typed))
                typed++;
        }
        else if (*name++ != *typed++)
            return 0;
    }
    return 1;
}

oa2_err_t *oa2_app_delete(oa2_app_result_t *out, oa2_ctx_t *ctx,
                          const oa2_actor_t *who, const char *id,
                          const char *name)
{
    const oa2_client_t *client;
    int done;

    OA2_TRY(oa2_app_begin(out, ctx, who, id, OA2_APP_OWNER));
    if (out->outcome != OA2_APP_DONE)
        return NULL;
    client = out->app->client;
    if (out->role < OA2_APP_ADMINISTRATOR
        && strcmp(client->state, OA2_APP_SUSPENDED) == 0) {
        oa2_app_refuse(out, ctx, "", "this app is suspended: only "
                       "administrators can delete it");
        return NULL;
    }
    if (name && !is_shown_so(*client->name ? client->name : client->id,
                             name)) {
        oa2_app_refuse(out, ctx, "name", "type the name of the app, letter "
                       "by letter");
        return NULL;
    }
    OA2_TRY(oa2_client_remove(&done, ctx, id));
    out->app = NULL;
    out->outcome = done ? OA2_APP_DONE : OA2_APP_GONE;
    if (done)
        oa2_audit(ctx, &oa2_event_app_removed, "client", id, "by", who->user,
                  NULL);
    return NULL;
}

/* ------------------------------------------------------------ secret */

oa2_err_t *oa2_app_rotate_secret(oa2_app_result_t *out, oa2_ctx_t *ctx,
                                 const oa2_actor_t *who, const char *id,
                                 apr_int64_t overlap, const char *digest)
{
    const char *secret = NULL;
    int done;

    OA2_TRY(oa2_app_begin(out, ctx, who, id, OA2_APP_OWNER));
    if (out->outcome != OA2_APP_DONE)
        return NULL;
    if (oa2_client_is_public(out->app->client)) {
        oa2_app_refuse(out, ctx, "", apr_psprintf(
            ctx->pool, "client %s is public: it has no secret", id));
        return NULL;
    }
    if (!digest) {
        secret = oa2_client_new_secret(ctx->pool);
        digest = oa2_digest_text(ctx->pool, secret);
    }
    OA2_TRY(oa2_client_set_secret(&done, ctx, id, digest,
                                  overlap ? ctx->now + overlap : 0));
    if (!done) {
        out->outcome = OA2_APP_GONE;
        return NULL;
    }
    OA2_TRY(oa2_app_find(&out->app, ctx, id));
    out->secret = secret;
    oa2_audit(ctx, &oa2_event_secret_rotated, "client", id, "by", who->user,
              "overlap", overlap ? oa2_audit_number(ctx, overlap) : NULL,
              NULL);
    return NULL;
}
