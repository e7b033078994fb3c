/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template.h - a subset of Mustache in which HTML is always escaped.
 *
 * {{name}} (dotted names and {{.}} too), {{#section}} (list, object, truth),
 * {{^inverted}}, {{/end}}, {{> partial}}, {{! comment}}.  There is no {{{raw}}}
 * and no {{&raw}}: both are errors, as are unbalanced sections, a partial that
 * includes itself and nesting deeper than 16.  Standalone section, partial and
 * comment lines take their line break with them, as mustache(5) says; a
 * partial whose own text does not end with one leaves the line's.
 */
#ifndef OA2_BASE_TEXT_TEMPLATE_H
#define OA2_BASE_TEXT_TEMPLATE_H

#include "base/err.h"
#include "base/text/json.h"

typedef struct oa2_template_t oa2_template_t;

/*
 * The text of a partial and what errors call it (its file), both in pool; an
 * error when there is none.  name is of A-Z a-z 0-9 _ -, with a dot or a slash
 * between.
 */
typedef oa2_err_t *oa2_template_load_fn(const char **text, const char **where,
                                        void *baton, const char *name,
                                        apr_pool_t *pool);

/*
 * server_error, with name and line, when text is not a template.  load NULL:
 * there are no partials.  What is compiled never changes again: any number of
 * threads may render it at once.
 */
oa2_err_t *oa2_template_compile(oa2_template_t **out, const char *name,
                                const char *text, oa2_template_load_fn *load,
                                void *baton, apr_pool_t *pool);
/*
 * False are: absent, null, false, "" and []; true is all else, also 0 and {}.
 * {{name}} of an object, a list or null is nothing.
 */
const char *oa2_template_render(const oa2_template_t *template,
                                const cJSON *model, apr_pool_t *pool);
/* The same for what is plain text and never HTML: nothing is escaped. */
const char *oa2_template_render_text(const oa2_template_t *template,
                                     const cJSON *model, apr_pool_t *pool);

#endif
