/* SPDX-License-Identifier: Apache-2.0 */
/* claims.h - OAuth2Claim and OAuth2ClaimQuery, beside what else is written. */
#ifndef OA2_HTTPD_CHECK_CLAIMS_H
#define OA2_HTTPD_CHECK_CLAIMS_H

#include "httpd/check/trial.h"

void oa2_check_claims(oa2_trial_t *trial);

#endif
