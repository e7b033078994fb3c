/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listen.h - hearing what other machines changed in a database, and saying the
 * beat that vouches for the cache: store/listener.
 */
#ifndef OA2_HTTPD_RUN_LISTEN_H
#define OA2_HTTPD_RUN_LISTEN_H

#include "httpd/run/worker.h"

void oa2_listen_always(oa2_worker_t *worker);
void oa2_beat_always(oa2_worker_t *worker);

#endif
