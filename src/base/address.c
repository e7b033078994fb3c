/* SPDX-License-Identifier: Apache-2.0 */
/* address.c - see address.h */
#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include <apr_strings.h>

const char *oa2_address_network(const char *address, apr_pool_t *pool)
{
    unsigned char at[16];
    char net[INET6_ADDRSTRLEN];

    if (inet_pton(AF_INET6, address, at) != 1)
        return address;
    memset(at + 8, 0, 8);
    return inet_ntop(AF_INET6, at, net, sizeof(net)) ? apr_pstrdup(pool, net)
                                                     : address;
}

static apr_uint32_t word(const unsigned char at[4])
{
    return (apr_uint32_t)at[0] << 24 | (apr_uint32_t)at[1] << 16
        | (apr_uint32_t)at[2] << 8 | at[3];
}

int oa2_address_is_private(const char *address)
{
    static const struct { unsigned char net[4]; int bits; } nets[] = {
        { { 127, 0, 0, 0 }, 8 }, { { 10, 0, 0, 0 }, 8 },
        { { 172, 16, 0, 0 }, 12 },
        { { 192, 168, 0, 0 }, 16 }, { { 169, 254, 0, 0 }, 16 },
        { { 100, 64, 0, 0 }, 10 },
    };
    static const unsigned char loopback[16] = { [15] = 1 };
    unsigned char at[16];
    apr_size_t i;

    if (inet_pton(AF_INET, address, at) == 1) {
        for (i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
            if (!((word(at) ^ word(nets[i].net)) >> (32 - nets[i].bits)))
                return 1;
        return 0;
    }
    /* RFC 4193 and RFC 4291 section 2.5.6; a zone may follow the latter */
    if (strncasecmp(address, "fe80:", 5) == 0)
        return 1;
    return inet_pton(AF_INET6, address, at) == 1
        && ((at[0] & 0xfe) == 0xfc || memcmp(at, loopback, 16) == 0);
}
