/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etag.h - entity tags, RFC 9110 sections 8.8.3 and 13.1.
 */
#ifndef OA2_BASE_TEXT_ETAG_H
#define OA2_BASE_TEXT_ETAG_H

/*
 * 1 when header, a value of If-Match (strong) or If-None-Match (not), names
 * etag, a strong one with its quotes; NULL: there is nothing that could be
 * named, not by "*" either.  Weak tags never match strongly.  What is behind
 * a mistake of grammar is not read.
 */
int oa2_etag_matches(const char *header, const char *etag, int is_strong);

#endif
