/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - everything that is remembered, as verbs of the domain.
 *
 * long: the promises below hold for every verb, and are read with them.
 *
 * Below: PostgreSQL or SQLite through apr_dbd (store/pool.h, store/sql.h), and
 * the cache that processes share (base/cache.h).  Above: nobody writes SQL.
 *
 * Promises that every verb keeps:
 *   - One round trip on PostgreSQL; on SQLite one statement or one short
 *     BEGIN IMMEDIATE transaction.
 *   - Compare and set: of N racing callers exactly one is told that it won.
 *   - When a verb that changes something returns NULL, the change is
 *     committed, and no process of this machine will use an older cached
 *     answer; PostgreSQL has told the other machines (NOTIFY).
 *   - When the answer of the database got lost, the verb finds out whether it
 *     was done, and says so.  Where it cannot (the row of its statement says
 *     .repeats = 0, or the database stays away), it returns
 *     oa2_temporarily_unavailable, and may have been done.  Of something that
 *     was taken away *done may be 0 then, though it was this caller who did.
 *   - Waits are bounded (store settings).  With the database away it returns
 *     oa2_temporarily_unavailable, at once after the first failure.
 *   - `find` answers NULL in *out when there is no such row: no error.
 *
 * All verbs but those of the store, the realms and the purge see the rows of
 * ctx->realm only, cached or not: a name, a digest or an id of another realm
 * is one that there is not.  Verbs that take what a `find` answered take what
 * a find of the same realm answered.
 *
 * Times are seconds since 1970.  Digests are base64url(SHA-256(secret)),
 * 43 characters: the secrets themselves are never stored.  Lists are words
 * separated by one space; "" is the empty list, never NULL.  Returned
 * structures live in ctx->pool.  All text is valid UTF-8 without NUL: callers
 * see to it before.
 */
#ifndef OA2_STORE_STORE_H
#define OA2_STORE_STORE_H

#include <apr_tables.h>
#include "base/cache.h"
#include "base/err.h"
#include "base/params.h"

typedef struct oa2_store_t oa2_store_t;
struct oa2_settings_t;                  /* domain/settings.h */
struct oa2_client_t;

/*
 * What one request, command or test works with.  Everything below the httpd
 * floor gets one; it belongs to one thread.
 */
typedef struct oa2_ctx_t {
    apr_pool_t *pool;                   /* the request's */
    oa2_store_t *store;
    apr_int64_t now;                    /* seconds since 1970 */
    apr_int64_t realm;                  /* oa2_realm_enter(); 0: the first */
    /* OA2_KEY_LEN bytes: cached tokens are found under the same salt only, so
       that no server takes over what one with another secret has checked;
       NULL: none. */
    const unsigned char *salt;
    const struct oa2_settings_t *settings;
    const struct oa2_client_t *client;  /* proven or named; NULL: none */
    const oa2_params_t *params;         /* checked against the row */
    const oa2_err_t *note;              /* for the log, though all went well;
                                           NULL: nothing */
} oa2_ctx_t;

/* ------------------------------------------------------------ the store */

typedef struct oa2_store_conf_t {
    const char *driver;                 /* "pgsql" or "sqlite3" */
    const char *params;                 /* libpq string, or a file's path */
    int connections;                    /* most per process */
    int wait_ms;                        /* longest wait for a connection */
} oa2_store_conf_t;

/*
 * Needs apr_dbd_init() to have run.  Connects lazily: succeeds with the
 * database away.  Thread-safe afterwards; one per process (call it after
 * fork), destroyed with pool.  Two caches, because a client takes more room
 * than a token; NULL: none is used.
 */
oa2_err_t *oa2_store_open(oa2_store_t **out, const oa2_store_conf_t *conf,
                          oa2_cache_t *tokens, oa2_cache_t *clients,
                          apr_pool_t *pool);
/* NULL, or a sentence that says what is wrong with driver or params.  It
   quotes no value of params, which may hold a password. */
const char *oa2_store_conf_check(const oa2_store_conf_t *conf,
                                 apr_pool_t *pool);
/* params without passwords, for people and other programs; *secret: there was
   one.  Of params that oa2_store_conf_check() finds right. */
const char *oa2_store_conf_public(int *secret, const oa2_store_conf_t *conf,
                                  apr_pool_t *pool);
