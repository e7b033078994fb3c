/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form.h - what one of our pages carries in its hidden field, and the answer
 * to it, for whoever sends the same form once more.
 *
 * A page's form holds the authorization request that waits for its user, as it
 * was asked, and nothing that was concluded from it: who continues reads and
 * checks it anew.  A page that asks its user something also says what it was,
 * so that the answer is not taken for one to another question.  So a
 * stranger's request is kept by the stranger, and the
 * store knows nothing of it.  The text is sealed under the server's secret; it
 * is also what tells our own forms from forged ones (RFC 6749 section 10.12),
 * since it names the browser and the user that it was made for.
 */
#ifndef OA2_DOMAIN_REQUEST_FORM_H
#define OA2_DOMAIN_REQUEST_FORM_H

#include "base/crypto.h"
#include "domain/person/browser.h"
#include "store/answer.h"

/* Bytes of the hidden field at most, for a request that fits into a URL, or
   for OA2_TYPED_MAX. */
#define OA2_FORM_MAX (56 * 1024)
#define OA2_TYPED_MAX (40 * 1024)

typedef struct oa2_form_t {
    const char *request;        /* parameters as a form's text; "" : none */
    const char *back;           /* where its user goes on afterwards: a path
                                   and query of this host, and request is what
                                   was typed there; "" or NULL: not so */
    const char *user;           /* signed in when it was made; "" : nobody */
    const char *shown;          /* what the page asked; "" : nothing */
    const char *id;             /* of this page as it was shown this time */
    const char *browser;        /* the cookie that it is bound to */
} oa2_form_t;

/* The hidden field, of form's request, back, user and shown (in one line).
   browser->ids is not empty. */
const char *oa2_form_make(const oa2_ctx_t *ctx, const oa2_browser_t *browser,
                          const oa2_form_t *form);
/*
 * NULL: a form of ours, of this browser, at most OAuth2FlowLifetime old.  Else
 * why not, as a sentence for the page; nothing must be done that the form
 * says.  request is there even then if it could be read ("" if not), so that
 * the user can go on from where the page was.
 */
oa2_err_t *oa2_form_open(oa2_form_t *out, const oa2_ctx_t *ctx,
                         const oa2_browser_t *browser, const char *sealed);

/*
 * A form that is sent twice (a double click, a reload, a lost answer) gets the
 * same answer for some seconds.  `what` is all that decides the answer; it may
 * hold a password.  The answer is stored sealed, under a key of the server's
 * secret, the browser's cookie, the form and `what`: it is found, and opened,
 * by the same form of the same browser only.
 */
typedef struct oa2_twin_t {
    const char *digest;
    unsigned char key[OA2_KEY_LEN];
} oa2_twin_t;

void oa2_twin_of(oa2_twin_t *out, const oa2_ctx_t *ctx,
                   const oa2_form_t *form, const char *what);
/* For the store. */
oa2_kept_t oa2_twin_seal(const oa2_twin_t *twin,
                             const oa2_ctx_t *ctx, const char *answer);
/* *answer: what was answered; NULL: nothing, or too long ago. */
oa2_err_t *oa2_twin_find(const char **answer, oa2_ctx_t *ctx,
                           const oa2_twin_t *twin);

/*
 * What was typed into a page whose user had to sign in anew: stored, sealed,
 * when that is done, for that user, as long as a form lives.  *id is of form,
 * whose request and user it is; it names it in the page's URL.
 */
oa2_err_t *oa2_typed_put(const char **id, oa2_ctx_t *ctx,
                         const oa2_form_t *form);
/* *text NULL: nothing, not this user's, or too long ago. */
oa2_err_t *oa2_typed_find(const char **text, oa2_ctx_t *ctx, const char *id,
                          const char *user);

#endif
