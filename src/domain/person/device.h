/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device.h - a browser in two words, as its User-Agent tells, for people to
 * know their own by.
 *
 * Of what was sent nothing is kept but which of the names in a table it has: so
 * neither a stranger's text nor a fingerprint is stored.
 */
#ifndef OA2_DOMAIN_PERSON_DEVICE_H
#define OA2_DOMAIN_PERSON_DEVICE_H

#include "base/ctx.h"

/* "Firefox/Windows"; either may be missing: "Firefox/", "/Windows", "/". */
const char *oa2_device_of(const char *agent, apr_pool_t *pool);
/* That, as people read it, in ctx's language. */
const char *oa2_device_tell(const oa2_ctx_t *ctx, const char *device);

#endif
