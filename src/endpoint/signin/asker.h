/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asker.h - a page that is for people who are signed in: what its row's
 * OA2_ASKER_SESSION and role ask for.
 *
 * Where nobody is signed in, the page's own URL shows the login page, as the
 * authorization endpoint does: there is no page behind which nothing waits, and
 * reload, Back and a bookmark mean the page.  Its form carries, sealed, where
 * to come back to, so that nobody can send a user elsewhere by way of it, and
 * what was typed into the page's form when the session had ended meanwhile.
 */
#ifndef OA2_ENDPOINT_SIGNIN_ASKER_H
#define OA2_ENDPOINT_SIGNIN_ASKER_H

#include "endpoint/endpoint.h"

/*
 * Sets call->session and call->kept; *out is then NULL.  Else *out is the login
 * page: with 200 as an answer to GET (HTTP's 401 needs a challenge, and there
 * is none for a form), with 403 to POST, which was not obeyed.  Errors: what is
 * posted comes from another site's page; the user has not the row's role.
 */
oa2_err_t *oa2_asker_session(oa2_reply_t **out, oa2_call_t *call);

#endif
