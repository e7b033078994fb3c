/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trail.h - rows of the audit trail.  store/store.h has the promises.
 *
 * A row's id begins with its time, so that the order of ids is that of time,
 * and pages go by id.
 */
#ifndef OA2_STORE_TRAIL_H
#define OA2_STORE_TRAIL_H

#include <apr_tables.h>
#include <apr_time.h>

#include "base/ctx.h"

typedef struct oa2_trail_t {
    const char *id;
    const char *event;
    const char *level;
    const char *user;                   /* NULL, as all below: none */
    const char *client_id;
    const char *address;
    const char *request;
    const char *members;                /* JSON */
} oa2_trail_t;

/* What is looked for; NULL and 0: any. */
typedef struct oa2_trail_query_t {
    const char *user;
    const char *client_id;
    const char *event;
    apr_time_t since;
    apr_time_t until;                   /* before that */
    const char *before;                 /* an id: older ones only */
} oa2_trail_query_t;

/* A new one, nobody else's. */
const char *oa2_trail_id(apr_time_t at, apr_pool_t *pool);
/* When that one's row was made; 0 for what is none. */
apr_time_t oa2_trail_time(const char *id);
/* oa2_trail_t, in one statement; removed after expires. */
oa2_err_t *oa2_trail_put(oa2_ctx_t *ctx, const apr_array_header_t *rows,
                         apr_int64_t expires);
/* Of a client these have an index of their own: they are few among many. */
#define OA2_TRAIL_REFUSED "request.refused"
/* *out: oa2_trail_t, at most n, the newest first.  By user, client or event it
   costs what it finds, however many rows there are. */
oa2_err_t *oa2_trail_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                          const oa2_trail_query_t *query, int n);

#endif
