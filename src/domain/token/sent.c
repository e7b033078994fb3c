/* SPDX-License-Identifier: Apache-2.0 */
/* sent.c - see sent.h */
#include "domain/token/sent.h"

#include <string.h>
#include <strings.h>

#include <apr_strings.h>

#include "base/text/abnf.h"

#define TOKEN_MAX 4096                  /* more cannot be one of ours */
#define SCHEME "Bearer"

static int is_scheme(const char *header)
{
    apr_size_t len = sizeof(SCHEME) - 1;

    /* RFC 9110 section 11.1: schemes are case-insensitive. */
    return strncasecmp(header, SCHEME, len) == 0
        && (!header[len] || header[len] == ' ' || header[len] == '\t'
            || header[len] == ',');
}

/* httpd joins repeated headers by ", ". */
static int has_second_scheme(const char *header)
{
    const char *comma = header;

    while ((comma = strchr(comma, ',')) != NULL) {
        do {
            comma++;
        } while (*comma == ' ' || *comma == '\t');
        if (is_scheme(comma))
            return 1;
    }
    return 0;
}

static oa2_err_t *malformed(apr_pool_t *pool, int id, const char *said)
{
    return oa2_err_make(pool, &oa2_invalid_request, id, said, NULL);
}

/* Section 3.1, invalid_request: "repeats the same parameter, uses more than one
   method for including an access token, or is otherwise malformed". */
int oa2_sent_is_bearer(const char *header)
{
    return header && is_scheme(header);
}

oa2_err_t *oa2_sent_token(const char **out, const char *header,
                          const char *elsewhere, apr_pool_t *pool)
{
    const char *token;

    *out = NULL;
    if (header && !is_scheme(header)) {
        if (has_second_scheme(header))
            return malformed(pool, OA2_ID(3912), "there is more than one "
                             "Authorization header");
        header = NULL;
    }
    if (elsewhere)
        return malformed(pool, OA2_ID(3913), header
                         ? "the access token came in two places"
                         : apr_pstrcat(pool, "an access token in the ",
                                       elsewhere, " is refused: send it in "
                                       "the Authorization header", NULL));
    if (!header)
        return NULL;
    token = header + sizeof(SCHEME) - 1;
    while (*token == ' ' || *token == '\t')
        token++;
    if (strlen(token) > TOKEN_MAX || !oa2_is_b64token(token))
        return malformed(pool, OA2_ID(3914), "the Authorization header is not "
                         "Bearer and one token");
    *out = token;
    return NULL;
}
