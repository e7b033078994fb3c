/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count.h - requests, counted by where they came and what became of them.
 */
#ifndef OA2_HTTPD_RUN_COUNT_H
#define OA2_HTTPD_RUN_COUNT_H

#include <httpd.h>

#include "base/shm/history.h"
#include "endpoint/endpoint.h"

/* A request below our AuthType, once it is known who is let in: only the one
   that the client sent, not what httpd makes of it inside. */
void oa2_count_guarded(request_rec *r, oa2_guarded_t which);
/* The answer of an endpoint, or of a metadata document (endpoint NULL); one
   that is in no list counts as "other". */
void oa2_count_answer(request_rec *r, const oa2_endpoint_t *endpoint,
                      const oa2_reply_t *reply);

/* What is kept of them for the last hour and day. */
void oa2_count_sample(oa2_sample_t *out, const oa2_counter_t *counter);

/* What a number of oa2_counts_t.requests stands for; NULL: nothing. */
const char *oa2_count_place(apr_size_t place);
const char *oa2_count_outcome(apr_size_t outcome);

#endif
