/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_proxy.h - a door to PostgreSQL that a test can hold shut.
 *
 * Listens on 127.0.0.1 and hands everything on to the server that libpq's
 * parameters name; with the door frozen nothing moves and nothing is closed,
 * as with a machine that hangs; cut ends all connections.  mute freezes the
 * one that came first only, as a firewall does that forgot it.  lose lets the
 * next answer of the server get lost with its connection.  refuse: connections
 * that are there go on, new ones are refused, as where a limit is reached.
 */
#ifndef OA2_TEST_FIXTURE_PROXY_H
#define OA2_TEST_FIXTURE_PROXY_H

#include <apr_pools.h>

typedef struct fixture_proxy_t fixture_proxy_t;

fixture_proxy_t *fixture_proxy_open(const char *server, apr_pool_t *pool);
/* "host=127.0.0.1 port=… user=… dbname=…": the way through the door. */
const char *fixture_proxy_params(const fixture_proxy_t *proxy);
void fixture_proxy_freeze(fixture_proxy_t *proxy, int frozen);
void fixture_proxy_mute(fixture_proxy_t *proxy);
void fixture_proxy_lose(fixture_proxy_t *proxy);
void fixture_proxy_refuse(fixture_proxy_t *proxy, int refusing);
void fixture_proxy_cut(fixture_proxy_t *proxy);
void fixture_proxy_close(fixture_proxy_t *proxy);

#endif
