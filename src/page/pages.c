/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages.c - finds, reads and compiles the page files, and renders them.
 *
 * All is read at start-up, so that a mistake in a page stops the start and
 * never meets a user.
 */
#include "page/pages.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_fnmatch.h>
#include <apr_hash.h>
#include <apr_strings.h>

#include "base/text/encode.h"
#include "base/file.h"
#include "base/text/template.h"
#include "domain/site/color.h"

#define SUFFIX ".mustache"
#define SAY "say/"
#define LANGUAGES "lang/"
#define JSON ".json"
#define MAX_FILE (256 * 1024)
/* httpd/start/setup.h */
#define BY_USER "; httpd's user, which reads it, must be able to"

/* All pages in one language. */
typedef struct {
    const oa2_language_t *language;
    const oa2_template_t *templates[OA2_PAGE_COUNT];
} edition_t;

struct oa2_pages_t {
    apr_array_header_t *languages;      /* const oa2_language_t *; English is
                                           the first */
    edition_t *editions;                /* of each */
};

typedef struct {
    const char *override_dir;
    const char *data_dir;
    apr_hash_t *used;           /* file names, whichever directory had them */
    const oa2_language_t *language;     /* that is being compiled */
    apr_pool_t *pool;
} loader_t;

#define PAGE_NAME(id, name) name,
static const char *const names[] = { OA2_PAGE_LIST(PAGE_NAME) };
#undef PAGE_NAME

static const char *status_text(apr_status_t status, apr_pool_t *pool)
{
    char buffer[128];

    return apr_pstrdup(pool, apr_strerror(status, buffer, sizeof(buffer)));
}

static oa2_err_t *check_text(const char *text, apr_size_t len,
                             const char *path, apr_pool_t *pool)
{
    int line = 1;
    const char *p = text;
    const char *end = text + len;

    if (!memchr(text, '\0', len) && oa2_utf8_is_valid(text, len)) return NULL;
    /* No sequence of UTF-8 contains a line feed: the first bad line is it. */
    while (p < end) {
        const char *eol = memchr(p, '\n', (apr_size_t)(end - p));
        apr_size_t size = (apr_size_t)((eol ? eol : end) - p);

        if (memchr(p, '\0', size) || !oa2_utf8_is_valid(p, size)) break;
        p += size + 1;
        line++;
    }
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(6000), NULL,
                        "%s, line %d: is not UTF-8 text; save the file "
                        "as UTF-8", path, line);
}

/* *text is NULL when there is no such file. */
static oa2_err_t *read_file(const char **text, const char *path,
                            apr_pool_t *pool)
{
    struct stat info;
    size_t len;
    char *data;
    int why;
    int fd;

    why = oa2_file_open(&fd, &info, path, 0);
    if (why == ENOENT) {
        *text = NULL;
        return NULL;
    }
    if (why) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(6001), NULL,
                            "could not open the page file \"%s\": %s%s", path,
                            why == EINVAL ? "it is not a plain file"
                                          : status_text(why, pool),
                            why == EACCES ? BY_USER : "");
    }
    len = info.st_size > MAX_FILE ? 0 : (size_t)info.st_size;
    data = apr_palloc(pool, len + 1);
    why = oa2_file_read(data, &len, fd, len);
    close(fd);
    if (why) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(6003), NULL,
                            "could not read the page file \"%s\": %s", path,
                            status_text(why, pool));
    }
    if (info.st_size > MAX_FILE) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(6002), NULL,
                            "the page file \"%s\" is larger than %d bytes",
                            path, MAX_FILE);
    }
    data[len] = '\0';
    OA2_TRY(check_text(data, len, path, pool));
    /* Some editors begin a file with a byte order mark. */
    *text = strncmp(data, "\xEF\xBB\xBF", 3) == 0 ? data + 3 : data;
    return NULL;
}

/* A piece of text is a partial of which no file is read. */
static oa2_err_t *load_text(const char **text, const char **where,
                            const loader_t *loader, const char *key,
                            apr_pool_t *pool)
{
    *text = oa2_language_text(loader->language, key);
    *where = apr_pstrcat(pool, LANGUAGES,
                         oa2_language_code(loader->language), JSON ", \"", key,
                         "\"", NULL);
    return *text ? NULL
                 : oa2_err_make(pool, &oa2_server_error, OA2_ID(6501), NULL,
                                "there is no text \"%s\" in " LANGUAGES
                                OA2_LANGUAGE_FIRST JSON, key);
}

