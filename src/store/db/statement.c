/* SPDX-License-Identifier: Apache-2.0 */
/* statement.c - a text of ours as a driver wants it. */
#include "store/db/statement.h"

#include <stdlib.h>
#include <string.h>

#include "store/db/pool.h"

/*
 * Each $n becomes what the driver wants, numbered in the order in which they
 * come, because none may be left out.  0: too many arguments.
 */
static int translate(oa2_prepared_t *prepared, char *to, const char *text,
                     const oa2_driver_t *driver)
{
    prepared->count = 0;
    while (*text) {
        if (*text == '$' && text[1] >= '1' && text[1] <= '9') {
            char *end;
            long n = strtol(text + 1, &end, 10);

            if (n > OA2_SQL_ARGS || prepared->count
                == (int)sizeof(prepared->order))
                return 0;
            prepared->order[prepared->count++] = (unsigned char)n;
            to += driver->write_argument(to, prepared->count);
            text = end;
            continue;
        }
        if (strchr(driver->escape, *text))
            *to++ = *text;
        *to++ = *text++;
    }
    *to = '\0';
    return 1;
}

oa2_prepared_t *oa2_statement_ready(oa2_ctx_t *ctx, oa2_slot_t *slot,
                                    const char *text)
{
    oa2_store_t *store = ctx->store;
    oa2_prepared_t *prepared = apr_hash_get(slot->statements, &text,
                                            sizeof(text));
    char *plain;

    if (prepared)
        return prepared;
    prepared = apr_pcalloc(slot->pool, sizeof(*prepared));
    prepared->key = text;
    plain = apr_palloc(slot->pool, 2 * strlen(text) + 1);
    prepared->text = plain;
    if (!translate(prepared, plain, text, store->driver)
        || !store->driver->ready(store, slot, prepared))
        return NULL;
    apr_hash_set(slot->statements, &prepared->key, sizeof(prepared->key),
                 prepared);
    return prepared;
}

int oa2_statement_bind(const char **values, const oa2_prepared_t *prepared,
                       const oa2_args_t *args)
{
    int i;

    for (i = 0; i < prepared->count; i++) {
        int n = prepared->order[i];

        if (n > args->count)
            return 0;
        values[i] = args->values[n - 1];
    }
    return 1;
}
