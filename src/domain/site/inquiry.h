/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry.h - what is asked of the audit trail, as people write it, and what
 * they are shown: the same for oauth2ctl and for the page.
 */
#ifndef OA2_DOMAIN_SITE_INQUIRY_H
#define OA2_DOMAIN_SITE_INQUIRY_H

#include "store/trail.h"

/*
 * When: how long ago ("7d"), a day ("2026-03-14") or a moment of it
 * ("2026-03-14T09:26", "…:53", with or without a "Z"; always UTC).  is_end: the
 * end of a span, so a day is its last moment.  0: it is none of these, and *out
 * is left alone.
 */
int oa2_inquiry_time(apr_time_t *out, const char *text, int is_end,
                     apr_pool_t *pool);
/* Who did it, where that is not the user of the row itself; NULL: nobody
   else. */
const char *oa2_inquiry_by(const oa2_trail_t *row, apr_pool_t *pool);
/* "2026-03-14T09:26:53Z" */
const char *oa2_inquiry_when(const oa2_trail_t *row, apr_pool_t *pool);
/* Rows as records (base/text/csv.h); row NULL: the one that names the
   columns. */
const char *oa2_inquiry_csv(const oa2_trail_t *row, apr_pool_t *pool);
/* What else the row tells, "a=b  c=d", without `by`; "" : nothing. */
const char *oa2_inquiry_more(const oa2_trail_t *row, apr_pool_t *pool);

#endif