/* An oa2_template_load_fn; pages are found the same way as their partials. */
static oa2_err_t *load(const char **text, const char **where, void *baton,
                       const char *name, apr_pool_t *pool)
{
    loader_t *loader = baton;
    const char *file = apr_pstrcat(pool, name, SUFFIX, NULL);
    const char *dirs[2];
    int i;

    if (strncmp(name, SAY, sizeof(SAY) - 1) == 0)
        return load_text(text, where, loader, name + sizeof(SAY) - 1, pool);
    dirs[0] = loader->override_dir;
    dirs[1] = loader->data_dir;
    apr_hash_set(loader->used, file, APR_HASH_KEY_STRING, file);
    for (i = 0; i < 2; i++) {
        const char *found = NULL;
        const char *path;

        if (!dirs[i]) continue;
        path = apr_pstrcat(pool, dirs[i], "/", file, NULL);
        OA2_TRY(read_file(&found, path, pool));
        if (!found) continue;
        *text = found;
        *where = path;
        return NULL;
    }
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(6004), NULL,
                        "there is no file \"%s\" in \"%s\"%s%s%s", file,
                        loader->data_dir, dirs[0] ? " or \"" : "",
                        dirs[0] ? dirs[0] : "", dirs[0] ? "\"" : "");
}

/* A misspelt override would silently do nothing.  room: "" or a folder of it,
   which need not be there. */
static oa2_err_t *check_unused(const loader_t *loader, const char *room)
{
    apr_pool_t *pool = loader->pool;
    const char *dir = *room ? apr_pstrcat(pool, loader->override_dir, "/",
                                          room, NULL)
                            : loader->override_dir;
    oa2_err_t *err = NULL;
    apr_finfo_t info;
    apr_status_t status;
    apr_dir_t *opened;

    status = apr_dir_open(&opened, dir, pool);
    if (*room && APR_STATUS_IS_ENOENT(status)) return NULL;
    if (status != APR_SUCCESS) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(6005), NULL,
                            "could not open the page directory \"%s\": %s%s",
                            dir, status_text(status, pool),
                            APR_STATUS_IS_EACCES(status) ? BY_USER : "");
    }
    while (!err && apr_dir_read(&info, APR_FINFO_NAME, opened) == APR_SUCCESS) {
        if (apr_fnmatch("*" SUFFIX, info.name, APR_FNM_PERIOD) != APR_SUCCESS
            || apr_hash_get(loader->used, apr_pstrcat(pool, room, info.name,
                                                      NULL),
                            APR_HASH_KEY_STRING)) {
            continue;
        }
        err = oa2_err_make(pool, &oa2_server_error, OA2_ID(6006), NULL,
                           "the file \"%s/%s%s\" is not used by any page; "
                           "give it the name of the page that it is for, or "
                           "remove it", loader->override_dir, room,
                           info.name);
    }
    apr_dir_close(opened);
    return err;
}

/* A mail's subject is its first line. */
static oa2_err_t *check_subject(const char *name, const char *text,
                                const char *where, apr_pool_t *pool)
{
    const char *empty;

    if (strncmp(name, OA2_PAGE_MAIL, sizeof(OA2_PAGE_MAIL) - 1) != 0)
        return NULL;
    empty = strstr(text, "\n\n");
    if (strncmp(text, OA2_PAGE_SUBJECT, sizeof(OA2_PAGE_SUBJECT) - 1) == 0
        && empty && empty == strchr(text, '\n'))
        return NULL;
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(6500), NULL,
                        "%s, line 1: a mail begins with \"" OA2_PAGE_SUBJECT
                        "\" and its subject, then an empty line", where);
}

/* ------------------------------------------------------------ languages */

/* language is below, or one on top of it. */
static oa2_err_t *read_language(const oa2_language_t **language,
                                const char *dir, const char *code,
                                apr_pool_t *pool)
{
    const char *path = apr_pstrcat(pool, dir, "/" LANGUAGES, code, JSON, NULL);
    oa2_language_t *made;
    const char *text = NULL;

    OA2_TRY(read_file(&text, path, pool));
    if (!text)
        return NULL;
    OA2_TRY(oa2_language_read(&made, code, path, text, strlen(text),
                              *language, pool));
    *language = made;
    return NULL;
}

/* One language, of both directories. */
static oa2_err_t *add_language(loader_t *loader, apr_array_header_t *all,
                               const char *code)
{
    const oa2_language_t *language =
        all->nelts ? APR_ARRAY_IDX(all, 0, const oa2_language_t *) : NULL;
    int i;

    for (i = 0; i < all->nelts; i++)
        if (strcmp(oa2_language_code(APR_ARRAY_IDX(
                all, i, const oa2_language_t *)), code) == 0)
            return NULL;
    OA2_TRY(read_language(&language, loader->data_dir, code, loader->pool));
    if (loader->override_dir)
        OA2_TRY(read_language(&language, loader->override_dir, code,
                              loader->pool));
    if (!language)
        return oa2_err_make(loader->pool, &oa2_server_error, OA2_ID(6502),
                            NULL, "there is no file \"" LANGUAGES "%s" JSON
                            "\" in \"%s\"", code, loader->data_dir);
    APR_ARRAY_PUSH(all, const oa2_language_t *) = language;
    return NULL;
}

