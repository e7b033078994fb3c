/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - what is written down of people, clients and administrators.
 *
 * A row of OA2_EVENTS is the whole of an event: its name, how grave it is,
 * what an entry tells beside who, where and when, and a sentence for people.
 * docs/audit-events.md lists the same; lint compares them, and each call of
 * oa2_audit() with its row.
 */
#ifndef OA2_DOMAIN_SITE_EVENT_H
#define OA2_DOMAIN_SITE_EVENT_H

#include "base/err.h"

/*
 * X(id, "name", LEVEL, anyone, "members", "what has happened")
 * LEVEL: INFO, as it should be; NOTICE, perhaps an attack, or an
 * administrator's act; WARNING, an attack or a fault that somebody has to look
 * at.  anyone: 1 where strangers can make as many as they like.
 */
#define OA2_EVENTS(X)                                                       \
    X(login_ok, "login.ok", INFO, 0, "provider",                            \
      "a person has signed in")                                             \
    X(login_failed, "login.failed", NOTICE, 1, "",                          \
      "a password was wrong; the user is named when there is one")          \
    X(login_paused, "login.paused", NOTICE, 1, "wait",                      \
      "an attempt was refused unseen, after too many wrong ones")           \
    X(session_ended, "session.ended", INFO, 0, "which",                     \
      "a person has signed out, here or (which) in all others")             \
    X(consent_given, "consent.given", INFO, 0, "scope claims",              \
      "a user has allowed a client what it may do from now on")             \
    X(consent_denied, "consent.denied", INFO, 0, "scope",                   \
      "a user has refused what a client asked for")                         \
    X(code_issued, "code.issued", INFO, 0, "scope grant",                   \
      "a client got an authorization code")                                 \
    X(code_reused, "code.reused", WARNING, 0, "grant",                      \
      "a code came a second time; all that came of it was revoked")         \
    X(token_issued, "token.issued", INFO, 0, "grant_type scope grant",      \
      "a client got an access token")                                       \
    X(token_refreshed, "token.refreshed", INFO, 0, "scope grant",           \
      "a client got a new access token for a refresh token")                \
    X(token_reused, "token.reused", WARNING, 0, "grant",                    \
      "a refresh token came a second time; all that came of it was "        \
      "revoked")                                                            \
    X(token_revoked, "token.revoked", INFO, 0, "grant by",                  \
      "an access token was revoked")                                        \
    X(grant_revoked, "grant.revoked", INFO, 0, "grant count by",            \
      "an access was revoked with all its tokens")                          \
    X(compat_used, "compat.used", INFO, 1, "switch",                        \
      "a client did what only a compatibility switch allows")               \
    X(client_refused, "client.refused", NOTICE, 1, "why",                   \
      "a client could not prove who it is; it is named when there is one")  \
    X(client_added, "client.added", NOTICE, 0, "scope",                     \
      "an administrator has added a client")                                \
    X(client_changed, "client.changed", NOTICE, 0, "what",                  \
      "an administrator has changed a client")                              \
    X(client_removed, "client.removed", NOTICE, 0, "",                      \
      "an administrator has removed a client")                              \
    X(secret_rotated, "client.secret_rotated", NOTICE, 0, "overlap by",        \
      "a client got a new secret")                                          \
    X(apikey_added, "apikey.added", NOTICE, 0, "key scope expires",         \
      "a user or a client got an API key")                                  \
    X(apikey_revoked, "apikey.revoked", NOTICE, 0, "key count",             \
      "an API key was revoked, or all of a user or client")                 \
    X(request_refused, "request.refused", INFO, 1, "endpoint error said",   \
      "a request of a client was refused, with the sentence that it got")   \
    X(app_created, "app.created", NOTICE, 0, "by",                          \
      "a developer has made an app")                                        \
    X(app_changed, "app.changed", NOTICE, 0, "by what revision",            \
      "an app was changed, or asks by a revision to be")                    \
    X(app_submitted, "app.submitted", NOTICE, 0, "by revision",             \
      "a developer asks for an app to be approved")                         \
    X(app_approved, "app.approved", NOTICE, 0, "by revision",               \
      "an administrator has approved what an app asks for")                 \
    X(app_rejected, "app.rejected", NOTICE, 0, "by revision why",           \
      "an administrator has rejected what an app asks for")                 \
    X(app_suspended, "app.suspended", NOTICE, 0, "by why",                  \
      "an administrator has stopped an app")                                \
    X(app_resumed, "app.resumed", NOTICE, 0, "by",                          \
      "an administrator lets a suspended app go on")                        \
    X(app_removed, "app.removed", NOTICE, 0, "by",                          \
      "an app was deleted by its team")                                     \
    X(app_member, "app.member", NOTICE, 0, "by member role",                \
      "somebody is on the team of an app, in another role, or no more")     \
    X(app_invited, "app.invited", NOTICE, 0, "by member role",              \
      "somebody is asked to be on the team of an app, or no more")          \
    X(user_added, "user.added", NOTICE, 0, "by",                            \
      "an administrator has added a user")                                  \
    X(user_changed, "user.changed", NOTICE, 0, "by what given taken",       \
      "an administrator has changed a user")                                \
    X(user_removed, "user.removed", NOTICE, 0, "",                          \
      "an administrator has removed a user, or the user the own account")   \
    X(user_signed_up, "user.signed_up", NOTICE, 1, "state",                 \
      "somebody has made an account")                                       \
    X(profile_changed, "user.profile_changed", NOTICE, 0, "what",           \
      "a person has changed the own profile")                               \
    X(user_exported, "user.exported", NOTICE, 0, "",                        \
      "a person has downloaded all that is kept of the account")            \
    X(user_invited, "user.invited", NOTICE, 0, "by kind",                   \
      "an administrator has given out a link by which a user chooses a "    \
      "password")                                                           \
    X(password_set, "user.password_set", NOTICE, 0, "",                     \
      "a person has chosen a password, by such a link or at the account "   \
      "page")                                                               \
    X(user_signed_out, "user.signed_out", NOTICE, 0, "by count",            \
      "an administrator has ended a user's sessions")                       \
    X(imported, "site.imported", NOTICE, 0, "users clients tokens",         \
      "an administrator has taken over users, clients and refresh tokens "  \
      "of another server")

typedef struct oa2_event_t {
    const char *name;
    oa2_severity_t level;
    int anyone;
    const char *members;                /* words */
} oa2_event_t;

#define X(id, name, level, anyone, members, about)                          \
    extern const oa2_event_t oa2_event_##id;
OA2_EVENTS(X)
#undef X

/* "info", "notice" or "warning". */
const char *oa2_event_level(const oa2_event_t *event);
/* All of them, in the order of the list; NULL ends it. */
const oa2_event_t *const *oa2_event_all(void);
/* NULL when there is none of that name. */
const oa2_event_t *oa2_event_find(const char *name);

#endif