/* One word for a shell, quoted if it has to be. */
const char *oa2_store_conf_word(const char *text, apr_pool_t *pool);
/* "oauth2ctl --database '…' VERB" for a shell, without passwords: what an
   administrator has to type. */
const char *oa2_store_conf_command(const oa2_store_conf_t *conf,
                                   const char *verb, apr_pool_t *pool);
/* The tokens' cache. */
oa2_cache_t *oa2_store_cache(const oa2_store_t *store);
int oa2_store_is_pgsql(const oa2_store_t *store);
/* One cheap statement: NULL when the database answers. */
oa2_err_t *oa2_store_ping(oa2_ctx_t *ctx);

/* Whether it answers, as all processes of the machine see it: shared memory,
   zero at first. */
typedef struct oa2_health_t {
    volatile apr_uint32_t is_away;      /* and that was told */
    volatile apr_uint32_t refused;      /* statements, since then */
    volatile apr_uint32_t last;         /* when, by base/clock.h, in seconds */
} oa2_health_t;

/* Who is told, from any thread, when that changes. */
typedef struct oa2_watch_t {
    oa2_health_t *health;
    /* The first that was refused; all have severity OA2_LOG_INFO from then. */
    void (*away)(void *baton, const oa2_err_t *why);
    /* The first that was answered when none had been refused for 3 s. */
    void (*back)(void *baton, apr_uint32_t refused);
    void *baton;
} oa2_watch_t;

/* Before the store has threads.  It keeps the pointer. */
void oa2_store_watch(oa2_store_t *store, const oa2_watch_t *watch);

typedef struct oa2_schema_t {
    int current;                        /* version in the database; 0: none */
    int newest;                         /* version this program knows */
    int oldest;                         /* lowest that this program can use */
} oa2_schema_t;

/* An error too when the database could not hold what it would have to. */
oa2_err_t *oa2_schema_find(oa2_schema_t *out, oa2_ctx_t *ctx);
/*
 * Applies what is missing, each version in one transaction, one process at a
 * time; *applied counts them.  Then, each time, gives users an account that a
 * program of version 1 has made: see oa2_user_list_replaced().
 */
oa2_err_t *oa2_schema_migrate(int *applied, oa2_ctx_t *ctx);

/* ------------------------------------------------------------ realm */

/*
 * Whose clients and users these are: an issuer's, or those of several issuers
 * that an administrator gave one realm.
 */
typedef struct oa2_realm_t {
    apr_int64_t id;                     /* for ctx->realm */
    const char *name;
    apr_int64_t created;
} oa2_realm_t;

/*
 * The number of the realm of that name, given to it when it has none yet.  The
 * first name gets 0, and with it all rows that there were before there were
 * realms.  Whoever else asks at the same moment is told the same.
 */
oa2_err_t *oa2_realm_enter(apr_int64_t *id, oa2_ctx_t *ctx, const char *name);
/* Gives no number: *found is 0 when it has none, and *id as it was. */
oa2_err_t *oa2_realm_find(int *found, apr_int64_t *id, oa2_ctx_t *ctx,
                          const char *name);
/*
 * Notes mark, a fingerprint of the server's secret, for ctx->realm.  *before:
 * the one noted last, at *when; "" if none was.
 */
oa2_err_t *oa2_realm_note_secret(const char **before, apr_int64_t *when,
                                 oa2_ctx_t *ctx, const char *mark);
/* oa2_realm_t, all of them, by id. */
oa2_err_t *oa2_realm_list(apr_array_header_t **out, oa2_ctx_t *ctx);

/* ------------------------------------------------------------ elsewhere */

/* SQLite only: all that is committed now, in a new file at path, which may be
   empty or not there.  Nobody has to wait meanwhile. */
oa2_err_t *oa2_store_backup(oa2_ctx_t *ctx, const char *path);

typedef struct oa2_copied_t {
    const char *name;                   /* of a table */
    apr_int64_t rows;
} oa2_copied_t;

/*
 * From SQLite to PostgreSQL: every row of every table, as of one moment, all
 * or nothing.  Both have the same schema version, and the tables of `to` are
 * empty.  *out: oa2_copied_t.
 */
