/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open.h - what passes without authentication: our own endpoints below a
 * protected path, our well-known documents, and preflights.
 *
 * A page of ours that is for people is open as long as nobody is signed in:
 * then it is the login page.  Below OAuth2BrowserLogin whoever is signed in has
 * to meet what is required there.
 *
 * Only authentication is spared: what else is required (addresses, hosts …)
 * counts.  And it is spared for the one request that earned it, as long as it
 * is what it was taken for.
 */
#ifndef OA2_HTTPD_PROTECT_OPEN_H
#define OA2_HTTPD_PROTECT_OPEN_H

#include <httpd.h>

#include "domain/site/settings.h"

/* The access_checker_ex hook. */
int oa2_open_check(request_rec *r);
/*
 * The handler hook; before all others.  httpd does not authenticate a request
 * that it makes of another one in the same directory: one that was made of an
 * open one is refused here.  So is one that was open because we answer it,
 * when by now somebody else would.
 */
int oa2_open_refuse(request_rec *r);
/*
 * 1 when somebody who is signed in was let in by Require lines of the page's
 * own <Location>, which then stand in place of the row's role.  Those of a
 * larger one ("/", the issuer's path) mean other things too, and do not.
 */
int oa2_open_is_admitted(request_rec *r, const oa2_settings_t *settings);

#endif
