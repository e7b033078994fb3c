/* SPDX-License-Identifier: Apache-2.0 */
/* compat.c - see compat.h */
#include "domain/client/compat.h"

#include <string.h>

#include <apr_strings.h>

#include "base/text/words.h"
#include "domain/client/property.h"
#include "domain/site/audit.h"
#include "store/compat_use.h"

#define X(name, what) const oa2_compat_t oa2_compat_##name = { #name, what };
OA2_COMPATS(X)
#undef X

static const oa2_compat_t *const all[] = {
#define X(name, what) &oa2_compat_##name,
    OA2_COMPATS(X)
#undef X
};

#define COUNT (sizeof(all) / sizeof(all[0]))

const char *oa2_compat_problem(const char *words, apr_pool_t *pool)
{
    const char *names = "";
    const char *said = "";
    apr_size_t i;

    for (i = 0; i < COUNT; i++) {
        names = oa2_words_union(names, all[i]->name, pool);
        said = apr_pstrcat(pool, said, i ? "; " : " ", all[i]->name, " (",
                           all[i]->what, ")", NULL);
    }
    words = oa2_words_minus(words, names, pool);
    return *words ? apr_pstrcat(pool, "there is no compatibility switch \"",
                                words, "\"; there are:", said, NULL) : NULL;
}

int oa2_compat_is_offered(const oa2_settings_t *settings,
                          const oa2_compat_t *compat)
{
    return settings->compat && oa2_words_has(settings->compat, compat->name);
}

int oa2_compat_may(const oa2_ctx_t *ctx, const oa2_client_t *client,
                   const oa2_compat_t *compat)
{
    return oa2_compat_is_offered(ctx->settings, compat) && client->secret
        && oa2_words_has(oa2_client_compat(client, ctx->pool), compat->name);
}

void oa2_compat_used(oa2_ctx_t *ctx, const oa2_client_t *client,
                     const char *words)
{
    const apr_array_header_t *each = oa2_words_split(words, ctx->pool);
    int i;

    if (each->nelts)
        oa2_audit(ctx, &oa2_event_compat_used, "client", client->id,
                  "switch", words, NULL);
    for (i = 0; i < each->nelts; i++) {
        oa2_err_t *err = oa2_compat_use_add(
            ctx, client->id, APR_ARRAY_IDX(each, i, const char *));

        if (err)
            ctx->note = err;
    }
}
