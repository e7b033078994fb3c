/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold.h - names that people type: what two spellings have in common.
 *
 * Directories compare names without regard to case, width and repeated
 * spaces, and people paste characters that nobody sees.  Rules and tables are
 * Unicode's (toNFKC_Casefold, Unicode chapter 3.13), by utf8proc.
 */
#ifndef OA2_BASE_TEXT_FOLD_H
#define OA2_BASE_TEXT_FOLD_H

#include <apr_pools.h>

/*
 * The form that all spellings of a name share: folded by NFKC and case, runs
 * of white space as one space, none at its ends, without characters that are
 * not seen.  Control characters stay: in a name they are no space.  Of a folded
 * name it is the name itself.  NULL when text is not UTF-8, or has a code point
 * that Unicode gives no meaning yet: nobody knows what that will be the same
 * as.
 */
const char *oa2_fold(const char *text, apr_pool_t *pool);
/*
 * Coarser: what is left of the folded name without accents, strokes and
 * ligatures.  Two names of one such form may be two people; but some
 * directories and databases take them for one.  NULL as above.
 */
const char *oa2_fold_alike(const char *text, apr_pool_t *pool);
/*
 * The name as it was meant, for show and for others to look up: letters stay,
 * white space and what is not seen is mended as above.  NULL as above.
 */
const char *oa2_fold_space(const char *text, apr_pool_t *pool);

#endif
