/* SPDX-License-Identifier: Apache-2.0 */
/* frame.c - see frame.h */
#include "endpoint/account/frame.h"

static const oa2_sheet_tab_t tabs[] = {
    { "account", "tab.account.apps" },
    { "account/profile", "tab.account.profile" },
    { "account/sessions", "tab.account.sessions" },
    { "account/keys", "tab.account.keys" },
    { "account/data", "tab.account.data" },
    { "account/password", "tab.account.password" },
    { NULL, NULL }
};

cJSON *oa2_frame_model(oa2_call_t *call)
{
    cJSON *model = oa2_sheet_model(call);

    oa2_sheet_tabs(model, call, tabs, NULL);
    return model;
}
