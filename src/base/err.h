/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.h - how a function says that it failed.
 *
 * A fallible function returns oa2_err_t *; NULL is success.  An error lives in
 * the pool it was made from.  It has a kind (a const row: the RFC's code and
 * the HTTP status), what is *said* to the client and what is *meant* for the
 * log.  Nobody but httpd/serve/dispatch logs it, once.
 *
 * Expected outcomes ("no such row", "not first") are values, not errors.
 * Neither said nor meant ever holds a secret, token, code, verifier or cookie.
 */
#ifndef OA2_BASE_ERR_H
#define OA2_BASE_ERR_H

#include <apr_pools.h>

typedef enum {
    OA2_LOG_INFO,               /* the client's fault */
    OA2_LOG_NOTICE,             /* a sign of attack: replay, wrong client */
    OA2_LOG_WARNING,            /* an administrator may want to change what is
                                   set up */
    OA2_LOG_ERROR               /* ours: an administrator has to act */
} oa2_severity_t;

typedef struct oa2_err_kind_t {
    const char *code;           /* value of "error" in the answer */
    int status;                 /* HTTP status of a direct answer */
    oa2_severity_t severity;
    const char *said;           /* error_description when nothing better */
} oa2_err_kind_t;

typedef struct oa2_err_t {
    const oa2_err_kind_t *kind;
    int id;                     /* nnnn of OA2-nnnn, unique per place */
    oa2_severity_t severity;    /* the kind's, unless raised */
    const char *said;           /* %x20-21 / %x23-5B / %x5D-7E only */
    const char *meant;
    int retry_after;            /* seconds for Retry-After; 0: none */
} oa2_err_t;

/*
 * Each id is written OA2_ID(nnnn) exactly once in the tree, and is described
 * in docs/log-ids.md; lint checks both.  1xxx base, 2xxx store, 3xxx domain,
 * 4xxx grant, 5xxx endpoint, 6xxx page, 7xxx httpd, 8xxx job.
 */
#define OA2_ID(n) (n)

/* The only macro that changes control flow. */
#define OA2_TRY(expr)                                   \
    do {                                                \
        oa2_err_t *oa2_try_ = (expr);                   \
        if (oa2_try_) return oa2_try_;                  \
    } while (0)

/*
 * said NULL: the kind's sentence.  meant NULL: the same as said; else a printf
 * format.  Characters that RFC 6749 section 5.2 forbids in error_description
 * are replaced in said by '?' ('"' and '\' by "'").
 */
oa2_err_t *oa2_err_make(apr_pool_t *pool, const oa2_err_kind_t *kind, int id,
                        const char *said, const char *meant, ...)
    __attribute__((format(printf, 5, 6), returns_nonnull));

/* The same error, raised to a sign of attack. */
oa2_err_t *oa2_err_attack(oa2_err_t *err) __attribute__((returns_nonnull));

/* RFC 6749 sections 4.1.2.1 and 5.2 */
extern const oa2_err_kind_t oa2_invalid_request;            /* 400 */
extern const oa2_err_kind_t oa2_invalid_client;             /* 401 */
extern const oa2_err_kind_t oa2_invalid_grant;              /* 400 */
extern const oa2_err_kind_t oa2_unauthorized_client;        /* 400 */
extern const oa2_err_kind_t oa2_unsupported_grant_type;     /* 400 */
extern const oa2_err_kind_t oa2_unsupported_response_type;  /* 400 */
extern const oa2_err_kind_t oa2_invalid_scope;              /* 400 */
extern const oa2_err_kind_t oa2_access_denied;              /* 403 */
extern const oa2_err_kind_t oa2_server_error;               /* 500, error */
extern const oa2_err_kind_t oa2_temporarily_unavailable;    /* 503, error */
/* RFC 6750 section 3.1 */
extern const oa2_err_kind_t oa2_invalid_token;              /* 401 */
extern const oa2_err_kind_t oa2_insufficient_scope;         /* 403 */
/* An API key, which has no RFC. */
extern const oa2_err_kind_t oa2_invalid_api_key;            /* 401 */
/* RFC 8707 section 2 */
extern const oa2_err_kind_t oa2_invalid_target;             /* 400 */
/* OpenID Connect Core section 3.1.2.6 */
extern const oa2_err_kind_t oa2_login_required;             /* 400 */
extern const oa2_err_kind_t oa2_consent_required;           /* 400 */
/* No answer at all: for the log only. */
extern const oa2_err_kind_t oa2_warning;
/* A stored document; RFC 9110 section 15.5 */
extern const oa2_err_kind_t oa2_invalid_json;               /* 400 */
extern const oa2_err_kind_t oa2_no_document;                /* 404 */
extern const oa2_err_kind_t oa2_precondition_failed;        /* 412 */
/* HTTP's own; RFC 9110 section 15.5.  Their code is invalid_request. */
extern const oa2_err_kind_t oa2_forbidden;                  /* 403 */
extern const oa2_err_kind_t oa2_not_found;                  /* 404 */
extern const oa2_err_kind_t oa2_method_not_allowed;         /* 405 */
extern const oa2_err_kind_t oa2_too_large;                  /* 413 */
extern const oa2_err_kind_t oa2_unsupported_media_type;     /* 415 */
extern const oa2_err_kind_t oa2_too_many_requests;          /* 429 */

#endif
