/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry.h - what is ours leaves a request where it enters httpd.
 *
 * Taken out of every request, in every server of a process where the module
 * has an issuer, before any other module has seen it:
 *   - an Authorization header with a token of ours: who has it is the user;
 *   - an API key of ours: a header that begins with one, whatever its name,
 *     and Basic with one in it; one in the query is blackened, and refused;
 *   - the cookies of our pages;
 *   - the ticket in a link that sets a password (domain/person/ticket.h), of
 *     which dots are left: nobody logs it;
 *   - headers of the names by which we tell back ends who calls.
 * All but the last are kept in a record of the request, which all requests that
 * httpd makes of it share: only this module reads it.
 */
#ifndef OA2_HTTPD_SERVE_ENTRY_H
#define OA2_HTTPD_SERVE_ENTRY_H

#include <httpd.h>
#include "domain/token/apikey.h"

/* "OAuth2-User" …: headers by which a back end is told who calls. */
#define OA2_HEADER_PREFIX "OAuth2"

/* The post_read_request hook; before all others. */
int oa2_entry_take(request_rec *r);
/*
 * The post_perdir_config hook: gives back what OAuth2PassToken and
 * OAuth2PassCookies ask for, and takes from a request inside httpd what was
 * given to the outer one.
 */
int oa2_entry_give(request_rec *r);
/* The Authorization header as the client sent it; NULL: none. */
const char *oa2_entry_authorization(const request_rec *r);
/* The same for Cookie. */
const char *oa2_entry_cookie(const request_rec *r);
/* The API key that came as X-API-Key or in Basic; NULL: none. */
const oa2_apikey_sent_t *oa2_entry_key(const request_rec *r);
/* The ticket that the query had; NULL: none. */
const char *oa2_entry_ticket(const request_rec *r);

#endif
