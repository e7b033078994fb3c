/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claim.h - the paths where this module answers are its own.
 *
 * A path is ours when the <Location>s of the server's configuration (with
 * their <If>s) set a handler of ours there, or when a well-known document of
 * ours lives there.  It is claimed before mod_proxy, mod_rewrite, mod_alias,
 * mod_userdir, mod_negotiation and mod_dir can take it, and is never looked
 * for among the files: no <Directory> and no .htaccess file has a say.
 */
#ifndef OA2_HTTPD_SERVE_CLAIM_H
#define OA2_HTTPD_SERVE_CLAIM_H

#include <httpd.h>

/*
 * The post_config hook.  TRACE answers with the request's headers, and httpd
 * does so before it knows where the request goes: servers with an issuer have
 * none, whatever TraceEnable says.  And no server of the process merges
 * trailers into a request's headers, whatever MergeTrailers says.
 */
int oa2_claim_requests(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *main_server);
/* The pre_translate_name hook: no other may take the path. */
int oa2_claim_early(request_rec *r);
/* The translate_name hook; before all others. */
int oa2_claim_name(request_rec *r);
/* The map_to_storage hook; before all others. */
int oa2_claim_storage(request_rec *r);
/* The type_checker hook; before all others: there is no file to look into. */
int oa2_claim_type(request_rec *r);

/*
 * The handler of ours ("oauth2", "oauth2-token") that answers r; NULL: none.
 * One that a <Directory> or <Files> set counts only when no .htaccess file
 * was read on the way there: what such a file said of users, passwords and
 * handlers is not asked.
 */
const char *oa2_claim_handler(const request_rec *r);
/*
 * The same before the handler phase, when another module may still put another
 * handler there: 1 when an endpoint of ours is configured, which nobody needs
 * a token for.  0 for sub-requests, of which mod_dir makes the request itself.
 */
int oa2_claim_may_be(request_rec *r);
/* That handler; NULL: none. */
const char *oa2_claim_expected(request_rec *r);

#endif
