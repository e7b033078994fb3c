/* SPDX-License-Identifier: Apache-2.0 */
/* mail.c - see mail.h */
#include "domain/site/mail.h"

#include <string.h>

#include "base/text/json.h"
#include "base/text/message.h"
#include "store/job.h"

oa2_err_t *oa2_mail_put(oa2_ctx_t *ctx, const oa2_mail_t *mail)
{
    cJSON *json = oa2_json_object(ctx->pool);

    oa2_json_put_text(json, "kind", mail->kind->name);
    oa2_json_put_text(json, "user", mail->user);
    oa2_json_put_text(json, "sub", mail->sub);
    oa2_json_put_text(json, "to", mail->to);
    return oa2_job_put(ctx, OA2_MAIL_JOB, oa2_json_text(json, ctx->pool));
}

int oa2_mail_read(oa2_mail_t *mail, const char *text, apr_pool_t *pool)
{
    const cJSON *json = oa2_json_parse(text, strlen(text), pool);
    const char *kind = oa2_json_get_text(json, "kind");

    mail->kind = kind ? oa2_ticket_kind(kind) : NULL;
    mail->user = oa2_json_get_text(json, "user");
    mail->sub = oa2_json_get_text(json, "sub");
    mail->to = oa2_json_get_text(json, "to");
    return mail->kind && mail->user && mail->sub && mail->to
        && oa2_message_is_address(mail->to);
}
