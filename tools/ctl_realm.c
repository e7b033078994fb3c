/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_realm.c - whose clients and users a database has.  httpd gives a realm
 * its number when it starts; nothing is made here.
 */
#include "base/text/units.h"
#include "ctl.h"
#include "store/realm.h"

static oa2_err_t *list(ctl_t *ctl)
{
    apr_array_header_t *realms;
    ctl_list_t out;
    int i;

    OA2_TRY(ctl_open_database(ctl, 0));
    OA2_TRY(oa2_realm_list(&realms, &ctl->ctx));
    ctl_list_begin(&out, ctl, "REALM                                     "
                   "CREATED");
    for (i = 0; i < realms->nelts; i++) {
        const oa2_realm_t *realm = &APR_ARRAY_IDX(realms, i, oa2_realm_t);
        cJSON *json = oa2_json_object(ctl->pool);

        oa2_json_put_text(json, "realm", realm->name);
        oa2_json_put_number(json, "created", realm->created);
        if (ctl_has(ctl, "json"))
            ctl_list_json(&out, json, ctl->pool);
        ctl_say(ctl, "%s  %s", ctl_cell(realm->name, 40, ctl->pool),
                oa2_units_say_time(realm->created, ctl->pool));
    }
    ctl_list_end(&out);
    return NULL;
}

const ctl_command_t ctl_realm_commands[] = {
    { "realm list", "", 0, 0,
     "Lists whose clients and users the database has.\n"
     "A realm is named by OAuth2Realm, or else by its issuer; --issuer takes\n"
     "both.", NULL, list },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};
