/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.c - see audit.h
 *
 * The file is a log of httpd's: opened before it gives up root, again by each
 * restart, or a pipe to a program (rotatelogs).  A line is one write, so
 * those of all processes stand behind each other.
 */
#include "httpd/run/audit.h"

#include <string.h>

#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>

#include "domain/site/audit.h"
#include "httpd/module.h"
#include "httpd/request.h"
#include "httpd/run/log.h"
#include "httpd/start/db.h"

/* As an access log, but for nobody else's eyes. */
#define MODE (APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_GREAD)
#define SPAN 60
/* Rows a minute that strangers can make from one address, in each child; the
   file has them all, as the access log has. */
#define STRANGERS_MOST 60
#define TOLD_MOST 1

/* ------------------------------------------------------------ opening */

/* "|prog" and "||prog": without a shell; "|$prog": by one; as CustomLog. */
static apr_file_t *open_pipe(const char *program, apr_pool_t *pconf)
{
    apr_cmdtype_e how = APR_PROGRAM_ENV;
    piped_log *log;

    if (*program == '|') {
        program++;
    }
    else if (*program == '$') {
        program++;
        how = APR_SHELLCMD_ENV;
    }
    log = ap_open_piped_log_ex(pconf, program, how);
    return log ? ap_piped_log_write_fd(log) : NULL;
}

/* A FIFO that nobody reads would keep httpd waiting: here it is an error, and
   when its reader is slow, lines are lost. */
static apr_status_t open_file(apr_file_t **file, const char *name,
                              apr_pool_t *pconf)
{
    apr_int32_t flags = APR_FOPEN_WRITE | APR_FOPEN_APPEND | APR_FOPEN_CREATE
        | APR_FOPEN_LARGEFILE;
    const char *path = ap_server_root_relative(pconf, name);
    apr_finfo_t info;

    if (!path) return APR_EBADPATH;
    if (apr_stat(&info, path, APR_FINFO_TYPE, pconf) == APR_SUCCESS
        && info.filetype == APR_PIPE) {
        flags |= APR_FOPEN_NONBLOCK;
    }
    return apr_file_open(file, path, flags, MODE, pconf);
}

static apr_file_t *open_log(const char *name, server_rec *s,
                            apr_pool_t *pconf)
{
    apr_file_t *file = NULL;
    apr_status_t rv = APR_EGENERAL;

    if (*name == '|') {
        file = open_pipe(name + 1, pconf);
    }
    else {
        rv = open_file(&file, name, pconf);
        if (rv != APR_SUCCESS)
            file = NULL;
    }
    if (!file) {
        oa2_log_server(s, APLOG_ERR, OA2_ID(7860), "OAuth2AuditLog \"%s\" "
                       "could not be opened (%pm): until that is mended and "
                       "httpd restarted (a graceful restart is enough), "
                       "security events are in the database only", name, &rv);
    }
    return file;
}

void oa2_audit_open(server_rec *main_server, apr_pool_t *pconf)
{
    server_rec *other;
    server_rec *s;

    for (s = main_server; s; s = s->next) {
        oa2_server_t *conf = oa2_conf_server_mut(s);
        const char *name = conf ? conf->settings.audit_log : NULL;

        if (!name || !conf->db) continue;
        for (other = main_server; other != s; other = other->next) {
            const oa2_server_t *before = oa2_conf_server(other);

            if (before && before->db && before->settings.audit_log
                && strcmp(before->settings.audit_log, name) == 0) {
                break;
            }
        }
        conf->audit_file = other != s ? oa2_conf_server(other)->audit_file
                                      : open_log(name, s, pconf);
    }
}

/* ------------------------------------------------------------ writing */

/* What the other logs call the request: mod_unique_id's, or their %L. */
static const char *id_of(request_rec *r)
{
    const char *id = apr_table_get(r->subprocess_env, "UNIQUE_ID");

    if (id) return id;
    if (!r->log_id) {
        ap_run_generate_log_id(r->connection, r, &r->log_id);
    }
    return r->log_id;
}

