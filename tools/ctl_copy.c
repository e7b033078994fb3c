/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_copy.c - all that an embedded database holds, kept or taken elsewhere.
 *
 * PostgreSQL has programs of its own for that, which do it better.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <apr_strings.h>

#include "ctl.h"
#include "store/copy.h"

#define CHUNK 16384

/* ------------------------------------------------------------ backup */

static oa2_err_t *cannot_write(const ctl_t *ctl, const char *file, int why)
{
    return ctl_fail(ctl, &ctl_failed, "could not write %s: %s", file,
                    strerror(why));
}

/* 0, or errno's number. */
static int copy_bytes(int to, int from)
{
    char buf[CHUNK];
    ssize_t got, put;
    char *at;

    while ((got = read(from, buf, sizeof(buf))) != 0) {
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        for (at = buf; got; at += put, got -= put) {
            put = write(to, at, (size_t)got);
            if (put < 0 && errno != EINTR) return errno;
            if (put < 0)
                put = 0;
        }
    }
    return fsync(to) ? errno : 0;
}

/*
 * SQLite writes where httpd's user may; the file was opened before root became
 * that user, and may be where that user may not.
 */
static oa2_err_t *backup_to(ctl_t *ctl, int to, const char *file)
{
    const char *draft = apr_psprintf(ctl->pool, "%s.backup-%ld",
                                     ctl->database.params, (long)getpid());
    oa2_err_t *err;
    int from, why;

    OA2_TRY(ctl_open_database(ctl, 0));
    unlink(draft);
    err = oa2_store_backup(&ctl->ctx, draft);
    if (!err) {
        from = open(draft, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        why = from < 0 ? errno : copy_bytes(to, from);
        if (from >= 0)
            close(from);
        if (why)
            err = cannot_write(ctl, file, why);
    }
    unlink(draft);
    return err;
}

/* Waits for the child, hands on to it what was meant to end us, and ends as it
   ends: without the file, unless it is whole. */
static void stand_by(pid_t pid, const char *file, const sigset_t *signals)
{
    int status = 0;
    int got;

    do {
        got = 0;
        sigwait(signals, &got);
        if (got && got != SIGCHLD)
            kill(pid, got);
    } while (got != SIGCHLD || waitpid(pid, &status, WNOHANG) != pid);
    if (status)
        unlink(file);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/*
 * Who has become httpd's user can take the file away no more where only root
 * may write.  So from here on a child works, and this process stays who it is.
 */
static oa2_err_t *go_on_in_child(const ctl_t *ctl, const char *file)
{
    static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD };
    sigset_t signals, before;
    size_t i;
    pid_t pid;

    sigemptyset(&signals);
    for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        sigaddset(&signals, ends[i]);
    sigprocmask(SIG_BLOCK, &signals, &before);
    fflush(NULL);
    pid = fork();
    if (pid > 0)
        stand_by(pid, file, &signals);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid == 0) return NULL;
    unlink(file);
    return ctl_fail(ctl, &ctl_failed, "could not make a process: %s",
                    strerror(errno));
}

static oa2_err_t *db_backup(ctl_t *ctl)
{
    const char *file = ctl_arg(ctl, 0);
    cJSON *json = oa2_json_object(ctl->pool);
    int secret, to;

    OA2_TRY(ctl_choose(ctl));
    if (!ctl_is_sqlite(ctl))
        return ctl_fail(ctl, &ctl_usage, "PostgreSQL makes its own backups: "
                        "pg_dump --format=custom --file=%s \"%s\"", file,
                        oa2_store_conf_public(&secret, &ctl->database,
                                              ctl->pool));
    to = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0 && errno == EEXIST)
        return ctl_fail(ctl, &ctl_exists, "there is a file %s already", file);
    if (to < 0) return cannot_write(ctl, file, errno);
    OA2_TRY(go_on_in_child(ctl, file));
    OA2_TRY(backup_to(ctl, to, file));
    if (close(to)) return cannot_write(ctl, file, errno);
    ctl_where_json(ctl, json);
    oa2_json_put_text(json, "file", file);
    ctl_json(ctl, json);
    ctl_where_print(ctl);
    ctl_field(ctl, "Backup", file);
    return NULL;
}

/* ------------------------------------------------------------ copy */

/* The other database, with its tables, which are made when it has none. */
static oa2_err_t *open_target(ctl_t *to, const ctl_t *from)
{
    const char *text = ctl_option(from, "to");
    oa2_schema_t schema;
    int applied;

    *to = *from;
    to->from = CTL_FROM_OPTION;
    to->database = ctl_parse_database(text, from->pool);
    if (ctl_is_sqlite(to))
        return ctl_fail(from, &ctl_usage, "--to names a PostgreSQL database: "
                        "--to 'pgsql host=… dbname=…'; for a file there is "
                        "\"oauth2ctl db backup\"");
    OA2_TRY(ctl_open_store(to, 0));
    OA2_TRY(ctl_find_schema(&schema, to));
    if (!schema.current)
        return oa2_schema_migrate(&applied, &to->ctx);
    return NULL;
}

static oa2_err_t *db_copy(ctl_t *ctl)
{
    cJSON *json = oa2_json_object(ctl->pool), *counts;
    apr_array_header_t *tables;
    apr_int64_t total = 0;
    ctl_t to;
    int i;

    if (!ctl_has(ctl, "to"))
        return ctl_fail(ctl, &ctl_usage, "--to is missing: oauth2ctl help db "
                        "copy");
    OA2_TRY(ctl_choose(ctl));
    if (!ctl_is_sqlite(ctl))
        return ctl_fail(ctl, &ctl_usage, "only an embedded database is copied; "
                        "PostgreSQL has pg_dump and pg_restore for its own");
    OA2_TRY(ctl_open_database(ctl, 0));
    OA2_TRY(open_target(&to, ctl));
    OA2_TRY(oa2_store_copy(&tables, &to.ctx, &ctl->ctx));
    ctl_where_json(&to, json);
    counts = oa2_json_put_object(json, "rows");
    for (i = 0; i < tables->nelts; i++) {
        const oa2_copied_t *table = &APR_ARRAY_IDX(tables, i, oa2_copied_t);

        total += table->rows;
        oa2_json_put_number(counts, table->name, table->rows);
        ctl_say(ctl, "%-18s %" APR_INT64_T_FMT, table->name, table->rows);
    }
    ctl_json(ctl, json);
    ctl_say(ctl, "Copied %" APR_INT64_T_FMT " rows.", total);
    return NULL;
}

static const ctl_option_t copy_options[] = {
    { "to", "'pgsql PARAMS'", 0, "the PostgreSQL database that gets it all" },
    { NULL, NULL, 0, NULL }
};

const ctl_command_t ctl_copy_commands[] = {
    { "db backup", "FILE", 1, 1,
     "Writes all of an embedded database into a new file.\n"
     "httpd goes on meanwhile. For PostgreSQL it says how its own pg_dump is\n"
     "called.", NULL, db_backup },
    { "db copy", "", 0, 0,
     "Copies all of an embedded database into PostgreSQL.\n"
     "Every row, as of one moment, all or nothing. The other database has to\n"
     "be empty; its tables are made when they are missing. Stop httpd before,\n"
     "or what it writes meanwhile stays behind.", copy_options, db_copy },
    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};
