/* SPDX-License-Identifier: Apache-2.0 */
/*
 * person.h - OAuth2BrowserLogin: people who are signed in at our login page,
 * on the same path as programs that come with a token.
 */
#ifndef OA2_HTTPD_PROTECT_PERSON_H
#define OA2_HTTPD_PROTECT_PERSON_H

#include <httpd.h>

#include "domain/site/subject.h"
#include "httpd/conf/conf.h"

/* 1 when the directory takes people, and nothing else says who asks: no
   Authorization header came. */
int oa2_person_may_be(request_rec *r);
/*
 * Who is signed in, into *out; out->by OA2_BY_NOTHING when nobody is.  An
 * error: the database cannot be asked; or another site's page may have had the
 * browser send what is no mere look (403).
 */
oa2_err_t *oa2_person_find(oa2_subject_t *out, request_rec *r,
                           const oa2_server_t *conf);
/*
 * Sends a browser that has come to look at a page to the login page, from
 * where it comes back: 1, and Location is set.  0: a program, or no such
 * request.
 */
int oa2_person_ask(request_rec *r, const oa2_server_t *conf);

#endif