oa2_err_t *oa2_store_copy(apr_array_header_t **out, oa2_ctx_t *to,
                          oa2_ctx_t *from);

/* ------------------------------------------------------------ client */

typedef struct oa2_client_t {
    const char *id;
    const char *name;                   /* for people; "" : none */
    const char *secret;                 /* digest; NULL: a public client */
    const char *old_secret;             /* digest; NULL: none */
    apr_int64_t old_secret_until;       /* good before this time */
    const char *redirect_uris;          /* words, exactly as registered */
    const char *scope;                  /* words it may ask for */
    const char *grants;                 /* grant_type words */
    const char *introspect;             /* "none", "own" or "all" */
    const char *resources;              /* resource URIs it answers for */
    apr_int64_t access_lifetime;        /* seconds; 0: the server's */
    apr_int64_t refresh_lifetime;       /* seconds; 0: the server's */
    int trusted;                        /* consent is not asked */
    int disabled;
    apr_int64_t created;
    apr_int64_t updated;
    int no_pkce;                        /* RFC 7636 is not asked of it */
    int any_scheme;                     /* of redirect URIs: without a dot */
    const char *origins;                /* of its pages, beside those of its
                                           redirect URIs: words */
    apr_int64_t version;                /* counts changes; put: 0 */
} oa2_client_t;

/* Cached.  Disabled clients are found too. */
oa2_err_t *oa2_client_find(oa2_client_t **out, oa2_ctx_t *ctx,
                           const char *id);
/* *put: 0 when the id is taken.  Also writes the origins of the http(s)
   redirect URIs, and its own, for oa2_origin_is_known(). */
oa2_err_t *oa2_client_put(int *put, oa2_ctx_t *ctx,
                          const oa2_client_t *client);
/*
 * All fields but id and created.  *done: 0 when there is none, or when somebody
 * changed it after it was read: then find it, and do it again.  Afterwards
 * client has the new version.
 */
oa2_err_t *oa2_client_update(int *done, oa2_ctx_t *ctx, oa2_client_t *client);
/* One field, whatever else changes; *done: 0 when there is none. */
oa2_err_t *oa2_client_set_disabled(int *done, oa2_ctx_t *ctx, const char *id,
                                   int disabled);
/*
 * A new secret (a digest) for a client that has one.  The one before stays
 * good before old_until; 0: not at all.  *done: 0 when there is none, or it is
 * public.
 */
oa2_err_t *oa2_client_set_secret(int *done, oa2_ctx_t *ctx, const char *id,
                                 const char *secret, apr_int64_t old_until);
/* With its grants, codes, tokens and consents. */
oa2_err_t *oa2_client_remove(int *done, oa2_ctx_t *ctx, const char *id);
/* oa2_client_t *, by id, after `after` (NULL: from the start), at most n. */
oa2_err_t *oa2_client_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                           const char *after, int n);
/* Some enabled client has a redirect URI of this origin, or this origin.
   Cached. */
oa2_err_t *oa2_origin_is_known(int *known, oa2_ctx_t *ctx,
                               const char *origin);

/* ------------------------------------------------------------ user */

/*
 * A user is found by any spelling of the name (base/fold.h): there is one in a
 * realm of all that fold to the same.  Verbs that change one take the name as
 * the row has it.
 */
typedef struct oa2_user_t {
    const char *name;                   /* as it is shown */
    const char *sub;                    /* random, never reused */
    const char *password;               /* hash; NULL: known elsewhere only */
    int disabled;
    apr_int64_t created;
    const char *provider;               /* vouched first; NULL: nobody yet */
    const char *credential;             /* find only: see oa2_session_t */
    int is_replaced;                    /* list only: nobody can sign in by it,
                                           another row has its account */
} oa2_user_t;

oa2_err_t *oa2_user_find(oa2_user_t **out, oa2_ctx_t *ctx, const char *name);
/* *put: 0 when there is one by that name, in any spelling. */
oa2_err_t *oa2_user_put(int *put, oa2_ctx_t *ctx, const oa2_user_t *user);
/*
 * The row of a user for whom provider vouches: made with this sub when there
 * is none yet.  A row that nobody has vouched for is provider's from now on;
 * the caller looks whether (*out)->provider is.
 */
oa2_err_t *oa2_user_enter(oa2_user_t **out, oa2_ctx_t *ctx, const char *name,
                          const char *provider, const char *new_sub);
