/* SPDX-License-Identifier: Apache-2.0 */
/*
 * abnf.h - character classes of RFC 6749 appendix A, and their neighbours.
 *
 * Each takes a NUL-terminated string and answers 1 when all of it, and at
 * least one character, belongs to the class; 0 otherwise.
 */
#ifndef OA2_BASE_TEXT_ABNF_H
#define OA2_BASE_TEXT_ABNF_H

typedef int oa2_class_fn(const char *s);

/* Whatever there is, even what is not UTF-8: see oa2_param_t. */
oa2_class_fn oa2_is_any;
oa2_class_fn oa2_is_vschar;         /* VSCHAR = %x20-7E */
oa2_class_fn oa2_is_nqschar;        /* NQSCHAR = %x20-21 / %x23-5B / %x5D-7E */
oa2_class_fn oa2_is_scope;          /* scope-token *( SP scope-token ) */
oa2_class_fn oa2_is_scope_token;    /* 1*NQCHAR */
oa2_class_fn oa2_is_uri;            /* RFC 3986's characters; "#" may come */
oa2_class_fn oa2_is_text;           /* UTF-8 without C0, C1 controls, DEL */
oa2_class_fn oa2_is_unreserved;     /* RFC 3986 2.3: also a code_challenge */
/* RFC 6750 2.1: 1*( ALPHA / DIGIT / "-._~+/" ) *"=" */
oa2_class_fn oa2_is_b64token;
oa2_class_fn oa2_is_word;           /* 1*( a-z / "_" ): grant_type, prompt … */
oa2_class_fn oa2_is_words;          /* 1*( a-z / "_" / SP ) */

/* What a value of the class may hold, for whoever sent another one. */
const char *oa2_class_text(oa2_class_fn *is);

#endif
