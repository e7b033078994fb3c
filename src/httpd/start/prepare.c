/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prepare.c - see prepare.h
 *
 * Until post_config is over nobody serves in the whole httpd.  So the process
 * that everybody depends on opens no database: a server may be silent, and in a
 * file that httpd's user can write may be a FIFO, a statement without an end,
 * or what a hole in SQLite needs.  A child does it, which is none of the MPM's;
 * what it finds out comes by a pipe, a line for each database that can be used:
 * its number, and its realms'.
 */
#include "httpd/start/prepare.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ap_listen.h>
#include <ap_mpm.h>
#include <apr_atomic.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>

#include "base/clock.h"
#include "httpd/module.h"
#include "httpd/run/log.h"
#include "httpd/start/state.h"

#define WAIT "; until then OAuth2 answers 503 where this database is used; " \
    "no restart is needed"
#define AT_START apr_time_from_sec(5)
#define AT_RESTART apr_time_from_msec(500)
#define ALIVE_FOR (10 * 60)             /* seconds: a large file is migrated */
#define ANSWER_MAX 65536

static void tell(const oa2_db_t *db, const oa2_err_t *err)
{
    if (err->kind == &oa2_temporarily_unavailable
        && !oa2_store_is_file(db->conf.driver)) {
        oa2_log_server(db->server, APLOG_WARNING, OA2_ID(7041),
                       "OAuth2Database %s does not answer; starting without "
                       "it: %s", db->conf.driver, err->meant);
    }
    else {
        oa2_log_server(db->server, APLOG_EMERG, err->id, "%s" WAIT,
                       err->meant);
    }
}

/* ------------------------------------------------------------ files */

static oa2_err_t *give_files(const oa2_db_t *db, apr_pool_t *pool)
{
    static const char *const suffixes[] = { "", "-wal", "-shm" };
    const char *folder;
    unsigned i;

    if (!oa2_store_is_file(db->conf.driver)) return NULL;
    /* Made by root, perhaps by oauth2ctl. */
    for (i = 0; i < 3; i++) {
        OA2_TRY(oa2_state_give(apr_pstrcat(pool, db->conf.params, suffixes[i],
                                           NULL), db->conf.driver, pool));
    }
    folder = oa2_state_folder(db->conf.params, pool);
    return access(folder, F_OK) ? NULL : oa2_state_is_writable(folder, pool);
}

/* As root, and so that children find APR's driver: oa2_db_t *. */
static apr_array_header_t *begin(oa2_db_t *dbs, apr_pool_t *pool)
{
    apr_array_header_t *list = apr_array_make(pool, 2, sizeof(oa2_db_t *));
    oa2_db_t *db;

    for (db = dbs; db; db = db->next) {
        oa2_err_t *err;

        if (db->is_refused) continue;
        err = give_files(db, pool);
        if (!err)
            err = oa2_db_load(db, pool);
        if (err)
            tell(db, err);
        else
            APR_ARRAY_PUSH(list, oa2_db_t *) = db;
    }
    return list;
}

/* ------------------------------------------------------------ child */

/* Nothing of httpd's: not its sockets, not what its signals mean. */
static void leave_httpd(void)
{
    static const int as_usual[] = {
        SIGALRM, SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGWINCH
    };
    const ap_listen_rec *listener;
    apr_os_sock_t fd;
    sigset_t none;
    size_t i;

    for (i = 0; i < sizeof(as_usual) / sizeof(as_usual[0]); i++) {
        signal(as_usual[i], SIG_DFL);
    }
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (listener = ap_listeners; listener; listener = listener->next) {
        if (listener->sd
            && apr_os_sock_get(&fd, listener->sd) == APR_SUCCESS) {
            close(fd);
        }
    }
    alarm(ALIVE_FOR);
}

static const char *answer(const oa2_db_t *db, int number, apr_pool_t *pool)
{
    const char *text = apr_itoa(pool, number);
    const oa2_db_realm_t *realm;

    for (realm = db->realms; realm; realm = realm->next) {
        text = apr_psprintf(pool, "%s %" APR_INT64_T_FMT, text, realm->id);
    }
    return apr_pstrcat(pool, text, "\n", NULL);
}

static void work(const apr_array_header_t *list, int to, apr_pool_t *pool)
{
    oa2_err_t *err;
    int i;

    leave_httpd();
    err = oa2_state_become_user(pool);
    for (i = 0; i < list->nelts; i++) {
        oa2_db_t *db = APR_ARRAY_IDX(list, i, oa2_db_t *);
        oa2_err_t *why = err ? err : oa2_db_prepare_once(db, pool);

        if (why)
            tell(db, why);
        /* Nobody may be listening any more. */
        else if (oa2_state_write(to, answer(db, i, pool))) break;
    }
}

