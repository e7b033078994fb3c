/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.h - base64url, base64, percent-encoding, UTF-8, HTML.
 *
 * Decoders take hostile bytes and accept the canonical form only.
 */
#ifndef OA2_BASE_TEXT_ENCODE_H
#define OA2_BASE_TEXT_ENCODE_H

#include <apr_pools.h>

/* RFC 4648 section 5 without padding. */
char *oa2_b64url_encode(apr_pool_t *pool, const void *data, apr_size_t len);
/*
 * NULL unless text is canonical base64url without padding (unused bits zero).
 * The result has a NUL after its *len bytes.
 */
unsigned char *oa2_b64url_decode(apr_size_t *len, const char *text,
                                 apr_pool_t *pool);
/* RFC 4648 section 4 with padding, canonical; NULL otherwise. */
unsigned char *oa2_b64_decode(apr_size_t *len, const char *text,
                              apr_pool_t *pool);
/* Everything but RFC 3986 unreserved becomes %XX: right in a query value. */
char *oa2_url_encode(apr_pool_t *pool, const char *text);
/* One value of a form, in as few bytes as a URL's query allows: no longer
   than what a client had to send for it. */
char *oa2_form_encode(apr_pool_t *pool, const char *text);
/*
 * application/x-www-form-urlencoded, one name or value (RFC 6749 appendix B).
 * NULL for a bad %XX, a NUL, or what is not UTF-8.
 */
char *oa2_form_decode(const char *text, apr_size_t len, apr_pool_t *pool);
/* NULL, or why it cannot be decoded, to stand behind a name: "holds …". */
const char *oa2_form_problem(const char *text, apr_size_t len,
                             apr_pool_t *pool);
/* A quoted-string (RFC 9110 section 5.6.4, RFC 5322 section 3.2.4); a control
   character, which has no place in a header, is a space. */
char *oa2_quote(const char *text, apr_pool_t *pool);
/* RFC 3629: shortest form, no surrogates, nothing above U+10FFFF. */
int oa2_utf8_is_valid(const char *text, apr_size_t len);

#endif
