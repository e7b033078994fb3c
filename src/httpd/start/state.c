/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.c - the state directory, and work done as httpd's user.
 *
 * httpd starts as root as a rule, and its children run as another user.  What
 * they must write later has to be theirs from the beginning.
 */
#include "httpd/start/state.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_file_io.h>
#include <apr_strings.h>
#include <unixd.h>

#include "store/conf.h"

static int am_root_for_another(void)
{
    return geteuid() == 0 && ap_unixd_config.user_id != 0
        && ap_unixd_config.user_id != (uid_t)-1;
}

static oa2_err_t *failed(apr_pool_t *pool, int id, const char *what,
                         const char *path, int why)
{
    return oa2_err_make(pool, &oa2_server_error, id, NULL,
                        "could not %s \"%s\": %s", what, path, strerror(why));
}

/*
 * By a descriptor: the name may mean something else a moment later.  And by
 * what is in it: in a directory of httpd's user the name may mean something
 * else already, such as the secret.
 */
static oa2_err_t *give_open(int fd, const char *path, const char *driver,
                            apr_pool_t *pool)
{
    struct stat info;

    if (fstat(fd, &info)) {
        return failed(pool, OA2_ID(7036), "look at", path, errno);
    }
    if (info.st_uid == ap_unixd_config.user_id) return NULL;
    /* A second name may be one that somebody gave to a file of root's. */
    if (!S_ISDIR(info.st_mode)
        && (!S_ISREG(info.st_mode) || info.st_nlink != 1)) {
        return failed(pool, OA2_ID(7035), "give to httpd's user", path,
                      EMLINK);
    }
    if (driver && !oa2_store_is_file_of(driver, fd)) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(7502), NULL,
                            "\"%s\" is root's, and no %s database: it is not "
                            "given to httpd's user; look at what it is, and "
                            "move it away", path, driver);
    }
    if (fchown(fd, ap_unixd_config.user_id, ap_unixd_config.group_id)) {
        return failed(pool, OA2_ID(7030), "give to httpd's user", path, errno);
    }
    return NULL;
}

oa2_err_t *oa2_state_give(const char *path, const char *driver,
                          apr_pool_t *pool)
{
    oa2_err_t *err;
    int fd;

    if (!am_root_for_another()) return NULL;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW
              | O_NOCTTY);
    if (fd < 0 && errno == ENOENT) return NULL;
    if (fd < 0) return failed(pool, OA2_ID(7037), "open", path, errno);
    err = give_open(fd, path, driver, pool);
    close(fd);
    return err;
}

/* ------------------------------------------------------------ judging */

static oa2_err_t *try_write(void *baton, apr_pool_t *pool)
{
    const char *dir = baton;

    if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS)) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(7031), NULL,
                            "httpd's user cannot write in \"%s\" (%s), where "
                            "the SQLite database is to be: chown it to that "
                            "user, or name another directory with "
                            "OAuth2StateDir", dir, strerror(errno));
    }
    return NULL;
}

oa2_err_t *oa2_state_is_writable(const char *dir, apr_pool_t *pool)
{
    return oa2_state_as_user(try_write, apr_pstrdup(pool, dir), pool);
}

/* The nearest directory above that is there, for one that has to be made. */
static oa2_err_t *check_above(const char *dir, apr_pool_t *pool)
{
    char *above = apr_pstrdup(pool, dir);
    struct stat info;
    char *slash;

    do {
        slash = strrchr(above, '/');
        if (!slash) return NULL;
        slash[slash == above] = '\0';
    } while (stat(above, &info) && errno == ENOENT && above[1]);
    if (!faccessat(AT_FDCWD, above, W_OK | X_OK, AT_EACCESS)) return NULL;
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(7510), NULL,
                        "the state directory \"%s\" is not there and cannot "
                        "be made (\"%s\": %s): make it, owned by httpd's "
                        "user, or name another one with OAuth2StateDir", dir,
                        above, strerror(errno));
}

int oa2_state_is_owner(uid_t uid)
{
    return uid == 0 || uid == geteuid();
}

