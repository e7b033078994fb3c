/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interaction.h - a waiting authorization request, between authorize, login
 * and consent: the steps that these endpoints share.
 */
#ifndef OA2_ENDPOINT_INTERACTION_H
#define OA2_ENDPOINT_INTERACTION_H

#include "endpoint/endpoint.h"

/* The browser has an id from now on (its cookie goes out if it is new). */
void oa2_interaction_browser(oa2_call_t *call);
/*
 * The request that the parameter `flow` stands for, and its client in
 * call->ctx.client.  An error for the page: none is waiting (any more) in
 * this browser, or its client is gone.
 */
oa2_err_t *oa2_interaction_get(oa2_flow_t **out, oa2_call_t *call);
/* The CSRF token is that of a form of this browser, login and request. */
oa2_err_t *oa2_interaction_csrf_check(oa2_call_t *call);
const char *oa2_interaction_csrf(const oa2_call_t *call, const char *id);
/*
 * What a form with another CSRF token gets: nothing is done, and step is shown
 * anew.  Such forms are honest ones, made before the user signed in in another
 * tab; a forger would have to know the flow's id.
 */
oa2_reply_t *oa2_interaction_again(oa2_call_t *call, const char *step,
                                   const oa2_err_t *err);
/* Stores a new request to wait, and sends the user to step ("login"). */
oa2_err_t *oa2_interaction_park(oa2_reply_t **out, oa2_call_t *call,
                                oa2_flow_t *flow, const char *step);
/* Sends the user to the next step: to login, to consent, or to the client
   with a code.  session NULL: nobody is signed in. */
oa2_err_t *oa2_interaction_advance(oa2_reply_t **out, oa2_call_t *call,
                                   const oa2_flow_t *flow,
                                   const oa2_session_t *session);
/* The end: a code for the client.  The waiting request is used up. */
oa2_err_t *oa2_interaction_finish(oa2_reply_t **out, oa2_call_t *call,
                                  const oa2_flow_t *flow,
                                  const oa2_session_t *session);
/* The other end: err for the client. */
oa2_err_t *oa2_interaction_refuse(oa2_reply_t **out, oa2_call_t *call,
                                  const oa2_flow_t *flow,
                                  const oa2_err_t *err);

#endif
