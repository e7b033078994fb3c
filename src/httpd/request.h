/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.h - what this module knows of a request of httpd's.
 */
#ifndef OA2_HTTPD_REQUEST_H
#define OA2_HTTPD_REQUEST_H

#include <httpd.h>

#include "base/ctx.h"
#include "domain/site/audit.h"
#include "domain/site/subject.h"
#include "domain/token/apikey.h"
#include "httpd/conf/conf.h"
#include "httpd/conf/dir.h"

struct oa2_need_t;                      /* httpd/protect/require.h */

#define OA2_NEEDS_MAX 8

/* What the phases of one request tell each other. */
typedef struct oa2_phase_t {
    oa2_subject_t subject;              /* proved here */
    /* httpd/serve/entry.h: what was taken away; in the first request only */
    const char *authorization;
    const char *cookie;
    const char *ticket;
    oa2_apikey_sent_t key;
    unsigned is_given:1;                /* an application got a token */
    /* httpd/serve/claim.h */
    const char *uri;                    /* that was looked at */
    const char *handler;                /* ours, that answers; NULL: none */
    const oa2_resource_t *document;     /* that is answered; NULL: none */
    /* httpd/serve/last.h */
    apr_table_t *last;                  /* headers, "": must not be sent */
    const char *origin;                 /* "*" or who may read the answer;
                                           NULL: nobody */
    unsigned is_personal:1;             /* its answer is for one browser */
    unsigned is_own_user:1;             /* our provider vouched for r->user */
    unsigned is_open:1;                 /* let through without a token */
    unsigned is_for_us:1;               /* … because we are to answer it */
    unsigned is_page:1;                 /* of ours, and somebody is signed in:
                                           what is required counts */
    unsigned is_inside:1;               /* protect/require re-enters a hook */
    unsigned is_login:1;                /* protect/login asks providers */
    unsigned is_lookup:1;               /* serve/wellknown only looks */
    unsigned is_looked_up:1;            /* and has */
    const char *probe;                  /* what if a token had this scope? */
    int n_needs;
    const struct oa2_need_t *needs[OA2_NEEDS_MAX];  /* that were asked */
    oa2_audit_t audit;                  /* of this and its sub-requests */
    /* of the last inner request that was refused; httpd/protect/challenge.c */
    const char *challenge;
    int challenge_status;
} oa2_phase_t;

/* Made when there is none yet. */
oa2_phase_t *oa2_phase_of(request_rec *r);
/* NULL when there is none yet. */
oa2_phase_t *oa2_phase_find(const request_rec *r);

/* Who is asking: proved in this request, or by a token, API key or session in
   an outer one, of which httpd made it.  NULL: nobody. */
const oa2_subject_t *oa2_request_subject(const request_rec *r);
/* 1 when an endpoint or document of ours answers: httpd/serve/claim.h. */
int oa2_request_is_claimed(const request_rec *r);
/* 1 under our AuthType. */
int oa2_request_is_protected(request_rec *r);
/* Context of a request: conf->db has to be there.  Before oa2_setup_ready()
   it is of no realm, and sees no row. */
oa2_ctx_t oa2_request_ctx(request_rec *r, const oa2_server_t *conf);
/* Fetch: a CORS preflight. */
int oa2_request_is_preflight(request_rec *r);
/* Origin; NULL: not from a page, or from none that can be named. */
const char *oa2_request_origin(const request_rec *r);
/*
 * What the browser says of the page that made it ask: is_from_here 1 when it is
 * one of this host, or the user; is_foreign 1 when it is another's.  Both are 0
 * when nothing is said.
 */
int oa2_request_is_from_here(const request_rec *r);
int oa2_request_is_foreign(const request_rec *r);
/* Path and query as the client sent them. */
const char *oa2_request_url(const request_rec *r);
/* 1 when that origin is a page of the host that is asked: it comes with a POST
   of its own too. */
int oa2_request_is_at_home(const request_rec *r, const char *origin);

#endif
