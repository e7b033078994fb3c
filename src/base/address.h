/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address.h - whom an IP address, as httpd writes it, may stand for.
 */
#ifndef OA2_BASE_ADDRESS_H
#define OA2_BASE_ADDRESS_H

#include <apr_pools.h>

/* One text for all addresses that a household has to itself: of IPv6 the first
   64 bits, however they are written.  Anything else comes back as it is. */
const char *oa2_address_network(const char *address, apr_pool_t *pool);
/* 1 for loopback, link-local and private addresses (RFC 1918, 4193, 6598). */
int oa2_address_is_private(const char *address);

#endif
