/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h - a page of somebody who is signed in: its frame, its form, what
 * is said after it, and lists that go on.
 *
 * A page is a template, a function that fills its model, and a row.  Where it
 * has a form: GET shows it; POST opens it, and either does what it says and
 * leads away (303, so that a reload does nothing), or shows it again with what
 * was typed and why it was not obeyed.
 */
#ifndef OA2_ENDPOINT_SHEET_H
#define OA2_ENDPOINT_SHEET_H

#include "domain/request/form.h"
#include "endpoint/endpoint.h"
#include "page/fields.h"

/* A form that came. */
typedef struct oa2_sheet_t {
    oa2_fields_t *fields;
    const char *shown;          /* what its page was made of: oa2_sheet_form();
                                   "" when it is not ours */
    const oa2_err_t *why;       /* NULL: it may be obeyed, if no field failed;
                                   else a sentence for the page */
    oa2_twin_t twin;
} oa2_sheet_t;

/* The model that every page has: site, nonce, who is signed in, where else to
   go, and what was just done (oa2_sheet_done()). */
cJSON *oa2_sheet_model(oa2_call_t *call);
/* model is oa2_sheet_model()'s. */
oa2_reply_t *oa2_sheet_show(oa2_call_t *call, int status, oa2_page_id_t page,
                            const cJSON *model);

/*
 * The form that was posted, into fields, checked.  It is obeyed only when this
 * browser and this user got it, within OAuth2FlowLifetime: that is what tells
 * our forms from forged ones (RFC 6749 section 10.12).  Nor is it when this
 * user has sent more of them than people do: 600 an hour, then at pauses that
 * grow to ten minutes (429), so that what one user can write is bounded.
 */
oa2_err_t *oa2_sheet_open(oa2_sheet_t *out, oa2_call_t *call,
                          oa2_fields_t *fields);
/*
 * Into a model: action (this page), form, message, and the fields.  shown: one
 * line that says what the page is made of (a version), given back when the form
 * comes: "" for what cannot grow stale.  sheet NULL: none has come.
 */
void oa2_sheet_form(cJSON *model, oa2_call_t *call,
                    const oa2_fields_t *fields, const char *shown,
                    const oa2_sheet_t *sheet);
/*
 * The page with that form.  status 0: what the form says, 200 where none has
 * come.  Why it was not obeyed is in the log, and the answer says when to come
 * again.
 */
oa2_err_t *oa2_sheet_answer(oa2_reply_t **out, oa2_call_t *call, int status,
                            oa2_page_id_t page, const cJSON *model,
                            const oa2_sheet_t *sheet);
/*
 * Fields to begin with, on a GET.  What was typed when the session ended is
 * there again (call->kept).
 */
void oa2_sheet_begin(oa2_fields_t *fields, const oa2_call_t *call);
/* *said: what the same form was answered a moment ago (a double click): where
   it led, or what oa2_sheet_claim() was given; NULL: nothing. */
oa2_err_t *oa2_sheet_before(const char **said, oa2_call_t *call,
                            const oa2_sheet_t *sheet);
/* *first: 1, and answer is what oa2_sheet_before() finds from now on; of
   several at once one is first. */
oa2_err_t *oa2_sheet_claim(int *first, oa2_call_t *call,
                           const oa2_sheet_t *sheet, const char *answer);
/* What a verb of the domain says is wrong ("write 2 words at most"), as a
   sentence of the page. */
const char *oa2_sheet_said(const oa2_call_t *call, const char *said);
/* The status of a page with this form; 200 for NULL. */
int oa2_sheet_status(const oa2_sheet_t *sheet);
/*
 * It is done: 303 to path (perhaps with a query), whose page says done
 * ("saved": the text "done.saved" of the catalogue; NULL: nothing), now and for
 * the same form again.
 */
oa2_err_t *oa2_sheet_done(oa2_reply_t **out, oa2_call_t *call,
                          const oa2_sheet_t *sheet, const char *path,
                          const char *done);

/*
 * The password of who is signed in, once more, before what cannot be undone.
 * *problem is NULL when it was right, or when httpd itself has authenticated
 * the user, who has no password here; else a sentence for the field.  Is slowed
 * down as a login is.
 */
oa2_err_t *oa2_sheet_prove(const char **problem, oa2_call_t *call,
                           const char *password);

/* One of several pages that belong together. */
typedef struct oa2_sheet_tab_t {
    const char *name;           /* of its endpoint */
    const char *label;          /* a key of the catalogue */
} oa2_sheet_tab_t;

/* Into a model: tabs, which the partial "tabs" shows; current is what the page
   is, or the next one above it.  rows end with a name NULL.  id: of the thing
   whose pages they are; NULL: of none. */
void oa2_sheet_tabs(cJSON *model, const oa2_call_t *call,
                    const oa2_sheet_tab_t *rows, const char *id);

/* A list's page: rows that are shown, and one more tells that it goes on. */
#define OA2_SHEET_ROWS 50
/*
 * Into a model: next, where the list goes on behind key, keeping what of the
 * query is named (NULL at the end); nothing when key is NULL.  The page reads
 * the parameter "after".
 */
void oa2_sheet_next(cJSON *model, const oa2_call_t *call, const char *key,
                    const char *const *keep);
/* A time as people read it, and as a program does: name and name_iso; neither
   for 0. */
void oa2_sheet_time(cJSON *item, const char *name, apr_int64_t at);

#endif
