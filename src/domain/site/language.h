/* SPDX-License-Identifier: Apache-2.0 */
/*
 * language.h - what people read, in their language.
 *
 * A catalogue is a JSON object of texts, lang/CODE.json of the pages.  A key
 * with a space is a sentence of the program, in English as it stands in the
 * code; any other is the name of a piece of a template, which includes it as
 * {{> say/NAME}}.  English has all keys; another language may lack some, which
 * are then in English.
 */
#ifndef OA2_DOMAIN_SITE_LANGUAGE_H
#define OA2_DOMAIN_SITE_LANGUAGE_H

#include <apr_tables.h>

#include "base/ctx.h"

#define OA2_LANGUAGE_FIRST "en"     /* it has all keys */

/* Never changes after it was made: any number of threads may read it. */
typedef struct oa2_language_t oa2_language_t;

/*
 * Of a file's text; where is what errors call it.  below: whose texts count
 * where this one has none; a key that it lacks is a misspelt one, and refused.
 * below NULL: this is the first, and any key is good.  server_error names the
 * file and the key.
 */
oa2_err_t *oa2_language_read(oa2_language_t **out, const char *code,
                             const char *where, const char *text,
                             apr_size_t len, const oa2_language_t *below,
                             apr_pool_t *pool);
/* BCP 47, as in the file's name. */
const char *oa2_language_code(const oa2_language_t *language);
/* NULL: nobody has that key. */
const char *oa2_language_text(const oa2_language_t *language,
                              const char *key);
/*
 * Of all (const oa2_language_t *) the one that fits best.  wanted: language
 * ranges, the best first, with spaces (ui_locales, OpenID Connect Core section
 * 3.1.2.1) or as in Accept-Language (RFC 9110 section 12.5.4); "de-AT" is
 * served by "de-AT", else by "de" (RFC 4647 section 3.4).  NULL when none of
 * them is there, or wanted is NULL.
 */
const oa2_language_t *oa2_language_choose(const apr_array_header_t *all,
                                          const char *wanted,
                                          apr_pool_t *pool);

/*
 * The sentence in the language of ctx, plain text.  Behind it pairs of a name
 * and a value (NULL: nothing is put there), and NULL: "{{name}}" becomes the
 * value.  NULL for no sentence.
 */
const char *oa2_say(const oa2_ctx_t *ctx, const char *sentence, ...);

#endif
