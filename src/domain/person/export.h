/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export.h - all that is kept of a person, for that person (GDPR articles 15
 * and 20): as JSON, without secrets and what could be one.
 */
#ifndef OA2_DOMAIN_PERSON_EXPORT_H
#define OA2_DOMAIN_PERSON_EXPORT_H

#include "base/text/json.h"
#include "store/user.h"

/* Of each list at most so many; then it has "NAME_more": true. */
#define OA2_EXPORT_MOST 5000
#define OA2_EXPORT_DOCUMENTS 500        /* of "userdata" */
#define OA2_EXPORT_BYTES (8 * 1024 * 1024)      /* of all of them */

/*
 * *out: "profile", and lists: "claims", "apps" (what was allowed), "grants",
 * "sessions", "api_keys", "userdata", "developer" (apps of one's own), "events"
 * (the audit trail since the account was made, the newest first).  Times are
 * seconds since 1970.
 */
oa2_err_t *oa2_export_user(cJSON **out, oa2_ctx_t *ctx,
                           const oa2_user_t *user);

#endif
