/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_invite.c - links by which a user sets a password: mailed by httpd, which
 * makes them, or printed once.
 */
#include <string.h>

#include <apr_strings.h>

#include "base/text/message.h"
#include "base/text/units.h"
#include "ctl.h"
#include "domain/person/account.h"
#include "domain/person/manage.h"

/* ------------------------------------------------------------ where */

/* Whether a server of the realm is as wanted: of the issuer that was named
   ("" : any), and one that can send mails. */
static const oa2_served_t *served(const ctl_t *ctl, const char *issuer,
                                  int mail)
{
    int i;

    for (i = 0; ctl->servers && i < ctl->servers->served->nelts; i++) {
        const oa2_served_t *row =
            &APR_ARRAY_IDX(ctl->servers->served, i, oa2_served_t);

        if (ctl->realm && strcmp(row->realm, ctl->realm) == 0
            && (!*issuer || strcmp(row->issuer, issuer) == 0)
            && (!mail || row->mail))
            return row;
    }
    return NULL;
}

/* Whose page the link leads to; a realm is often named by its issuer. */
static oa2_err_t *know_issuer(ctl_t *ctl)
{
    const char *named = ctl_option(ctl, "issuer");
    const char *issuer = ctl->realm;
    const oa2_served_t *row;
    oa2_err_t *unread = NULL;

    /* Nobody needed it before where the database was named; then it may also
       be another httpd's, which is not to be read. */
    if (!ctl->servers)
        unread = oa2_servers_read(&ctl->servers, oa2_servers_path(ctl->pool),
                                  ctl->pool);
    row = named ? served(ctl, named, 0) : NULL;
    if (!row)
        row = served(ctl, "", 0);
    if (row)
        issuer = row->issuer;
    if (!issuer || oa2_settings_set_issuer(&ctl->settings, issuer, ctl->pool))
        return unread ? unread
            : ctl_fail(ctl, &ctl_failed, "it is not known where the link "
                       "should lead: httpd writes down which issuer it "
                       "serves when it starts");
    return NULL;
}

static oa2_err_t *check_mail(const char **to, const ctl_t *ctl)
{
    *to = ctl_option(ctl, "mail");
    if (*to && !oa2_message_is_address(*to))
        return ctl_fail(ctl, &ctl_usage, "%s is no plain address as "
                        "ann@example.com", *to);
    return NULL;
}

static oa2_err_t *check_sender(const ctl_t *ctl, const char *to)
{
    if (!to || served(ctl, "", 1)) return NULL;
    return ctl_fail(ctl, &ctl_usage, "httpd cannot send mails: set "
                    "OAuth2MailCommand and OAuth2MailFrom there, and restart "
                    "it; or leave out --mail, and the link is printed");
}

/* ------------------------------------------------------------ the link */

static void say_mail(ctl_t *ctl, const oa2_user_t *user, const char *to,
                     cJSON *json)
{
    oa2_json_put_text(json, "mail", to);
    ctl_json(ctl, json);
    ctl_say(ctl, "A mail to %s waits to be sent by httpd, with a link for "
            "user %s to choose a password.", to, user->name);
}

static void say_link(ctl_t *ctl, const oa2_managed_t *managed, cJSON *json)
{
    const oa2_ticket_link_t *link = &managed->link;

    oa2_json_put_text(json, "link", link->url);
    oa2_json_put_number(json, "expires", link->expires);
    ctl_json(ctl, json);
    ctl_say(ctl, "With this link user %s chooses a password.  It is good "
            "once, until %s, and not shown again:", managed->user->name,
            oa2_units_say_time(link->expires, ctl->pool));
    ctl_say(ctl, "%s", link->url);
}

static oa2_err_t *told(const ctl_t *ctl, const oa2_managed_t *managed,
                       const char *name)
{
    switch (managed->outcome) {
    case OA2_MANAGE_DONE:
        return NULL;
    case OA2_MANAGE_GONE:
        return ctl_fail(ctl, &ctl_not_found, "there is no user %s", name);
    case OA2_MANAGE_DISABLED:
        return ctl_fail(ctl, &ctl_failed, "user %s is disabled: user enable "
                        "comes first", managed->user->name);
    case OA2_MANAGE_HAS_PASSWORD:
        return ctl_fail(ctl, &ctl_exists, "user %s has a password already: "
                        "user reset gives a link for a new one",
                        managed->user->name);
    case OA2_MANAGE_ELSEWHERE:
        return ctl_fail(ctl, &ctl_failed, "another provider knows the "
                        "password of user %s: user set --provider "
                        OA2_ACCOUNT_OWN " makes it one of this table",
                        managed->user->name);
    default:
        return ctl_fail(ctl, &ctl_exists, "there is a user %s already", name);
    }
}

/* ------------------------------------------------------------ commands */

static oa2_err_t *give(ctl_t *ctl, const oa2_ticket_kind_t *kind)
{
    static const oa2_manager_t who = { NULL, 0 };
    oa2_managed_t managed;
    const char *name;
    const char *to;
    cJSON *json;

    OA2_TRY(ctl_user_name(&name, ctl));
    OA2_TRY(check_mail(&to, ctl));
    OA2_TRY(ctl_open(ctl));
    OA2_TRY(know_issuer(ctl));
    OA2_TRY(check_sender(ctl, to));
    OA2_TRY(oa2_manage_link(&managed, &ctl->ctx, &who, kind, name, to));
    OA2_TRY(told(ctl, &managed, name));
    json = ctl_user_json(managed.user, ctl->pool);
    ctl_where_json(ctl, json);
    if (to)
        say_mail(ctl, managed.user, to, json);
    else
        say_link(ctl, &managed, json);
    ctl_where_print(ctl);
    return NULL;
}

static oa2_err_t *invite(ctl_t *ctl)
{
    return give(ctl, &oa2_ticket_invitation);
}

static oa2_err_t *reset(ctl_t *ctl)
{
    return give(ctl, &oa2_ticket_reset);
}

static const ctl_option_t options[] = {
    { "mail", "ADDRESS", 0, "have httpd mail the link; else it is printed" },
    { NULL, NULL, 0, NULL }
};

const ctl_command_t ctl_invite_commands[] = {
    { "user invite", "NAME", 1, 1,
     "Adds a user who chooses the password by a link.\n"
     "The link is good once, for seven days. Again for the same user makes\n"
     "another one; three are good at a time.", options, invite },
    { "user reset", "NAME", 1, 1,
     "Lets a user choose a new password by a link.\n"
     "The link is good once, for a day. The old password goes on working\n"
     "until then; the new one ends all sessions.", options, reset },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};
