/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wellknown.h - the metadata documents at the host's root, RFC 8414 section 3
 * and RFC 9728 section 3.
 */
#ifndef OA2_HTTPD_SERVE_WELLKNOWN_H
#define OA2_HTTPD_SERVE_WELLKNOWN_H

#include <httpd.h>

#include "httpd/conf/resource.h"

/*
 * The document at r's path, as far as the server's configuration tells; NULL:
 * none.  In a server without an issuer always.
 */
const oa2_resource_t *oa2_wellknown_find(request_rec *r);
/* 1 when it may be the document of a resource that a .htaccess file names. */
int oa2_wellknown_may_be(const request_rec *r);
/*
 * 1 when a document is here, of a .htaccess file too.  Asks httpd where the
 * resource is, so access rules have to have let the client pass before.
 */
int oa2_wellknown_look(request_rec *r);
/* The handler hook. */
int oa2_wellknown_answer(request_rec *r);
/* The post_perdir_config hook: ends a look-up once the directory is known. */
int oa2_wellknown_stop(request_rec *r);

#endif
