/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctx.h - what one request, command or test works with.
 *
 * It travels through all floors below httpd, and each looks at its own part.
 * One belongs to one thread.
 */
#ifndef OA2_BASE_CTX_H
#define OA2_BASE_CTX_H

#include <apr_pools.h>

#include "base/err.h"
#include "base/text/params.h"

typedef struct oa2_store_t oa2_store_t;         /* store/store.h */
struct oa2_audit_t;                             /* domain/site/audit.h */
struct oa2_counter_t;                           /* base/shm/counter.h */
struct oa2_history_t;                           /* base/shm/history.h */
struct oa2_settings_t;                          /* domain/site/settings.h */
struct oa2_client_t;                            /* store/client.h */
struct oa2_language_t;                          /* domain/site/language.h */

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
    const char *endpoint;               /* the name of the one that is asked;
                                           NULL: none */
    const oa2_params_t *params;         /* checked against the row */
    const struct oa2_language_t *language;  /* of who reads; NULL: English */
    struct oa2_audit_t *audit;          /* what was decided; NULL: not noted */
    struct oa2_counter_t *counter;      /* NULL: nobody counts */
    const struct oa2_history_t *history;    /* of the counter; NULL: none */
    const oa2_err_t *note;              /* for the log, though all went well;
                                           NULL: nothing */
} oa2_ctx_t;

#endif
