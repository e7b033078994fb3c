/* SPDX-License-Identifier: Apache-2.0 */
/*
 * way.h - the way back from the login page: a path and query of this host.
 * Nobody is sent anywhere else (RFC 9700 section 4.11), and nobody but us says
 * where: a protected path sends a browser to the login page with the way back
 * in the URL, sealed.
 */
#ifndef OA2_DOMAIN_REQUEST_WAY_H
#define OA2_DOMAIN_REQUEST_WAY_H

#include "base/ctx.h"

/* The login page's parameter, and how long it may be. */
#define OA2_WAY_PARAM "to"
#define OA2_WAY_MAX 8000

/* 1 when a browser takes it for a path of the host that it asked. */
int oa2_way_is_here(const char *url);
/* For the login page's URL; NULL when it leads elsewhere, or is too long even
   without its query. */
const char *oa2_way_seal(const oa2_ctx_t *ctx, const char *url);
/* NULL when sealed (NULL: none) is not ours. */
const char *oa2_way_open(const oa2_ctx_t *ctx, const char *sealed);

#endif
