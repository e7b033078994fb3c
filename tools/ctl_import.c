/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_import.c - users and clients of a Django site, taken over: what they are
 * called, and what their passwords and secrets are, stays.
 */
#include <stdio.h>
#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#include "base/text/abnf.h"
#include "ctl_import.h"
#include "domain/client/compat.h"

#define PROGRESS 10000                  /* objects between two lines */

/* Without --user-model and --application-model: whatever has such fields. */
static int is_user(const ctl_import_t *import, const ctl_object_t *object)
{
    return import->user_model
        ? strcmp(object->model, import->user_model) == 0
        : cJSON_HasObjectItem(object->fields, "username")
          && cJSON_HasObjectItem(object->fields, "password");
}

static int is_application(const ctl_import_t *import,
                          const ctl_object_t *object)
{
    return import->application_model
        ? strcmp(object->model, import->application_model) == 0
        : cJSON_HasObjectItem(object->fields, "client_id")
          && cJSON_HasObjectItem(object->fields, "authorization_grant_type");
}

static void say_progress(ctl_import_t *import)
{
    if (++import->read % PROGRESS == 0)
        fprintf(stderr, "oauth2ctl: %" APR_INT64_T_FMT " objects\n",
                import->read);
}

static oa2_err_t *take(ctl_import_t *import, const ctl_object_t *object,
                       apr_pool_t *pool)
{
    oa2_ctx_t ctx = import->ctl->ctx;

    ctx.pool = pool;
    ctx.audit = NULL;
    if (is_user(import, object))
        return ctl_import_user(import, object, &ctx);
    if (is_application(import, object))
        return ctl_import_client(import, object, &ctx);
    if (ctl_import_is_token(object))
        ctl_import_keep_token(import, object);
    return NULL;
}

static oa2_err_t *take_all(ctl_import_t *import)
{
    ctl_object_t object;
    apr_pool_t *pool;

    apr_pool_create(&pool, import->ctl->pool);
    for (;;) {
        apr_pool_clear(pool);
        OA2_TRY(ctl_dump_next(&object, import->dump, pool));
        if (!object.model) return NULL;
        say_progress(import);
        OA2_TRY(take(import, &object, pool));
    }
}

static const char *lower(const char *model, apr_pool_t *pool)
{
    char *text = model ? apr_pstrdup(pool, model) : NULL;
    char *c;

    for (c = text; c && *c; c++)
        *c = (char)apr_tolower(*c);
    return text;
}

/* Before anything is written: that all of the file can be read, and whose
   tokens it has. */
static oa2_err_t *read_through(ctl_import_t *import)
{
    ctl_object_t object;
    apr_pool_t *pool;

    apr_pool_create(&pool, import->ctl->pool);
    do {
        apr_pool_clear(pool);
        OA2_TRY(ctl_dump_next(&object, import->dump, pool));
        if (object.model && ctl_import_is_token(&object))
            ctl_import_expect_token(import, &object);
    } while (object.model);
    apr_pool_destroy(pool);
    return ctl_dump_rewind(import->dump);
}

static void note(ctl_import_t *import)
{
    oa2_ctx_t *ctx = &import->ctl->ctx;

    if (import->apply)
        oa2_audit(ctx, &oa2_event_imported, "users", oa2_audit_number(
                      ctx, import->counts[0][CTL_MADE]),
                  "clients", oa2_audit_number(
                      ctx, import->counts[1][CTL_MADE]),
                  "tokens", oa2_audit_number(
                      ctx, import->counts[2][CTL_MADE]), NULL);
}

static oa2_err_t *run(ctl_t *ctl, int omniport)
{
    ctl_import_t import = {
        .ctl = ctl, .omniport = omniport, .apply = ctl_has(ctl, "apply"),
        .user_model = lower(ctl_option(ctl, "user-model"), ctl->pool),
        .application_model = lower(ctl_option(ctl, "application-model"),
                                   ctl->pool),
        .scope = ctl_option(ctl, "scope"),
    };
    const char *compat = ctl_option(ctl, "compat");
    const char *problem = oa2_compat_problem(compat ? compat : "", ctl->pool);
    oa2_err_t *err;

    if (!import.scope)
        import.scope = "read write";
    if (problem)
        return ctl_fail(ctl, &ctl_usage, "--compat: %s", problem);
    if (!oa2_is_scope(import.scope))
        return ctl_fail(ctl, &ctl_usage, "--scope is words of printable "
                        "ASCII characters without '\"' and '\\'");
    import.accounts = apr_hash_make(ctl->pool);
    import.users = apr_hash_make(ctl->pool);
    import.report = oa2_json_object(ctl->pool);
    import.remarks = oa2_json_put_array(import.report, "remarks");
    OA2_TRY(ctl_dump_open(&import.dump, ctl, ctl_arg(ctl, 0)));
    OA2_TRY(read_through(&import));
    if (import.apply)
        OA2_TRY(ctl_open_to_add(ctl));
    else
        OA2_TRY(ctl_open(ctl));
    err = take_all(&import);
    if (!err)
        err = ctl_import_tokens(&import);
    note(&import);
    if (!err)
        ctl_import_tell(&import);
    return err;
}

static oa2_err_t *import_toolkit(ctl_t *ctl)
{
    return run(ctl, 0);
}

static oa2_err_t *import_omniport(ctl_t *ctl)
{
    return run(ctl, 1);
}

static const ctl_option_t options[] = {
    { "apply", NULL, 0, "write it; without, only tell what would be done" },
    { "scope", "'WORDS'", 0, "what the clients may ask for (read write)" },
    { "compat", "'WORDS'", 0, "switches of clients with a secret" },
    { "no-pkce", NULL, 0, "let clients with a secret do without PKCE" },
    { "claim", "NAME", 1, "what clients were told of users" },
    { "keep-ids", NULL, 0, "a user's sub is Django's number" },
    { "user-model", "APP.MODEL", 0, "which objects are users" },
    { "application-model", "APP.MODEL", 0, "which objects are clients" },
    { NULL, NULL, 0, NULL }
};

const ctl_command_t ctl_import_commands[] = {
    { "import django-oauth-toolkit", "FILE", 1, 1,
     "Takes over users and clients of a Django site.\n"
     "FILE is what \"manage.py dumpdata auth.user oauth2_provider\" has\n"
     "written: refresh tokens are taken, too. Nobody types a password\n"
     "anew: Django's hashes are taken, and replaced at the first login.\n"
     "Tells first what would be done, and what would not; --apply does it.\n"
     "Once more changes nothing.", options, import_toolkit },
    { "import omniport", "FILE", 1, 1,
     "Takes over users and apps of Omniport.\n"
     "FILE is what \"manage.py dumpdata base_auth.user open_auth\n"
     "oauth2_provider\" has written. Data points become scopes; apps\n"
     "that are not approved wait for it.\n"
     "Tells first what would be done, and what would not; --apply does it.\n"
     "Once more changes nothing.", options, import_omniport },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};
