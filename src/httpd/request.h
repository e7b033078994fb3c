/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.h - what the floors below get of a request.
 */
#ifndef OA2_HTTPD_REQUEST_H
#define OA2_HTTPD_REQUEST_H

#include <httpd.h>

#include "domain/token.h"
#include "endpoint/endpoint.h"
#include "httpd/conf.h"

struct oa2_need_t;                      /* httpd/require.h */

#define OA2_NEEDS_MAX 8

/* What the phases of one request tell each other. */
typedef struct oa2_phase_t {
    const oa2_token_t *token;           /* good here; NULL: none */
    /* httpd/entry.h: what was taken away; in the first request only */
    const char *authorization;
    const char *cookie;
    unsigned is_given:1;                /* an application got a token */
    /* httpd/claim.h */
    const char *uri;                    /* that was looked at */
    const char *handler;                /* ours, that answers; NULL: none */
    const oa2_resource_t *document;     /* that is answered; NULL: none */
    /* httpd/last.h */
    apr_table_t *last;                  /* headers, "": must not be sent */
    const char *origin;                 /* may read the answer; NULL: none */
    unsigned is_own_user:1;             /* our provider vouched for r->user */
    unsigned is_basic:1;                /* a password was proved here */
    unsigned is_open:1;                 /* let through without a token */
    unsigned is_inside:1;               /* httpd/require re-enters a hook */
    unsigned is_login:1;                /* httpd/login asks providers */
    unsigned is_lookup:1;               /* httpd/wellknown only looks */
    unsigned is_looked_up:1;            /* and has */
    const char *probe;                  /* what if a token had this scope? */
    int n_needs;
    const struct oa2_need_t *needs[OA2_NEEDS_MAX];  /* that were asked */
    /* of the last inner request that was refused; httpd/challenge.c */
    const char *challenge;
    int challenge_status;
} oa2_phase_t;

/* Made when there is none yet. */
oa2_phase_t *oa2_phase_of(request_rec *r);
/* NULL when there is none yet. */
oa2_phase_t *oa2_phase_find(const request_rec *r);

/* 1 under our AuthType. */
int oa2_request_is_protected(request_rec *r);
/* Context of a request: conf->db has to be there.  Before oa2_setup_ready()
   it is of no realm, and sees no row. */
oa2_ctx_t oa2_request_ctx(request_rec *r, const oa2_server_t *conf);
/* Everything but method, parameters and endpoint. */
void oa2_request_call(oa2_call_t *call, request_rec *r,
                      const oa2_server_t *conf);
/* An error when httpd authenticated somebody here whose name we cannot take:
   never is he asked for a password of ours instead. */
oa2_err_t *oa2_request_check_user(request_rec *r, struct oa2_db_t *db);
/* Fetch: a CORS preflight. */
int oa2_request_is_preflight(request_rec *r);
/*
 * A cookie of ours: base64url of at most 128 bytes.  NULL when there is none,
 * or several of that name: then somebody else may have set one.
 */
const char *oa2_request_cookie(request_rec *r, const char *name);
/*
 * *body: the whole form.  too_large beyond OA2_PARAMS_BYTES, whatever the
 * header promised.  *status: OK, or what the handler has to return (the
 * connection failed, or httpd has answered).
 */
oa2_err_t *oa2_request_body(const char **body, apr_size_t *len, int *status,
                            request_rec *r);
/* unsupported_media_type unless it is a form; parameters of the type do not
   matter. */
oa2_err_t *oa2_request_is_form(request_rec *r);

#endif
