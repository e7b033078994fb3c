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
#include "domain/person/ticket.h"
#include "domain/site/mail.h"

#define SUB_BYTES 16            /* 128 bits: never the same again */

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

static oa2_err_t *queue(ctl_t *ctl, const oa2_ticket_kind_t *kind,
                        const oa2_user_t *user, const char *to, cJSON *json)
{
    const oa2_mail_t mail = { kind, user->name, to };

    OA2_TRY(oa2_mail_put(&ctl->ctx, &mail));
    oa2_json_put_text(json, "mail", to);
    ctl_json(ctl, json);
    ctl_say(ctl, "A mail to %s waits to be sent by httpd, with a link for "
            "user %s to choose a password.", to, user->name);
    return NULL;
}

static oa2_err_t *print(ctl_t *ctl, const oa2_ticket_kind_t *kind,
                        const oa2_user_t *user, cJSON *json)
{
    oa2_ticket_link_t link;

    OA2_TRY(oa2_ticket_make(&link, &ctl->ctx, kind, user));
    oa2_json_put_text(json, "link", link.url);
    oa2_json_put_number(json, "expires", link.expires);
    ctl_json(ctl, json);
    ctl_say(ctl, "With this link user %s chooses a password.  It is good "
            "once, until %s, and not shown again:", user->name,
            oa2_units_say_time(link.expires, ctl->pool));
    ctl_say(ctl, "%s", link.url);
    return NULL;
}

static oa2_err_t *give(ctl_t *ctl, const oa2_ticket_kind_t *kind,
                       const oa2_user_t *user, const char *to)
{
    cJSON *json = ctl_user_json(user, ctl->pool);

    ctl_where_json(ctl, json);
    OA2_TRY(to ? queue(ctl, kind, user, to, json)
               : print(ctl, kind, user, json));
    oa2_audit(&ctl->ctx, &oa2_event_user_invited, "user", user->name, "kind",
              kind->name, NULL);
    ctl_where_print(ctl);
    return NULL;
}

/* ------------------------------------------------------------ commands */

/* Whose password is not ours to give. */
static oa2_err_t *check_user(const ctl_t *ctl, const oa2_user_t *user)
{
    if (oa2_ticket_is_for(user)) return NULL;
    if (user->disabled)
        return ctl_fail(ctl, &ctl_failed, "user %s is disabled: user enable "
                        "comes first", user->name);
    return ctl_fail(ctl, &ctl_failed, "another provider knows the password "
                    "of user %s: user set --provider " OA2_ACCOUNT_OWN
                    " makes it one of this table", user->name);
}

/* The user, made when there is none: without a password nobody can sign in. */
static oa2_err_t *enter(oa2_user_t **out, ctl_t *ctl, const char *name)
{
    oa2_user_t user = {
        .name = name, .sub = oa2_random_text(ctl->pool, SUB_BYTES),
        .created = ctl->ctx.now, .provider = OA2_ACCOUNT_OWN
    };
    int put;

    OA2_TRY(oa2_user_find(out, &ctl->ctx, name));
    if (*out) return NULL;
    OA2_TRY(oa2_user_put(&put, &ctl->ctx, &user));
    if (put)
        oa2_audit(&ctl->ctx, &oa2_event_user_added, "user", name, NULL);
    OA2_TRY(oa2_user_find(out, &ctl->ctx, name));
    if (*out) return NULL;
    return ctl_fail(ctl, &ctl_exists, "there is a user %s already", name);
}

/* *to NULL: no mail was asked for. */
static oa2_err_t *begin(const char **name, const char **to, ctl_t *ctl)
{
    OA2_TRY(ctl_user_name(name, ctl));
    OA2_TRY(check_mail(to, ctl));
    OA2_TRY(ctl_open(ctl));
    OA2_TRY(know_issuer(ctl));
    return check_sender(ctl, *to);
}

static oa2_err_t *invite(ctl_t *ctl)
{
    oa2_user_t *user;
    const char *name;
    const char *to;

    OA2_TRY(begin(&name, &to, ctl));
    OA2_TRY(enter(&user, ctl, name));
    OA2_TRY(check_user(ctl, user));
    if (user->password)
        return ctl_fail(ctl, &ctl_exists, "user %s has a password already: "
                        "user reset gives a link for a new one", user->name);
    return give(ctl, &oa2_ticket_invitation, user, to);
}

static oa2_err_t *reset(ctl_t *ctl)
{
    oa2_user_t *user;
    const char *name;
    const char *to;

    OA2_TRY(begin(&name, &to, ctl));
    OA2_TRY(oa2_user_find(&user, &ctl->ctx, name));
    if (!user)
        return ctl_fail(ctl, &ctl_not_found, "there is no user %s", name);
    OA2_TRY(check_user(ctl, user));
    return give(ctl, &oa2_ticket_reset, user, to);
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
