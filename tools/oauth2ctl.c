/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oauth2ctl.c - the administrator's command: clients, users, grants, tokens
 * and the schema, on the module's own domain and store code, without httpd.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "ctl.h"
#include "oa2_config.h"
#include "store/purge.h"

#ifndef OA2_STATE_DIR
#error "OA2_STATE_DIR is the state directory: build with -DOA2_STATE_DIR"
#endif

/* None of these is an answer of httpd's: no HTTP status. */
const oa2_err_kind_t ctl_failed = {
    "failed", 0, OA2_LOG_ERROR, "it failed" };
const oa2_err_kind_t ctl_usage = {
    "usage", 0, OA2_LOG_INFO, "wrong usage" };
const oa2_err_kind_t ctl_not_found = {
    "not_found", 0, OA2_LOG_INFO, "not found" };
const oa2_err_kind_t ctl_exists = {
    "exists", 0, OA2_LOG_INFO, "it already exists" };
const oa2_err_kind_t ctl_away = {
    "away", 0, OA2_LOG_ERROR, "the database cannot be reached" };
const oa2_err_kind_t ctl_waiting = {
    "waiting", 0, OA2_LOG_INFO, "a migration is waiting" };

static const struct {
    const oa2_err_kind_t *kind;
    int status;
} statuses[] = {
    { &ctl_usage, CTL_STATUS_USAGE },
    { &ctl_not_found, CTL_STATUS_NOT_FOUND },
    { &ctl_exists, CTL_STATUS_EXISTS },
    { &ctl_away, CTL_STATUS_AWAY },
    { &oa2_temporarily_unavailable, CTL_STATUS_AWAY },
    { &ctl_waiting, CTL_STATUS_WAITING }
};

const ctl_command_t *const ctl_commands[] = {
    ctl_db_commands,
    ctl_copy_commands,
    ctl_realm_commands,
    ctl_client_commands,
    ctl_app_commands,
    ctl_user_commands,
    ctl_invite_commands,
    ctl_import_commands,
    ctl_grant_commands,
    ctl_token_commands,
    ctl_apikey_commands,
    ctl_audit_commands,
    ctl_own_commands,
    NULL
};

static oa2_err_t *version(ctl_t *ctl)
{
    cJSON *json = oa2_json_object(ctl->pool);

    oa2_json_put_text(json, "version", OA2_VERSION);
    ctl_json(ctl, json);
    ctl_say(ctl, "oauth2ctl (mod_oauth2_api) %s", OA2_VERSION);
    return NULL;
}

/* Never runs: ctl_args_parse() turns "help X" into "X --help". */
static oa2_err_t *help(ctl_t *ctl)
{
    ctl_help(ctl, NULL, NULL);
    return NULL;
}

/*
 * Removes what has expired, in batches, until nothing is left.  The batches'
 * memory goes away between them.
 */
static oa2_err_t *purge(ctl_t *ctl)
{
    apr_int64_t total = 0, removed = 0;
    apr_pool_t *batch;
    cJSON *json = oa2_json_object(ctl->pool);

    OA2_TRY(ctl_open_database(ctl, 0));
    apr_pool_create(&batch, ctl->pool);
    do {
        oa2_ctx_t ctx = ctl->ctx;
        oa2_err_t *err;

        apr_pool_clear(batch);
        ctx.pool = batch;
        err = oa2_purge(&removed, &ctx, 1000);
        if (err) return err;
        total += removed;
    } while (removed);
    oa2_json_put_number(json, "removed", total);
    ctl_json(ctl, json);
    ctl_say(ctl, "Removed %" APR_INT64_T_FMT " expired row%s.", total,
            total == 1 ? "" : "s");
    return NULL;
}

const ctl_command_t ctl_own_commands[] = {
    { "purge", "", 0, 0,
     "Removes expired rows now.\n"
     "httpd does this by itself every minute.", NULL, purge },
    { "version", "", 0, 0, "Prints the version.", NULL, version },
    { "help", "[COMMAND]", 0, 2, "Says how a command is used.", NULL, help },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};

oa2_err_t *ctl_fail(const ctl_t *ctl, const oa2_err_kind_t *kind,
                    const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = apr_pvsprintf(ctl->pool, format, args);
    va_end(args);
    return oa2_err_make(ctl->pool, kind, 0, NULL, "%s", text);
}

int ctl_exit_status(const oa2_err_t *err)
{
    apr_size_t i;

    for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (err->kind == statuses[i].kind) return statuses[i].status;
    return CTL_STATUS_FAILED;
}

static void report(const ctl_t *ctl, const oa2_err_t *err)
{
    const char *text = ctl_visible(err->meant, ctl->pool);

    fflush(stdout);
    if (err->id)
        fprintf(stderr, "oauth2ctl: OA2-%04d: %s\n", err->id, text);
    else
        fprintf(stderr, "oauth2ctl: %s\n", text);
}

static int run(ctl_t *ctl, int argc, char **argv)
{
    oa2_err_t *err = ctl_args_parse(ctl, argc, argv);
    int status = 0;

    if (!err && ctl_has(ctl, "help"))
        ctl_help(ctl, ctl->command, ctl->group);
    else if (!err)
        err = ctl->command->run(ctl);
    ctl_audit_end(ctl);
    if (err) {
        report(ctl, err);
        status = ctl_exit_status(err);
    }
    /* A secret that nobody saw must not look like success. */
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "oauth2ctl: could not write the output: %s\n",
                strerror(errno));
        if (!status)
            status = CTL_STATUS_FAILED;
    }
    return status;
}

int main(int argc, char **argv)
{
    ctl_t ctl;
    int status;

    memset(&ctl, 0, sizeof(ctl));
    /* The embedded database holds digests and password hashes. */
    umask(077);
    if (apr_initialize() != APR_SUCCESS
        || apr_pool_create(&ctl.pool, NULL) != APR_SUCCESS) {
        fputs("oauth2ctl: could not start: out of memory\n", stderr);
        return CTL_STATUS_FAILED;
    }
    oa2_crypto_init();
    ctl_audit_begin(&ctl);
    status = run(&ctl, argc, argv);
    apr_pool_destroy(ctl.pool);
    apr_terminate();
    return status;
}
