/* SPDX-License-Identifier: Apache-2.0 */
/* export.c - see export.h */
#include "domain/person/export.h"

#include <string.h>

#include <apr_strings.h>

#include "domain/person/device.h"
#include "store/apikey.h"
#include "store/app.h"
#include "store/claim.h"
#include "store/consent.h"
#include "store/grant.h"
#include "store/invitation.h"
#include "store/session.h"
#include "store/trail.h"
#include "store/userdata.h"

#define PAGE 200                        /* rows of one statement */
#define FEW 20                          /* the same, where they are large */

typedef struct {
    oa2_ctx_t *ctx;
    const char *user;
    apr_int64_t created;                /* when this one was */
    cJSON *list;
    int n;                              /* in it */
    apr_size_t bytes;                   /* of large ones in it */
    const void *last;                   /* row that was put; NULL: none */
} part_t;

/* Rows behind part->last, and how one is put. */
typedef struct {
    const char *name;
    int most;
    int page;                           /* rows of one statement */
    apr_size_t (*weigh)(const void *row);       /* NULL: they are small */
    oa2_err_t *(*read)(apr_array_header_t **rows, const part_t *part, int n);
    void (*put)(cJSON *item, const oa2_ctx_t *ctx, const void *row);
    int is_pointer;                     /* rows are pointers */
} kind_t;

/* ------------------------------------------------------------ the parts */

static oa2_err_t *read_claims(apr_array_header_t **rows, const part_t *part,
                              int n)
{
    (void)n;
    if (!part->last)
        return oa2_claim_list(rows, part->ctx, part->user);
    *rows = apr_array_make(part->ctx->pool, 1, sizeof(oa2_claim_t));
    return NULL;
}

static void put_claim(cJSON *item, const oa2_ctx_t *ctx, const void *row)
{
    const oa2_claim_t *claim = row;

    (void)ctx;
    oa2_json_put_text(item, "name", claim->name);
    oa2_json_put_text(item, "source", claim->source);
    oa2_json_put_json(item, "value", claim->value);
    oa2_json_put_number(item, "updated", claim->updated);
}

static oa2_err_t *read_apps(apr_array_header_t **rows, const part_t *part,
                            int n)
{
    const oa2_consented_t *last = part->last;

    return oa2_consent_list(rows, part->ctx, part->user,
                            last ? last->client_id : NULL, n);
}

static void put_app(cJSON *item, const oa2_ctx_t *ctx, const void *row)
{
    const oa2_consented_t *app = row;

    (void)ctx;
    oa2_json_put_text(item, "client_id", app->client_id);
    oa2_json_put_text(item, "client_name", app->name);
    oa2_json_put_text(item, "scope", app->scope);
    if (app->since)
        oa2_json_put_number(item, "since", app->since);
}

static oa2_err_t *read_grants(apr_array_header_t **rows, const part_t *part,
                              int n)
{
    return oa2_grant_list(rows, part->ctx, part->user, NULL, part->last, n);
}

static void put_grant(cJSON *item, const oa2_ctx_t *ctx, const void *row)
{
    const oa2_grant_t *grant = row;

    oa2_json_put_text(item, "grant", apr_psprintf(
        ctx->pool, "%" APR_INT64_T_FMT, grant->id));
    oa2_json_put_text(item, "client_id", grant->client_id);
    oa2_json_put_text(item, "scope", grant->scope);
    oa2_json_put_text(item, "audience", grant->audience);
    oa2_json_put_number(item, "created", grant->created);
    oa2_json_put_number(item, "expires", grant->expires);
}

static oa2_err_t *read_sessions(apr_array_header_t **rows, const part_t *part,
                                int n)
{
    return oa2_session_list(rows, part->ctx, part->user, part->last
                            ? oa2_session_key(part->last, part->ctx->pool)
                            : NULL, n);
}

static void put_session(cJSON *item, const oa2_ctx_t *ctx, const void *row)
{
    const oa2_session_t *session = row;

    oa2_json_put_text(item, "device", oa2_device_tell(ctx, session->device));
    oa2_json_put_text(item, "address", session->address);
    oa2_json_put_number(item, "since", session->authenticated);
    oa2_json_put_number(item, "used", session->used);
    oa2_json_put_number(item, "expires", session->expires);
}

static oa2_err_t *read_keys(apr_array_header_t **rows, const part_t *part,
                            int n)
{
    const oa2_apikey_t *last = part->last;

    return oa2_apikey_list(rows, part->ctx, part->user, NULL,
                           last ? last->id : NULL, n);
}

static void put_key(cJSON *item, const oa2_ctx_t *ctx, const void *row)
{
    const oa2_apikey_t *key = row;

    (void)ctx;
    oa2_json_put_text(item, "key_id", key->id);
    oa2_json_put_text(item, "name", key->name);
    oa2_json_put_text(item, "scope", key->scope);
    oa2_json_put_number(item, "created", key->created);
    if (key->expires)
        oa2_json_put_number(item, "expires", key->expires);
    if (key->used)
        oa2_json_put_number(item, "last_used", key->used);
}

static oa2_err_t *read_userdata(apr_array_header_t **rows, const part_t *part,
                                int n)
{
    const oa2_userdata_t *last = part->last;

    return oa2_userdata_list(rows, part->ctx, part->user,
                             last ? last->client_id : NULL, n);
}

static void put_userdata(cJSON *item, const oa2_ctx_t *ctx, const void *row)
{
    const oa2_userdata_t *data = row;

    (void)ctx;
    oa2_json_put_text(item, "client_id", data->client_id);
    oa2_json_put_json(item, "document", data->document);
}

