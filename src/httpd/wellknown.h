/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wellknown.h - the metadata documents at the host's root, RFC 8414 section 3
 * and RFC 9728 section 3.
 */
#ifndef OA2_HTTPD_WELLKNOWN_H
#define OA2_HTTPD_WELLKNOWN_H

#include <httpd.h>

#include "domain/settings.h"

#define OA2_PROTECTED_RESOURCE OA2_WELL_KNOWN "oauth-protected-resource"

/* The quick_handler hook: before any authentication or rewriting. */
int oa2_wellknown_answer(request_rec *r, int lookup);
/* The post_perdir_config hook: ends a look-up once the directory is known. */
int oa2_wellknown_stop(request_rec *r);

#endif