/* ------------------------------------------------------------ httpd */

/* What came until the other end was closed: then 1; 0: time is over. */
static int listen_to(char **out, int from, apr_interval_time_t patience,
                     apr_pool_t *pool)
{
    apr_time_t until = oa2_clock() + patience;
    char *text = apr_pcalloc(pool, ANSWER_MAX + 1);
    ssize_t n = 1;
    size_t len = 0;

    *out = text;
    while (n && len < ANSWER_MAX) {
        struct pollfd one = { from, POLLIN, 0 };
        apr_time_t now = oa2_clock();

        if (now >= until) return 0;
        if (poll(&one, 1, (int)((until - now) / 1000) + 1) <= 0) continue;
        n = read(from, text + len, ANSWER_MAX - len);
        if (n > 0)
            len += (size_t)n;
    }
    return n == 0;
}

static void take(const apr_array_header_t *list, char *line)
{
    char *at = line;
    apr_int64_t number = apr_strtoi64(at, &at, 10);
    oa2_db_realm_t *realm;
    oa2_db_t *db;

    if (number < 0 || number >= list->nelts) return;
    db = APR_ARRAY_IDX(list, number, oa2_db_t *);
    for (realm = db->realms; realm; realm = realm->next) {
        if (*at != ' ') return;
        realm->id = apr_strtoi64(at, &at, 10);
    }
    apr_atomic_set32(&db->is_ready, 1);
}

/* An apr_proc_other_child_register() callback: httpd looks after it no more. */
static void forget(int reason, void *baton, int status)
{
    (void)status;
    if (reason == APR_OC_REASON_DEATH || reason == APR_OC_REASON_LOST
        || reason == APR_OC_REASON_RESTART) {
        apr_proc_other_child_unregister(baton);
    }
}

/* It goes on, until the next restart at the longest. */
static void leave_behind(const apr_array_header_t *list, pid_t pid,
                         apr_pool_t *pconf)
{
    apr_proc_t *proc = apr_pcalloc(pconf, sizeof(*proc));
    int i;

    proc->pid = pid;
    apr_proc_other_child_register(proc, forget, proc, NULL, pconf);
    apr_pool_note_subprocess(pconf, proc, APR_KILL_AFTER_TIMEOUT);
    for (i = 0; i < list->nelts; i++) {
        oa2_db_t *db = APR_ARRAY_IDX(list, i, oa2_db_t *);

        if (apr_atomic_read32(&db->is_ready)) continue;
        oa2_log_server(db->server, APLOG_INFO, OA2_ID(7603),
                       "OAuth2Database %s: not known yet whether it can be "
                       "used; httpd does not wait" WAIT, db->conf.driver);
    }
}

/* 0, and then *from is where its answers come from; or an errno. */
static int begin_work(pid_t *pid, int *from, const apr_array_header_t *list,
                      apr_pool_t *pool)
{
    int ends[2];
    int why;

    if (pipe2(ends, O_CLOEXEC)) return errno;
    *pid = fork();
    if (*pid == 0) {
        close(ends[0]);
        work(list, ends[1], pool);
        _exit(0);
    }
    why = *pid < 0 ? errno : 0;
    close(ends[1]);
    if (why)
        close(ends[0]);
    *from = ends[0];
    return why;
}

void oa2_prepare_databases(oa2_db_t *dbs, apr_pool_t *pconf, apr_pool_t *ptemp)
{
    apr_array_header_t *list = begin(dbs, ptemp);
    int generation = 0;
    int is_done;
    char *text;
    char *end;
    pid_t pid = 0;
    int from = -1;
    int why;

    if (!list->nelts) return;
    why = begin_work(&pid, &from, list, ptemp);
    if (why) {
        oa2_log_server(dbs->server, APLOG_ERR, OA2_ID(7601),
                       "could not make a process that looks at the databases "
                       "(%s); the first requests do", strerror(why));
        return;
    }
    ap_mpm_query(AP_MPMQ_GENERATION, &generation);
    is_done = listen_to(&text, from, generation ? AT_RESTART : AT_START,
                        ptemp);
    close(from);
    while ((end = strchr(text, '\n')) != NULL) {
        *end = '\0';
        take(list, text);
        text = end + 1;
    }
    if (!is_done)
        leave_behind(list, pid, pconf);
    else
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
}
