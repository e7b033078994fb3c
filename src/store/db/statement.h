/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement.h - a text made ready once per connection, for the drivers.
 */
#ifndef OA2_STORE_DB_STATEMENT_H
#define OA2_STORE_DB_STATEMENT_H

#include "store/db/driver.h"
#include "store/db/sql.h"

typedef struct oa2_prepared_t {
    const char *key;                    /* the text's address */
    const char *text;                   /* as the driver wants it */
    int count;                          /* of its arguments */
    unsigned char order[OA2_SQL_ARGS * 3];
    apr_dbd_prepared_t *dbd;            /* SQLite */
    const char *name;                   /* PostgreSQL; NULL: not yet */
    int uses;
} oa2_prepared_t;

/* NULL: the database refused it, or it has too many arguments. */
oa2_prepared_t *oa2_statement_ready(oa2_ctx_t *ctx, oa2_slot_t *slot,
                                    const char *text);
/* values: the arguments in the order in which they are wanted, and as often;
   0 when one is wanted that there is not. */
int oa2_statement_bind(const char **values, const oa2_prepared_t *prepared,
                       const oa2_args_t *args);

#endif
