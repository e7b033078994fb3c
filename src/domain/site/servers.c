/* SPDX-License-Identifier: Apache-2.0 */
/* servers.c - see servers.h */
#include "domain/site/servers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_env.h>
#include <apr_strings.h>

#include "base/file.h"
#include "base/text/json.h"

#ifndef OA2_SERVERS_FILE
#error "OA2_SERVERS_FILE is the file's path: build with -DOA2_SERVERS_FILE"
#endif

#define FILE_MAX ((apr_size_t)16 << 20)

const char *oa2_servers_path(apr_pool_t *pool)
{
    char *path = NULL;

    if (apr_env_get(&path, OA2_SERVERS_ENV, pool) == APR_SUCCESS && *path)
        return path;
    return OA2_SERVERS_FILE;
}

const char *oa2_servers_text(const oa2_servers_t *servers, apr_pool_t *pool)
{
    cJSON *json = oa2_json_object(pool);
    cJSON *list;
    int i;

    oa2_json_put_text(json, "user", servers->user);
    list = oa2_json_put_array(json, "servers");
    for (i = 0; i < servers->served->nelts; i++) {
        const oa2_served_t *row =
            &APR_ARRAY_IDX(servers->served, i, oa2_served_t);
        cJSON *item = oa2_json_push_object(list);

        oa2_json_put_text(item, "server", row->server);
        oa2_json_put_text(item, "issuer", row->issuer);
        oa2_json_put_text(item, "realm", row->realm);
        oa2_json_put_text(item, "driver", row->driver);
        oa2_json_put_text(item, "params", row->params);
        oa2_json_put_bool(item, "password", row->password);
        oa2_json_put_text(item, "state_dir", row->state_dir);
        oa2_json_put_text(item, "secret_file", row->secret_file);
        oa2_json_put_bool(item, "mail", row->mail);
    }
    return oa2_json_text(json, pool);
}

/* ------------------------------------------------------------ reading */

static oa2_err_t *unusable(const char *path, const char *why,
                           apr_pool_t *pool)
{
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(3500), NULL,
                        "could not use \"%s\", which says what httpd serves: "
                        "%s", path, why);
}

static oa2_err_t *read_open(const char **out, apr_size_t *size, int fd,
                            const struct stat *info, const char *path,
                            apr_pool_t *pool)
{
    apr_size_t len = (apr_size_t)info->st_size;
    char *text;
    int why;

    if ((info->st_uid != 0 && info->st_uid != geteuid())
        || (info->st_mode & (S_IWGRP | S_IWOTH)))
        return unusable(path, "others than root and you can write it: remove "
                        "it and restart httpd", pool);
    if (len > FILE_MAX)
        return unusable(path, "it is too large", pool);
    text = apr_palloc(pool, len + 1);
    why = oa2_file_read(text, &len, fd, len);
    if (why) return unusable(path, strerror(why), pool);
    text[len] = '\0';
    *out = text;
    *size = len;
    return NULL;
}

/* 0: a member that has to be there is not. */
static int add(apr_array_header_t *served, const cJSON *item)
{
    oa2_served_t row;

    row.server = oa2_json_get_text(item, "server");
    row.issuer = oa2_json_get_text(item, "issuer");
    row.realm = oa2_json_get_text(item, "realm");
    row.driver = oa2_json_get_text(item, "driver");
    row.params = oa2_json_get_text(item, "params");
    row.password = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item,
                                                                 "password"));
    row.state_dir = oa2_json_get_text(item, "state_dir");
    row.secret_file = oa2_json_get_text(item, "secret_file");
    row.mail = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "mail"));
    APR_ARRAY_PUSH(served, oa2_served_t) = row;
    return row.server && row.issuer && row.realm && row.driver && row.params
        && row.state_dir && row.secret_file;
}

oa2_err_t *oa2_servers_read(oa2_servers_t **out, const char *path,
                            apr_pool_t *pool)
{
    oa2_servers_t *servers = apr_pcalloc(pool, sizeof(*servers));
    const cJSON *list;
    const cJSON *item;
    const cJSON *json;
    const char *text;
    apr_size_t len;
    oa2_err_t *err;
    struct stat info;
    int why;
    int fd;

    why = oa2_file_open(&fd, &info, path, O_NOFOLLOW);
    if (why == ENOENT || why == ENOTDIR) {
        *out = NULL;
        return NULL;
    }
    if (why) {
        return unusable(path, why == EINVAL ? "it is not a plain file: remove "
                        "it and restart httpd" : strerror(why), pool);
    }
    err = read_open(&text, &len, fd, &info, path, pool);
    close(fd);
    OA2_TRY(err);
    json = oa2_json_parse(text, len, pool);
    list = cJSON_GetObjectItemCaseSensitive(json, "servers");
    servers->user = oa2_json_get_text(json, "user");
    servers->served = apr_array_make(pool, 4, sizeof(oa2_served_t));
    cJSON_ArrayForEach(item, list) {
        if (!add(servers->served, item))
            servers->user = NULL;
    }
    if (!servers->user || !cJSON_IsArray(list))
        return unusable(path, "it is not what httpd writes: remove it and "
                        "restart httpd", pool);
    *out = servers->served->nelts ? servers : NULL;
    return NULL;
}
