/* SPDX-License-Identifier: Apache-2.0 */
/* shared.c - see shared.h */
#include "httpd/start/shared.h"

#include <string.h>

#include <apr_shm.h>
#include <apr_strings.h>
#include <httpd.h>
#include <http_config.h>

/*
 * A block, in a pool of its own together with what is known of it.  Written by
 * one build of this module and read by a later one, so the layout stays as it
 * is, or LIST gets another name.
 */
typedef struct block_t {
    struct block_t *next;
    apr_pool_t *pool;
    const char *name;
    void *memory;
    apr_time_t used;                    /* by the configuration of this time */
} block_t;

#define LIST "mod_oauth2_api.shared"

/* The pointer to the first; it lives as long as httpd. */
static block_t **list(void)
{
    block_t **first = ap_retained_data_get(LIST);

    return first ? first : ap_retained_data_create(LIST, sizeof(void *));
}

oa2_err_t *oa2_shared_get(void **memory, int *is_new,
                          const oa2_shared_t *shared, const char *name,
                          apr_size_t size)
{
    block_t **first = list();
    block_t *block = *first;
    apr_pool_t *pool;
    apr_shm_t *shm;
    apr_status_t rv;

    while (block && strcmp(block->name, name) != 0)
        block = block->next;
    *is_new = !block;
    if (!block) {
        apr_pool_create(&pool, shared->process_pool);
        apr_pool_tag(pool, "mod_oauth2_api shared memory");
        rv = apr_shm_create(&shm, size, NULL, pool);
        if (rv != APR_SUCCESS) {
            apr_pool_destroy(pool);
            return oa2_err_make(shared->pool, &oa2_server_error, OA2_ID(7010),
                                NULL, "could not get %" APR_SIZE_T_FMT
                                " bytes of shared memory (%pm): lower "
                                "OAuth2CacheSize", size, &rv);
        }
        block = apr_pcalloc(pool, sizeof(*block));
        block->pool = pool;
        block->name = apr_pstrdup(pool, name);
        block->memory = apr_shm_baseaddr_get(shm);
        block->next = *first;
        *first = block;
    }
    block->used = shared->now;
    *memory = block->memory;
    return NULL;
}

void oa2_shared_drop_unused(const oa2_shared_t *shared)
{
    block_t **at = list();

    while (*at) {
        block_t *block = *at;

        if (block->used == shared->now) {
            at = &block->next;
            continue;
        }
        *at = block->next;
        apr_pool_destroy(block->pool);
    }
}
