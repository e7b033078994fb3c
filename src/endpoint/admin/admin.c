/* SPDX-License-Identifier: Apache-2.0 */
/* admin.c - see admin.h */
#include "endpoint/admin/admin.h"

/* Of each: what it is for, a key of the catalogue; NULL: nothing to say. */
static const struct area_t {
    oa2_sheet_tab_t tab;
    const char *about;
} areas[] = {
    { { "admin", "admin.overview" }, NULL },
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