/* Ends the user's sessions too; from now on the own table vouches. */
oa2_err_t *oa2_user_set_password(int *done, oa2_ctx_t *ctx, const char *name,
                                 const char *hash);
/* A disabled user's sessions end and its tokens are refused, those of rows
   that it replaced as well. */
oa2_err_t *oa2_user_set_disabled(int *done, oa2_ctx_t *ctx, const char *name,
                                 int disabled);
/* Signs the user out everywhere. */
oa2_err_t *oa2_user_end_sessions(int *done, oa2_ctx_t *ctx, const char *name);
/* From now on that one vouches, and no other. */
oa2_err_t *oa2_user_set_provider(int *done, oa2_ctx_t *ctx, const char *name,
                                 const char *provider);
/* With sessions, consents, grants, codes and tokens. */
oa2_err_t *oa2_user_remove(int *done, oa2_ctx_t *ctx, const char *name);
oa2_err_t *oa2_user_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                         const char *after, int n);
/*
 * oa2_user_t *, at most n: rows of version 1 whose names are spellings of
 * another one's, which has the account.  Nobody can sign in by them.  What to
 * do with them is an administrator's to say; most will be removed.
 */
oa2_err_t *oa2_user_list_replaced(apr_array_header_t **out, oa2_ctx_t *ctx,
                                  int n);

/* ------------------------------------------------------------ session */

/* A browser's login.  RFC 6749 knows no sessions: they are ours. */
typedef struct oa2_session_t {
    const char *digest;                 /* of the cookie's value */
    const char *user;                   /* name */
    const char *sub;
    apr_int64_t authenticated;          /* when the password was typed */
    apr_int64_t expires;
    const char *credential;             /* put only: the user's, as it was
                                           before the password was looked at */
} oa2_session_t;

/*
 * Whatever ends a user's sessions changes the credential in the user's row: a
 * session is good while the two are the same, so that none has to be hunted
 * down, and none that is made meanwhile is left.  *put: 0 when they differ
 * already, or the user is disabled or gone: then nothing is stored.
 */
oa2_err_t *oa2_session_put(int *put, oa2_ctx_t *ctx,
                           const oa2_session_t *session);
/* NULL when expired or ended, or its user is disabled or gone. */
oa2_err_t *oa2_session_find(oa2_session_t **out, oa2_ctx_t *ctx,
                            const char *digest);
oa2_err_t *oa2_session_end(int *done, oa2_ctx_t *ctx, const char *digest);

/* ------------------------------------------------------------ answer */

/* The sealed answer to a form (domain/form.h). */
typedef struct oa2_kept_t {
    const char *digest;                 /* of the form and who sent it */
    const char *reply;                  /* sealed */
    apr_int64_t expires;
} oa2_kept_t;

/* *first: 0 when another one is there and has not expired. */
oa2_err_t *oa2_answer_put(int *first, oa2_ctx_t *ctx,
                          const oa2_kept_t *answer);
/* *reply NULL when there is none, or it has expired. */
oa2_err_t *oa2_answer_find(const char **reply, oa2_ctx_t *ctx,
                           const char *digest);

/* ------------------------------------------------------------ consent */

/* *scope: what this user has allowed this client; "" when nothing. */
oa2_err_t *oa2_consent_find(const char **scope, oa2_ctx_t *ctx,
                            const char *user, const char *client_id);
typedef struct oa2_consent_t {
    const char *user;
    const char *client_id;
    const char *scope;
} oa2_consent_t;

/* Sets it to exactly scope, if it is still `before`, as found.  *done: 0 when
   it is something else now, or there is no such client. */
oa2_err_t *oa2_consent_put(int *done, oa2_ctx_t *ctx,
                           const oa2_consent_t *consent, const char *before);

/* ------------------------------------------------------------ grant */

/*
 * One authorization: user x client x scope; the family of its codes and
 * tokens.  A revoked grant takes all of them down.
 */
typedef struct oa2_grant_t {
    apr_int64_t id;                     /* random, positive */
    const char *client_id;
    const char *user;
    const char *scope;
    const char *audience;
    apr_int64_t created;
    apr_int64_t expires;                /* the last of its tokens' */
    apr_int64_t revoked;                /* 0: not */
} oa2_grant_t;

