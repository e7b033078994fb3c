/* SPDX-License-Identifier: Apache-2.0 */
/* count.c - see count.h */
#include "httpd/run/count.h"

#include <string.h>

#include <http_request.h>

#include "httpd/conf/conf.h"
#include "httpd/conf/handler.h"
#include "httpd/start/db.h"

#define OTHER (OA2_PLACES - 1)
#define DOCUMENT (OA2_PLACES - 2)

/* Most share a code of the RFC's with another one, so they have names here. */
typedef struct {
    const oa2_err_kind_t *kind;         /* NULL: no error */
    const char *text;
} outcome_t;

#define GOOD 0
#define REDIRECT 1
#define UNLISTED 2

static const outcome_t outcomes[] = {
    { NULL, "2xx" },
    { NULL, "3xx" },
    { NULL, "other_error" },
    { &oa2_invalid_request, "invalid_request" },
    { &oa2_invalid_client, "invalid_client" },
    { &oa2_invalid_grant, "invalid_grant" },
    { &oa2_unauthorized_client, "unauthorized_client" },
    { &oa2_unsupported_grant_type, "unsupported_grant_type" },
    { &oa2_unsupported_response_type, "unsupported_response_type" },
    { &oa2_invalid_scope, "invalid_scope" },
    { &oa2_access_denied, "access_denied" },
    { &oa2_server_error, "server_error" },
    { &oa2_temporarily_unavailable, "temporarily_unavailable" },
    { &oa2_invalid_token, "invalid_token" },
    { &oa2_invalid_api_key, "invalid_api_key" },
    { &oa2_insufficient_scope, "insufficient_scope" },
    { &oa2_invalid_target, "invalid_target" },
    { &oa2_login_required, "login_required" },
    { &oa2_consent_required, "consent_required" },
    { &oa2_forbidden, "forbidden" },
    { &oa2_not_found, "not_found" },
    { &oa2_method_not_allowed, "method_not_allowed" },
    { &oa2_too_large, "too_large" },
    { &oa2_unsupported_media_type, "unsupported_media_type" },
    { &oa2_too_many_requests, "too_many_requests" },
};

#define OUTCOMES (sizeof(outcomes) / sizeof(outcomes[0]))

static oa2_counter_t *counter_of(const request_rec *r)
{
    const oa2_server_t *conf = oa2_conf_server(r->server);

    return conf && conf->db ? conf->db->counter : NULL;
}

void oa2_count_guarded(request_rec *r, oa2_guarded_t which)
{
    if (ap_is_initial_req(r))
        OA2_COUNT(counter_of(r), guarded, which);
}

static apr_size_t place_of(const oa2_endpoint_t *endpoint)
{
    apr_size_t i;

    if (!endpoint) return DOCUMENT;
    for (i = 0; i < DOCUMENT && oa2_endpoints[i]; i++) {
        if (oa2_endpoints[i] == endpoint
            || oa2_endpoints[i]->with_token == endpoint) {
            return i;
        }
    }
    return OTHER;
}

static apr_size_t outcome_of(const oa2_reply_t *reply)
{
    apr_size_t i;

    /* An error can be told by a redirect, and a note by a good answer. */
    if (reply->status < 300) return GOOD;
    if (!reply->err) return reply->status < 400 ? REDIRECT : UNLISTED;
    for (i = UNLISTED + 1; i < OUTCOMES; i++) {
        if (outcomes[i].kind == reply->err->kind) return i;
    }
    return UNLISTED;
}

void oa2_count_answer(request_rec *r, const oa2_endpoint_t *endpoint,
                      const oa2_reply_t *reply)
{
    oa2_counter_t *counter = counter_of(r);
    apr_size_t place = place_of(endpoint);

    OA2_COUNT(counter, requests, place * OA2_OUTCOMES + outcome_of(reply));
    OA2_COUNT_TIME(counter, request_seconds, place,
                   apr_time_now() - r->request_time);
}

/* ------------------------------------------------------------ sample */

static void add_times(oa2_times_t *sum, const oa2_times_t *times)
{
    int i;

    for (i = 0; i <= OA2_TIMES; i++)
        sum->within[i] += times->within[i];
    sum->usec += times->usec;
}

/* By the status that the answer had, where it was no redirect. */
static apr_uint64_t *answers_of(oa2_sample_t *out, apr_size_t outcome)
{
    const oa2_err_kind_t *kind = outcomes[outcome].kind;

    if (outcome == GOOD || outcome == REDIRECT) return &out->good;
    return kind && kind->status >= 500 ? &out->failed : &out->refused;
}

static apr_uint64_t *guarded_of(oa2_sample_t *out, int outcome)
{
    if (outcome == OA2_GUARDED_OK) return &out->let_in;
    return outcome == OA2_GUARDED_UNAVAILABLE ? &out->unavailable
                                              : &out->kept_out;
}

void oa2_count_sample(oa2_sample_t *out, const oa2_counter_t *counter)
{
    oa2_counts_t sum;
    apr_size_t place;
    apr_size_t i;
    int outcome;

    oa2_counter_sum(&sum, counter);
    memset(out, 0, sizeof(*out));
    for (place = 0; place < OA2_PLACES; place++) {
        add_times(&out->times, &sum.request_seconds[place]);
        for (i = 0; i < OUTCOMES; i++)
            *answers_of(out, i) += sum.requests[place * OA2_OUTCOMES + i];
    }
    for (outcome = 0; outcome < OA2_GUARDED_VALUES; outcome++)
        *guarded_of(out, outcome) += sum.guarded[outcome];
}

/* ------------------------------------------------------------ names */

const char *oa2_count_place(apr_size_t place)
{
    apr_size_t i;

    if (place == OTHER) return "other";
    if (place == DOCUMENT) return "metadata";
    for (i = 0; oa2_endpoints[i]; i++) {
        if (i == place) return oa2_endpoints[i]->name;
    }
    return NULL;
}

const char *oa2_count_outcome(apr_size_t outcome)
{
    return outcome < OUTCOMES ? outcomes[outcome].text : NULL;
}
