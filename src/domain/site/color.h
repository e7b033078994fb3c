/* SPDX-License-Identifier: Apache-2.0 */
/*
 * color.h - the one colour of the pages that a site chooses: links, buttons,
 * and the line around what has the focus.
 *
 * WCAG 2.2, 1.4.3: text has a contrast of at least 4.5:1.  No colour has that
 * on light pages and on dark ones, so there are two; the second can be made of
 * the first.
 */
#ifndef OA2_DOMAIN_SITE_COLOR_H
#define OA2_DOMAIN_SITE_COLOR_H

#include <apr_pools.h>

/* What pages/style.mustache has behind text of that colour: of its surfaces the
   one that is nearest to it. */
#define OA2_COLOR_BEHIND_LIGHT "#eef0ec"        /* --paper */
#define OA2_COLOR_BEHIND_DARK "#212a27"         /* --tint */

/* "#rrggbb" each. */
typedef struct oa2_color_t {
    const char *light;                  /* on light pages */
    const char *light_strong;           /* with the pointer over it */
    const char *dark;                   /* on dark ones */
    const char *dark_strong;
} oa2_color_t;

/* NULL; or what is wrong, and what to write in its place.  dark NULL: made of
   light. */
const char *oa2_color_read(oa2_color_t *out, const char *light,
                           const char *dark, apr_pool_t *pool);

#endif
