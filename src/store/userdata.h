/* SPDX-License-Identifier: Apache-2.0 */
/*
 * userdata.h - what clients keep of their users: one JSON document of each
 * user and client.  It goes with either of them, and stays when an access is
 * taken back: then nobody can ask for it.  store/store.h has the promises.
 */
#ifndef OA2_STORE_USERDATA_H
#define OA2_STORE_USERDATA_H

#include <apr_tables.h>

#include "base/ctx.h"

typedef struct oa2_userdata_t {
    const char *user;
    const char *client_id;
    const char *document;               /* JSON; NULL: there is none */
    apr_int64_t version;                /* never used twice; 0: none */
} oa2_userdata_t;

/* A `before` of the verbs below: whatever is there. */
#define OA2_USERDATA_ANY (-1)

/*
 * *user: the enabled one of that sub, if the client may keep something of him
 * when he is not there: he has allowed it that scope, or an administrator said
 * that its users need not be asked (trusted).  NULL: there is none such.
 */
oa2_err_t *oa2_userdata_owner(const char **user, oa2_ctx_t *ctx,
                              const char *sub, const char *client_id,
                              const char *scope);
/* *out: oa2_userdata_t of that user, at most n behind the client `after` (NULL:
   from the first), in the order of client IDs. */
oa2_err_t *oa2_userdata_list(apr_array_header_t **out, oa2_ctx_t *ctx,
                             const char *user, const char *after, int n);
/* Fills in document and version of data's user and client. */
oa2_err_t *oa2_userdata_find(oa2_userdata_t *data, oa2_ctx_t *ctx);
/*
 * Sets the document, if its version is `before` (0: there is none), and then
 * data's version to a new one.  *done: 0 when it is another, or user or
 * client are gone.
 */
oa2_err_t *oa2_userdata_put(int *done, oa2_ctx_t *ctx, oa2_userdata_t *data,
                            apr_int64_t before);
/* *done: 0 when there is none of that version. */
oa2_err_t *oa2_userdata_remove(int *done, oa2_ctx_t *ctx,
                               const oa2_userdata_t *data,
                               apr_int64_t before);

#endif
