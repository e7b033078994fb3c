/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.h - the audit trail: who did what, by which client, from where.
 *
 * Where the domain decides, it says so with oa2_audit(); the entries gather in
 * ctx->audit, and are written once, at the end of the request or command, by
 * whoever made the list: into the file of OAuth2AuditLog, and as rows of the
 * store, one statement for all of them.  An event never fails what caused it.
 *
 * Never in an entry: passwords, secrets, codes, tokens or their digests, and
 * what strangers typed, which may be a password.  Grants are named by number.
 */
#ifndef OA2_DOMAIN_SITE_AUDIT_H
#define OA2_DOMAIN_SITE_AUDIT_H

#include <apr_tables.h>
#include <apr_time.h>

#include "base/ctx.h"
#include "base/text/json.h"
#include "domain/site/event.h"

/* A line of the file with its line feed, in bytes: what a pipe takes whole. */
#define OA2_AUDIT_LINE 4096

typedef struct oa2_audit_entry_t {
    const oa2_event_t *event;
    apr_time_t at;
    const char *user;                   /* NULL: none, or nobody known */
    const char *client;
    cJSON *members;                     /* an object */
} oa2_audit_entry_t;

/* Of one request or command.  Zeroed with a pool, it is ready. */
typedef struct oa2_audit_t {
    apr_pool_t *pool;
    apr_array_header_t *entries;        /* oa2_audit_entry_t; NULL: none */
} oa2_audit_t;

/* What all entries of a request or command have in common; NULL: not known. */
typedef struct oa2_audit_origin_t {
    const char *address;                /* of the client, as httpd sees it */
    const char *request;                /* the id that httpd's logs have too */
    const char *by;                     /* an administrator's command, and
                                           whose */
} oa2_audit_origin_t;

/*
 * oa2_audit(ctx, &oa2_event_x, "user", name, "scope", scope, NULL): pairs of
 * a member of the event's row, or "user" or "client", and its text; NULL and
 * empty ones are left out, a long one is cut.  Without a "client" it is
 * ctx->client.  With no list in ctx nothing is noted.
 */
void oa2_audit(oa2_ctx_t *ctx, const oa2_event_t *event, ...)
    __attribute__((sentinel));
/* A number as such a text. */
const char *oa2_audit_number(const oa2_ctx_t *ctx, apr_int64_t number);

/* One JSON object and a line feed, OA2_AUDIT_LINE bytes at most. */
const char *oa2_audit_line(const oa2_ctx_t *ctx,
                           const oa2_audit_entry_t *entry,
                           const oa2_audit_origin_t *origin);
/*
 * Puts the entries into the store; none when settings->audit_keep is 0.
 * rows: those of ctx->audit for which `wanted` is not 0; wanted NULL: all.
 */
oa2_err_t *oa2_audit_keep(oa2_ctx_t *ctx, const oa2_audit_origin_t *origin,
                          const unsigned char *wanted);

#endif