/* Each file lang/CODE.json of dir. */
static oa2_err_t *add_languages(loader_t *loader, apr_array_header_t *all,
                                const char *dir)
{
    apr_pool_t *pool = loader->pool;
    oa2_err_t *err = NULL;
    apr_finfo_t info;
    apr_dir_t *opened;

    if (apr_dir_open(&opened, apr_pstrcat(pool, dir, "/" LANGUAGES, NULL),
                     pool) != APR_SUCCESS)
        return NULL;
    while (!err && apr_dir_read(&info, APR_FINFO_NAME, opened) == APR_SUCCESS) {
        apr_size_t len = strlen(info.name);

        if (apr_fnmatch("*" JSON, info.name, APR_FNM_PERIOD) == APR_SUCCESS)
            err = add_language(loader, all,
                               apr_pstrmemdup(pool, info.name,
                                              len - sizeof(JSON) + 1));
    }
    apr_dir_close(opened);
    return err;
}

static oa2_err_t *compile(edition_t *out, loader_t *loader)
{
    apr_pool_t *pool = loader->pool;
    int i;

    loader->language = out->language;
    for (i = 0; i < OA2_PAGE_COUNT; i++) {
        oa2_template_t *compiled;
        const char *text;
        const char *where;

        OA2_TRY(load(&text, &where, loader, names[i], pool));
        OA2_TRY(check_subject(names[i], text, where, pool));
        OA2_TRY(oa2_template_compile(&compiled, where, text, load, loader,
                                     pool));
        out->templates[i] = compiled;
    }
    return NULL;
}

oa2_err_t *oa2_pages_load(oa2_pages_t **out, const char *override_dir,
                          const char *data_dir, apr_pool_t *pool)
{
    oa2_pages_t *pages = apr_pcalloc(pool, sizeof(*pages));
    loader_t loader = { 0 };
    int i;

    loader.override_dir = override_dir;
    loader.data_dir = data_dir;
    loader.used = apr_hash_make(pool);
    loader.pool = pool;
    pages->languages = apr_array_make(pool, 8, sizeof(oa2_language_t *));
    OA2_TRY(add_language(&loader, pages->languages, OA2_LANGUAGE_FIRST));
    OA2_TRY(add_languages(&loader, pages->languages, data_dir));
    if (override_dir)
        OA2_TRY(add_languages(&loader, pages->languages, override_dir));
    pages->editions = apr_pcalloc(
        pool, sizeof(edition_t) * (apr_size_t)pages->languages->nelts);
    for (i = 0; i < pages->languages->nelts; i++) {
        pages->editions[i].language =
            APR_ARRAY_IDX(pages->languages, i, const oa2_language_t *);
        OA2_TRY(compile(&pages->editions[i], &loader));
    }
    if (override_dir) {
        OA2_TRY(check_unused(&loader, ""));
        OA2_TRY(check_unused(&loader, OA2_PAGE_MAIL));
        OA2_TRY(check_unused(&loader, OA2_PAGE_ACCOUNT));
        OA2_TRY(check_unused(&loader, OA2_PAGE_DEVELOPER));
        OA2_TRY(check_unused(&loader, OA2_PAGE_ADMIN));
    }
    *out = pages;
    return NULL;
}

const apr_array_header_t *oa2_pages_languages(const oa2_pages_t *pages)
{
    return pages->languages;
}

const oa2_language_t *oa2_pages_language(const oa2_pages_t *pages,
                                         const char *wanted,
                                         const oa2_language_t *other,
                                         apr_pool_t *pool)
{
    const oa2_language_t *found =
        oa2_language_choose(pages->languages, wanted, pool);

    if (!found)
        found = other;
    return found ? found : pages->editions[0].language;
}

/* ------------------------------------------------------------ rendering */

static const oa2_template_t *template_of(const oa2_pages_t *pages,
                                         const oa2_language_t *language,
                                         oa2_page_id_t id)
{
    int i = pages->languages->nelts;

    while (--i > 0 && pages->editions[i].language != language)
        continue;
    return pages->editions[i].templates[id];
}

static void put_color(cJSON *model, const oa2_color_t *color)
{
    oa2_json_put_text(model, "color", color->light);
    oa2_json_put_text(model, "color_strong", color->light_strong);
    oa2_json_put_text(model, "color_dark", color->dark);
    oa2_json_put_text(model, "color_dark_strong", color->dark_strong);
}

cJSON *oa2_page_model(const oa2_page_common_t *common, apr_pool_t *pool)
{
    cJSON *model = oa2_json_object(pool);

    oa2_json_put_text(model, "site", common->site);
    oa2_json_put_text(model, "site_logo", common->logo);
    oa2_json_put_text(model, "nonce", common->nonce);
    if (common->color)
        put_color(model, common->color);
    oa2_json_put_text(model, "language",
                      common->language ? oa2_language_code(common->language)
                                       : OA2_LANGUAGE_FIRST);
    return model;
}

const char *oa2_page_render(const oa2_pages_t *pages,
                            const oa2_language_t *language, oa2_page_id_t id,
                            const cJSON *model, apr_pool_t *pool)
{
    return oa2_template_render(template_of(pages, language, id), model, pool);
}

const char *oa2_page_render_text(const oa2_pages_t *pages,
                                 const oa2_language_t *language,
                                 oa2_page_id_t id, const cJSON *model,
                                 apr_pool_t *pool)
{
    return oa2_template_render_text(template_of(pages, language, id), model,
                                    pool);
}
