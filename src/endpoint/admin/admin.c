/* SPDX-License-Identifier: Apache-2.0 */
/* admin.c - see admin.h */
#include "endpoint/admin/admin.h"

#include <string.h>

#include <apr_strings.h>

#include "base/text/encode.h"
#include "domain/site/settings.h"

/* Of each: what it is for, a key of the catalogue; NULL: nothing to say. */
static const struct area_t {
    oa2_sheet_tab_t tab;
    const char *about;
} areas[] = {
    { { "admin", "admin.overview" }, NULL },
    { { "admin/apps", "admin.apps" }, "admin.apps.about" },
    { { "admin/users", "admin.users" }, "admin.users.about" },
    { { "admin/grants", "admin.grants.title" }, "admin.grants.about" },
    { { "admin/scopes", "admin.scopes.title" }, "admin.scopes.about" },
    { { "admin/audit", "admin.audit.title" }, "admin.audit.about" },
    { { "admin/health", "admin.health.title" }, "admin.health.about" },
    { { "admin/traffic", "admin.traffic.title" }, "admin.traffic.about" },
};

#define N_AREAS (sizeof(areas) / sizeof(areas[0]))

cJSON *oa2_admin_model(oa2_call_t *call)
{
    cJSON *model = oa2_sheet_model(call);
    oa2_sheet_tab_t tabs[N_AREAS + 1];
    cJSON *item;
    apr_size_t i;

    for (i = 0; i < N_AREAS; i++)
        tabs[i] = areas[i].tab;
    tabs[N_AREAS].name = tabs[N_AREAS].label = NULL;
    oa2_sheet_tabs(model, call, tabs, NULL);
    item = cJSON_GetObjectItemCaseSensitive(model, "tabs")->child;
    for (i = 0; i < N_AREAS; i++, item = item->next)
        if (areas[i].about)
            oa2_json_put_text(item, "about",
                              oa2_say(&call->ctx, areas[i].about, NULL));
    return model;
}

void oa2_admin_filter(cJSON *model, const oa2_call_t *call,
                      const oa2_fields_t *fields)
{
    cJSON *filter = oa2_json_put_object(model, "filter");

    oa2_json_put_text(filter, "action",
                      apr_pstrmemdup(call->ctx.pool, call->url,
                                     strcspn(call->url, "?")));
    oa2_json_put_text(filter, "message", oa2_fields_failed(fields)
                      ? oa2_say(&call->ctx, "Nothing is shown yet: please "
                                "look at what is marked below.", NULL) : "");
    oa2_fields_put(fields, filter);
}

const char *oa2_admin_query(const oa2_call_t *call, const char *first,
                            const char *const *names)
{
    apr_pool_t *pool = call->ctx.pool;
    const char *query = first ? apr_pstrcat(pool, "?", first, NULL) : "";

    for (; *names; names++) {
        const char *value = oa2_params_get(call->ctx.params, *names);

        if (value && *value)
            query = apr_pstrcat(pool, query, *query ? "&" : "?", *names, "=",
                                oa2_form_encode(pool, value), NULL);
    }
    return query;
}

oa2_manager_t oa2_admin_manager(const oa2_call_t *call)
{
    oa2_manager_t who = { call->session->user, !call->is_admitted };

    return who;
}

oa2_actor_t oa2_admin_actor(const oa2_call_t *call)
{
    oa2_actor_t who = { call->session->user, 1 };

    return who;
}

const char *oa2_admin_of(const oa2_call_t *call, const char *param)
{
    const char *value = oa2_params_get(call->ctx.params, param);

    if (!value && call->kept)
        value = oa2_params_get(call->kept, param);
    return value ? value : "";
}

const char *oa2_admin_path(const oa2_call_t *call, const char *endpoint,
                           const char *param, const char *value)
{
    apr_pool_t *pool = call->ctx.pool;

    return apr_pstrcat(pool, oa2_settings_path(call->ctx.settings, endpoint,
                                               pool), "?", param, "=",
                       oa2_form_encode(pool, value), NULL);
}
