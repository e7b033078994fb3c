/* SPDX-License-Identifier: Apache-2.0 */
/* mail.c - see mail.h */
#include "page/mail.h"

#include <string.h>

#include <apr_strings.h>

#include "base/text/json.h"

/* So that nobody's name becomes a line, and no line a field. */
static void put(cJSON *model, const char *name, const char *value,
                apr_pool_t *pool)
{
    char *line = value ? apr_pstrdup(pool, value) : NULL;
    char *at;

    for (at = line; at && *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
    oa2_json_put_text(model, name, line);
}

cJSON *oa2_page_mail_model(const oa2_page_mail_t *in, apr_pool_t *pool)
{
    cJSON *model = oa2_json_object(pool);

    put(model, "site", in->site, pool);
    put(model, "user", in->user, pool);
    put(model, "link", in->link, pool);
    put(model, "until", in->until, pool);
    return model;
}

void oa2_page_mail(const char **subject, const char **body,
                   const oa2_pages_t *pages, const oa2_ticket_kind_t *kind,
                   const oa2_page_mail_t *in, apr_pool_t *pool)
{
    oa2_page_id_t id = kind == &oa2_ticket_invitation
        ? OA2_PAGE_MAIL_INVITATION : OA2_PAGE_MAIL_RESET;
    const char *text = oa2_page_render_text(
        pages, in->language, id, oa2_page_mail_model(in, pool), pool);
    const char *line = text + strlen(OA2_PAGE_SUBJECT);
    const char *end = line + strcspn(line, "\n");

    *subject = apr_pstrmemdup(pool, line, (apr_size_t)(end - line));
    *body = end + strspn(end, "\n");
}
