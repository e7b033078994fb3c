/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interaction.h - the way of an authorization request through authorize, login
 * and consent: the steps that these endpoints share.
 *
 * A request waits in the browser only.  Its place is the URL of the
 * authorization endpoint: that shows the login page and the consent page, so
 * that reload, Back and a bookmark begin it anew.  Their forms carry it, sealed
 * (domain/request/form.h), to login and consent, which read and check it anew;
 * after a login the browser is sent back to that URL.
 */
#ifndef OA2_ENDPOINT_SIGNIN_INTERACTION_H
#define OA2_ENDPOINT_SIGNIN_INTERACTION_H

#include "domain/request/authorization.h"
#include "domain/request/form.h"
#include "endpoint/endpoint.h"

/* In the URL of a page to which its user comes back: what was typed there. */
#define OA2_KEPT_PARAM "kept"

/* authorize.c: the parameters of a request, of which a form is made. */
extern const oa2_param_t oa2_authorize_params[];
/*
 * The request in call->ctx.params, read and checked; its client is then in
 * call->ctx.client.  *out is not NULL when it was answered: by a page while
 * the redirect URI is not proven, by a redirect to the client afterwards.
 */
oa2_err_t *oa2_authorize_read(oa2_reply_t **out, oa2_flow_t *flow,
                              oa2_call_t *call);
/* login.c: the login page.  flow NULL: no app waits.  message NULL: none. */
oa2_reply_t *oa2_login_page(oa2_call_t *call, const oa2_flow_t *flow,
                            int status, const char *username,
                            const char *message);
/* consent.c: the consent page; why is what it begins with, and logged. */
oa2_err_t *oa2_consent_page(oa2_reply_t **out, oa2_call_t *call,
                            const oa2_flow_t *flow,
                            const oa2_session_t *session,
                            const oa2_err_t *why);

/* The hidden field of a form for who is signed in ("" : nobody), whose page
   asked what is in shown ("" : nothing).  flow NULL: no app waits.  The browser
   has a cookie from now on. */
const char *oa2_interaction_form(oa2_call_t *call, const oa2_flow_t *flow,
                                 const char *user, const char *shown);
/* The same, of any text of parameters. */
const char *oa2_interaction_carry(oa2_call_t *call, const char *request,
                                  const char *user, const char *shown);
/*
 * 1 when another site's page had the browser send a form, and the browser kept
 * our cookies back (SameSite).  What is set in the answer is stored all the
 * same: so nothing is, lest a stranger replaces what is there.
 */
int oa2_interaction_is_foreign(const oa2_call_t *call);
/*
 * Opens the form that came; call->ctx.params is the request that it carries
 * from now on, or empty.  A way back is call->back, and then form->request is
 * empty.  *stale as oa2_form_open() says.  An error when another site sent it.
 */
oa2_err_t *oa2_interaction_open(oa2_form_t *form, oa2_err_t **stale,
                                oa2_call_t *call);
/*
 * A protected path has sent the browser to the login page: call->back is where
 * it comes from.  An error where httpd signs people in by itself: they have no
 * session, and would be sent to and fro for ever.
 */
oa2_err_t *oa2_interaction_take_way(oa2_call_t *call);
/* Where who has just signed in goes on without an app: call->back, with what
   was typed there, or home. */
oa2_err_t *oa2_interaction_back(const char **url, oa2_call_t *call);
/*
 * Who is signed in; NULL when nobody.  From then on pages are in the language
 * that the user has chosen, unless the app asks for one (ui_locales).
 */
oa2_err_t *oa2_interaction_session(oa2_session_t **out, oa2_call_t *call);
/* Where the request begins: a path and query of this host. */
const char *oa2_interaction_url(const oa2_call_t *call,
                                const oa2_flow_t *flow);
/*
 * NULL when session is the one that form was made for.  Else, or when it is
 * stale, the sentence to come back with.
 */
oa2_err_t *oa2_interaction_check(const oa2_call_t *call,
                                 const oa2_form_t *form, oa2_err_t *stale,
                                 const oa2_session_t *session);
/* Comes back to a form that was not obeyed: the login page, or the consent
   page when somebody is signed in, with a sentence that says why. */
oa2_err_t *oa2_interaction_again(oa2_reply_t **out, oa2_call_t *call,
                                 const oa2_flow_t *flow,
                                 const oa2_session_t *session,
                                 const oa2_err_t *why);
/* What the request needs next: the login page, the consent page, or the end.
   With prompt=none an error instead of a page. */
oa2_err_t *oa2_interaction_advance(oa2_reply_t **out, oa2_call_t *call,
                                   const oa2_flow_t *flow);
/* The end: a code for the client.  twin: of the form that asked for it;
   NULL: none did. */
oa2_err_t *oa2_interaction_finish(oa2_reply_t **out, oa2_call_t *call,
                                  const oa2_flow_t *flow,
                                  const oa2_session_t *session,
                                  const oa2_twin_t *twin);
/* The other end: err for the client. */
oa2_reply_t *oa2_interaction_refuse(oa2_call_t *call, const oa2_flow_t *flow,
                                    const oa2_err_t *err);
/* The same; but what is our fault stays a page, which the user can reload: the
   client could do nothing with it. */
oa2_err_t *oa2_interaction_fail(oa2_reply_t **out, oa2_call_t *call,
                                const oa2_flow_t *flow, oa2_err_t *err);

#endif
