/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key.c - see key.h
 *
 * A wrong key is not slowed down as a wrong password is: it has 256 random bits
 * and cannot be guessed.
 */
#include "httpd/protect/key.h"

#include <string.h>

#include "httpd/conf/dir.h"
#include "httpd/request.h"
#include "httpd/serve/entry.h"

/* What is left of it there: httpd/serve/entry. */
static int is_in_query(const request_rec *r)
{
    return r->args && strstr(r->args, OA2_APIKEY_PREFIX);
}

int oa2_key_is_sent(const request_rec *r)
{
    return oa2_entry_key(r) || is_in_query(r);
}

oa2_err_t *oa2_key_allow(request_rec *r)
{
    if (oa2_conf_dir(r)->allow_api_key == 1) return NULL;
    return oa2_err_make(r->pool, &oa2_invalid_api_key, OA2_ID(7116), NULL,
                        "an API key came, and none is taken at %s: write "
                        "\"OAuth2AllowApiKey On\" there if it shall be",
                        r->uri);
}

oa2_err_t *oa2_key_check(oa2_subject_t *out, request_rec *r,
                         const oa2_server_t *conf, int is_more)
{
    const oa2_apikey_sent_t *sent = oa2_entry_key(r);
    oa2_ctx_t ctx = oa2_request_ctx(r, conf);
    oa2_apikey_t *key;

    if (is_in_query(r)) {
        return oa2_err_make(r->pool, &oa2_invalid_request, OA2_ID(7117),
                            "an API key in the query is refused: send it as "
                            OA2_APIKEY_HEADER, NULL);
    }
    if (is_more) {
        return oa2_err_make(r->pool, &oa2_invalid_request, OA2_ID(7118),
                            "an API key came together with another "
                            "credential", NULL);
    }
    OA2_TRY(oa2_key_allow(r));
    OA2_TRY(oa2_apikey_check(&key, &ctx, sent));
    oa2_subject_of_key(out, key);
    return NULL;
}