/* At warn in turns: an administrator has to see it, and a stranger may be who
   makes it happen. */
static void tell(request_rec *r, oa2_db_t *db, int id, const char *text)
{
    oa2_err_t *err = oa2_err_make(r->pool, &oa2_server_error, id, NULL, "%s",
                                  text);
    apr_uint32_t held;

    err->severity = oa2_pace_take(&db->audit_faults, &held, "",
                                  apr_time_sec(r->request_time), SPAN,
                                  TOLD_MOST)
        ? OA2_LOG_WARNING : OA2_LOG_INFO;
    oa2_log_err(r, err, NULL);
}

static void write_file(request_rec *r, const oa2_server_t *conf,
                       const oa2_ctx_t *ctx, const oa2_audit_origin_t *origin)
{
    const apr_array_header_t *entries = ctx->audit->entries;
    apr_status_t rv = APR_SUCCESS;
    int i;

    if (!conf->audit_file) return;
    for (i = 0; i < entries->nelts; i++) {
        const char *line = oa2_audit_line(
            ctx, &APR_ARRAY_IDX(entries, i, oa2_audit_entry_t), origin);
        apr_size_t len = strlen(line);

        rv = apr_file_write(conf->audit_file, line, &len);
        if (rv != APR_SUCCESS) break;
    }
    if (rv != APR_SUCCESS) {
        tell(r, conf->db, OA2_ID(7861), apr_psprintf(
            r->pool, "could not write to OAuth2AuditLog \"%s\" (%pm)",
            conf->settings.audit_log, &rv));
    }
}

/* What strangers can cause at will shall not fill the database. */
static const unsigned char *choose(request_rec *r, oa2_db_t *db,
                                   const apr_array_header_t *entries)
{
    unsigned char *wanted = apr_palloc(r->pool, (apr_size_t)entries->nelts);
    apr_uint32_t held;
    int i;

    for (i = 0; i < entries->nelts; i++) {
        const oa2_audit_entry_t *entry =
            &APR_ARRAY_IDX(entries, i, oa2_audit_entry_t);

        wanted[i] = !entry->event->anyone
            || oa2_pace_take(&db->audits, &held, r->useragent_ip,
                             apr_time_sec(r->request_time), SPAN,
                             STRANGERS_MOST);
    }
    return wanted;
}

static void write_table(request_rec *r, const oa2_server_t *conf,
                        oa2_ctx_t *ctx, const oa2_audit_origin_t *origin)
{
    oa2_err_t *err = oa2_db_ready(conf->db, r->pool);

    if (!err) {
        err = oa2_audit_keep(ctx, origin,
                             choose(r, conf->db, ctx->audit->entries));
    }
    if (!err) return;
    /* That the database is away is told elsewhere, once. */
    if (err->kind == &oa2_temporarily_unavailable) {
        oa2_log_err(r, err, NULL);
        return;
    }
    tell(r, conf->db, OA2_ID(7862), apr_psprintf(
        r->pool, "security events could not be kept in the database: OA2-%04d: "
        "%s; run \"oauth2ctl db migrate\" if the tables are older than the "
        "module", err->id, err->meant));
}

static void write_one(request_rec *r)
{
    const oa2_server_t *conf = oa2_conf_server(r->server);
    const oa2_phase_t *phase = oa2_phase_find(r);
    oa2_audit_origin_t origin = { NULL, NULL, NULL };
    oa2_ctx_t ctx;

    if (!phase || !phase->audit.entries || !conf || !conf->db) return;
    origin.address = r->useragent_ip;
    origin.request = id_of(r);
    ctx = oa2_request_ctx(r, conf);
    write_file(r, conf, &ctx, &origin);
    write_table(r, conf, &ctx, &origin);
}

int oa2_audit_write(request_rec *r)
{
    while (r->prev)
        r = r->prev;
    for (; r; r = r->next)
        write_one(r);
    return OK;
}