/* *done: 0 when there is none or it was revoked before. */
oa2_err_t *oa2_grant_revoke(int *done, oa2_ctx_t *ctx, apr_int64_t id);
/* All grants of a user, of a client, or of both (NULL: any of this realm);
   consents of the pair go too.  *count: how many. */
oa2_err_t *oa2_grant_revoke_all(int *count, oa2_ctx_t *ctx, const char *user,
                                const char *client_id);
/* Live ones, newest first; filters may be NULL; id < before (0: all). */
oa2_err_t *oa2_grant_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                          const char *user, const char *client_id, int n);

/* ------------------------------------------------------------ code */

/* RFC 6749 section 4.1.2 */
typedef struct oa2_code_t {
    const char *digest;
    apr_int64_t grant;
    const char *client_id;
    const char *user;
    const char *sub;                    /* find only */
    const char *redirect_uri;
    int redirect_sent;
    const char *challenge;
    const char *scope;
    const char *audience;
    apr_int64_t expires;
    int spent;                          /* find only */
    int revoked;                        /* find only: the grant's */
    apr_int64_t granted;                /* find only: when the grant began */
} oa2_code_t;

/*
 * Makes the grant, its code and, if it is not NULL, the answer to the form that
 * asked for it, all or nothing.  *first is 0 when that form had an answer
 * before: then nothing is stored.
 */
oa2_err_t *oa2_code_issue(int *first, oa2_ctx_t *ctx,
                          const oa2_grant_t *grant, const oa2_code_t *code,
                          const oa2_kept_t *answer);
/* Spent, expired and revoked codes are found too, while the row exists. NULL
   when the client or user is gone or disabled. */
oa2_err_t *oa2_code_find(oa2_code_t **out, oa2_ctx_t *ctx,
                         const char *digest);

/* ------------------------------------------------------------ token */

/* The longest time, in seconds, that a spent refresh token's answer is kept. */
#define OA2_REFRESH_GRACE_MAX 300

typedef struct oa2_token_t {
    const char *digest;
    int refresh;                        /* 0: access token */
    apr_int64_t grant;                  /* 0: client_credentials, no family */
    const char *client_id;
    const char *user;                   /* NULL: the client acts for itself */
    const char *sub;                    /* find only; NULL as user is */
    const char *scope;
    const char *audience;
    apr_int64_t issued;
    apr_int64_t expires;
    apr_int64_t spent;                  /* refresh: when rotated; 0: not */
    const char *reply;                  /* refresh: sealed answer, or NULL */
    int revoked;                        /* refresh_find only, as all below */
    apr_int64_t granted;                /* when the grant began */
    const char *successor;              /* digests of what it was exchanged */
    const char *successor_access;       /* for; NULL: not, or none */
} oa2_token_t;

/*
 * Spends the code and stores its tokens (refresh NULL: none), all or nothing;
 * *first is 0 when the code was spent or revoked before: then nothing is
 * stored.  The grant lives as long as the last token.
 */
oa2_err_t *oa2_code_spend(int *first, oa2_ctx_t *ctx, const oa2_code_t *code,
                          const oa2_token_t *access,
                          const oa2_token_t *refresh);
/* An access token without a family (client_credentials): one INSERT. */
oa2_err_t *oa2_token_put(oa2_ctx_t *ctx, const oa2_token_t *token);
/*
 * What the cache remembers of a live access token; NULL says nothing.  Asks no
 * database.  key: what the digest's text stands for.
 */
oa2_token_t *oa2_token_recall(oa2_ctx_t *ctx,
                              const unsigned char key[OA2_KEY_LEN]);
/*
 * A live access token: not expired, not revoked, its grant not revoked, its
 * client and user there and enabled; NULL otherwise.  Cached: a hit asks no
 * database.
 */
oa2_err_t *oa2_token_find(oa2_token_t **out, oa2_ctx_t *ctx,
                          const char *digest);
/* The access token only; its family lives on.  *done: 0 when there is none. */
oa2_err_t *oa2_token_revoke(int *done, oa2_ctx_t *ctx,
                            const oa2_token_t *token);
/* A refresh token, spent, expired, revoked or not, while the row exists and
   its client and user are there and enabled. */