static apr_size_t weigh_userdata(const void *row)
{
    return strlen(((const oa2_userdata_t *)row)->document);
}

static oa2_err_t *read_developer(apr_array_header_t **rows,
                                 const part_t *part, int n)
{
    const oa2_app_t *last = part->last;

    return oa2_app_list(rows, part->ctx, OA2_APPS_USER, part->user,
                        last ? last->client->id : NULL, n);
}

static void put_developer(cJSON *item, const oa2_ctx_t *ctx, const void *row)
{
    const oa2_app_t *app = row;

    (void)ctx;
    oa2_json_put_text(item, "client_id", app->client->id);
    oa2_json_put_text(item, "client_name", app->client->name);
}

static oa2_err_t *read_invitations(apr_array_header_t **rows,
                                   const part_t *part, int n)
{
    const oa2_invitation_t *last = part->last;

    return oa2_invitation_list_user(rows, part->ctx, part->user,
                                    last ? last->client_id : NULL, n);
}

static void put_invitation(cJSON *item, const oa2_ctx_t *ctx, const void *row)
{
    const oa2_invitation_t *one = row;

    (void)ctx;
    oa2_json_put_text(item, "client_id", one->client_id);
    oa2_json_put_text(item, "client_name", one->app);
    oa2_json_put_text(item, "role", one->role);
    oa2_json_put_text(item, "by", one->by);
    oa2_json_put_number(item, "created", one->created);
}

/* The trail outlives users, and knows them by name: what was before is another
   person's who had it. */
static oa2_err_t *read_events(apr_array_header_t **rows, const part_t *part,
                              int n)
{
    const oa2_trail_t *last = part->last;
    const oa2_trail_query_t query = {
        .user = part->user, .since = apr_time_from_sec(part->created),
        .before = last ? last->id : NULL
    };

    return oa2_trail_list(rows, part->ctx, &query, n);
}

static void put_event(cJSON *item, const oa2_ctx_t *ctx, const void *row)
{
    const oa2_trail_t *entry = row;

    (void)ctx;
    oa2_json_put_number(item, "time",
                        apr_time_sec(oa2_trail_time(entry->id)));
    oa2_json_put_text(item, "event", entry->event);
    oa2_json_put_text(item, "client_id", entry->client_id);
    oa2_json_put_text(item, "address", entry->address);
    oa2_json_put_json(item, "details", entry->members);
}

static const kind_t kinds[] = {
    { "claims", OA2_EXPORT_MOST, PAGE, NULL,
      read_claims, put_claim, 0 },
    { "apps", OA2_EXPORT_MOST, PAGE, NULL,
      read_apps, put_app, 1 },
    { "grants", OA2_EXPORT_MOST, PAGE, NULL,
      read_grants, put_grant, 1 },
    { "sessions", OA2_EXPORT_MOST, PAGE, NULL,
      read_sessions, put_session, 0 },
    { "api_keys", OA2_EXPORT_MOST, PAGE, NULL,
      read_keys, put_key, 0 },
    { "userdata", OA2_EXPORT_DOCUMENTS, FEW, weigh_userdata,
      read_userdata, put_userdata, 0 },
    { "developer", OA2_EXPORT_MOST, PAGE, NULL,
      read_developer, put_developer, 1 },
    { "invitations", OA2_EXPORT_MOST, PAGE, NULL,
      read_invitations, put_invitation, 0 },
    { "events", OA2_EXPORT_MOST, PAGE, NULL,
      read_events, put_event, 0 },
};

/* ------------------------------------------------------------ all of it */

static int has_room(const part_t *part, const kind_t *kind)
{
    return part->n < kind->most && part->bytes < OA2_EXPORT_BYTES;
}

static oa2_err_t *put_part(cJSON *json, oa2_ctx_t *ctx,
                           const oa2_user_t *user, const kind_t *kind)
{
    part_t part = {
        .ctx = ctx, .user = user->name, .created = user->created
    };
    apr_array_header_t *rows;
    int i;

    part.list = oa2_json_put_array(json, kind->name);
    do {
        OA2_TRY(kind->read(&rows, &part, kind->page));
        for (i = 0; i < rows->nelts && has_room(&part, kind); i++, part.n++) {
            const char *at = rows->elts + i * rows->elt_size;

            part.last = kind->is_pointer ? *(const void *const *)(const void *)
                                           at : at;
            kind->put(oa2_json_push_object(part.list), ctx, part.last);
            if (kind->weigh)
                part.bytes += kind->weigh(part.last);
        }
    } while (i == rows->nelts && rows->nelts >= kind->page);
    if (i < rows->nelts)
        oa2_json_put_bool(json, apr_pstrcat(ctx->pool, kind->name, "_more",
                                            NULL), 1);
    return NULL;
}

oa2_err_t *oa2_export_user(cJSON **out, oa2_ctx_t *ctx,
                           const oa2_user_t *user)
{
    cJSON *json = oa2_json_object(ctx->pool);
    cJSON *profile = oa2_json_put_object(json, "profile");
    apr_size_t i;

    oa2_json_put_text(profile, "username", user->name);
    oa2_json_put_text(profile, "sub", user->sub);
    oa2_json_put_text(profile, "provider", user->provider);
    oa2_json_put_bool(profile, "has_password", user->password != NULL);
    oa2_json_put_text(profile, "roles", user->roles);
    oa2_json_put_text(profile, "language", user->language);
    oa2_json_put_number(profile, "created", user->created);
    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        OA2_TRY(put_part(json, ctx, user, &kinds[i]));
    *out = json;
    return NULL;
}