oa2_err_t *oa2_state_check(const char *dir, apr_pool_t *pool)
{
    struct stat info;

    if (stat(dir, &info)) {
        return errno == ENOENT
            ? check_above(dir, pool)
            : failed(pool, OA2_ID(7511), "look at the state directory", dir,
                     errno);
    }
    if (!S_ISDIR(info.st_mode)) {
        return failed(pool, OA2_ID(7033), "use as state directory", dir,
                      ENOTDIR);
    }
    if (!oa2_state_is_owner(info.st_uid)
        && info.st_uid != ap_unixd_config.user_id) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(7512), NULL,
                            "the state directory \"%s\" belongs to somebody "
                            "else (user %lu), who could replace what is in "
                            "it: chown it to httpd's user", dir,
                            (unsigned long)info.st_uid);
    }
    if ((info.st_mode & S_IWOTH)
        || ((info.st_mode & S_IWGRP) && info.st_gid != 0
            && info.st_gid != getegid()
            && info.st_gid != ap_unixd_config.group_id)) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(7513), NULL,
                            "others can write in the state directory \"%s\" "
                            "(mode %04o), so they could replace the secret "
                            "and the database: chmod 700 it", dir,
                            (unsigned)info.st_mode & 07777);
    }
    return NULL;
}

oa2_err_t *oa2_state_make(const char *dir, apr_pool_t *pool)
{
    struct stat info;

    if (stat(dir, &info) && errno == ENOENT) {
        apr_status_t rv = apr_dir_make_recursive(
            dir, APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_UEXECUTE,
            pool);

        if (rv != APR_SUCCESS && !APR_STATUS_IS_EEXIST(rv)) {
            return oa2_err_make(pool, &oa2_server_error, OA2_ID(7032), NULL,
                                "could not make the state directory \"%s\" "
                                "(%pm): make it, owned by httpd's user, or "
                                "name another one with OAuth2StateDir", dir,
                                &rv);
        }
        OA2_TRY(oa2_state_give(dir, NULL, pool));
    }
    return oa2_state_check(dir, pool);
}

/* ------------------------------------------------------------ working */

oa2_err_t *oa2_state_as_user(oa2_err_t *(*work)(void *baton,
                                                apr_pool_t *pool),
                             void *baton, apr_pool_t *pool)
{
    gid_t group = getegid();
    gid_t groups[NGROUPS_MAX];
    int count = getgroups(NGROUPS_MAX, groups);
    oa2_err_t *err;

    if (!am_root_for_another()) return work(baton, pool);
    /* Children do not have root's groups either. */
    if (count < 0 || setgroups(1, &ap_unixd_config.group_id)
        || setegid(ap_unixd_config.group_id)
        || seteuid(ap_unixd_config.user_id)) {
        err = failed(pool, OA2_ID(7034), "become", ap_unixd_config.user_name,
                     errno);
    }
    else {
        err = work(baton, pool);
    }
    /* Nothing may go on as somebody else. */
    if (seteuid(0) || setegid(group) || setgroups((size_t)count, groups)) {
        abort();
    }
    return err;
}

oa2_err_t *oa2_state_become_user(apr_pool_t *pool)
{
    if (am_root_for_another()
        && (setgroups(1, &ap_unixd_config.group_id)
            || setgid(ap_unixd_config.group_id)
            || setuid(ap_unixd_config.user_id))) {
        return failed(pool, OA2_ID(7602), "become",
                      ap_unixd_config.user_name, errno);
    }
    return NULL;
}

const char *oa2_state_folder(const char *path, apr_pool_t *pool)
{
    const char *slash = strrchr(path, '/');

    if (!slash) return ".";
    return apr_pstrmemdup(pool, path, slash == path
                          ? 1 : (apr_size_t)(slash - path));
}

int oa2_state_write(int fd, const char *text)
{
    apr_size_t left = strlen(text);

    while (left) {
        ssize_t n = write(fd, text, left);

        if (n < 0 && errno != EINTR) return errno;
        if (n > 0) {
            text += n;
            left -= (apr_size_t)n;
        }
    }
    return 0;
}