oa2_err_t *oa2_refresh_find(oa2_token_t **out, oa2_ctx_t *ctx,
                            const char *digest);
/*
 * Spends old, leaving reply with it, and stores its successors, all or
 * nothing.  *first is 0 when old was spent or its grant revoked before.
 */
oa2_err_t *oa2_refresh_rotate(int *first, oa2_ctx_t *ctx,
                              const oa2_token_t *old, const char *reply,
                              const oa2_token_t *access,
                              const oa2_token_t *refresh);

/*
 * The same for old that was spent and whose answer never arrived: its
 * successors, which old names, are taken away and others stored in their
 * place, all or nothing.  *first is 0 when the successor was used meanwhile,
 * or replaced by somebody else, or the grant revoked: nothing is changed then.
 * Who uses the successor later is using a spent token that has none itself.
 */
oa2_err_t *oa2_refresh_replace(int *first, oa2_ctx_t *ctx,
                               const oa2_token_t *old, const char *reply,
                               const oa2_token_t *access,
                               const oa2_token_t *refresh);

/* ------------------------------------------------------------ throttle */

/*
 * Counts one attempt against each key (a digest; e.g. of an account, of an
 * address) *before* the password is looked at, so that parallel guesses all
 * count.  From the limit-th attempt on within the window each doubles the
 * pause that follows, from 1 s to max_wait.  *wait: seconds that this attempt
 * would have to wait; 0: go on.
 */
typedef struct oa2_throttle_t {
    const char *key;
    int limit;
    apr_int64_t window;
    apr_int64_t max_wait;               /* 0: only counts, pauses nobody */
    apr_int64_t counted;                /* out: attempts, this one too */
} oa2_throttle_t;

oa2_err_t *oa2_throttle_count(apr_int64_t *wait, oa2_ctx_t *ctx,
                              oa2_throttle_t *throttle);
/* The attempt was none against this key; a pause that it began ends. */
oa2_err_t *oa2_throttle_give_back(oa2_ctx_t *ctx,
                                  const oa2_throttle_t *throttle);
/* The right password was given: forget the account's attempts. */
oa2_err_t *oa2_throttle_clear(oa2_ctx_t *ctx, const char *key);

/* ------------------------------------------------------------ purge */

/*
 * Removes up to n rows of each kind that nothing can need any more: expired
 * sessions, flows, throttles; codes and spent refresh tokens once they cannot
 * be replayed against a living grant; expired tokens; grants without a living
 * token; and, of spent refresh tokens that stay, the sealed answers.  Never
 * waits for a row that somebody else has locked.  *removed counts rows; call
 * again while it is not 0.
 */
oa2_err_t *oa2_purge(apr_int64_t *removed, oa2_ctx_t *ctx, int n);

/* ------------------------------------------------------------ fleet */

/*
 * What other machines changed: a LISTEN on a connection of its own, for a
 * thread of its own.  Only PostgreSQL.
 */
typedef struct oa2_listener_t oa2_listener_t;

/*
 * Says, on a connection of the pool's, what the listener has to hear.  Once a
 * second, and not in the listener's thread: it waits as any statement does.
 */
oa2_err_t *oa2_listener_beat(oa2_ctx_t *ctx);
/*
 * Connects, LISTENs, hears a beat, and then flushes the cache.  Bounded by a
 * few seconds.
 */
oa2_err_t *oa2_listener_open(oa2_listener_t **out, oa2_store_t *store,
                             apr_pool_t *pool);
/* For poll(2): readable when there is something to hear. */
int oa2_listener_socket(const oa2_listener_t *listener);
/*
 * Bumps the cache for all that has arrived.  A beat that is among it vouches
 * for the cache (oa2_cache_beat), as of when it was said: what others commit
 * where the pool writes is heard here.  That everything cached is untrue is
 * obeyed twice a second at most, and nothing vouched for until it is.  Waits
 * for nothing.  An error, also
 * when no beat came for four seconds: close and open again.
 */
oa2_err_t *oa2_listener_hear(oa2_listener_t *listener, apr_pool_t *pool);
/* How long until it has to be called again, when nothing is heard before. */
apr_interval_time_t oa2_listener_rest(const oa2_listener_t *listener);
void oa2_listener_close(oa2_listener_t *listener);

#endif
