/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.c - the server's secret: made when missing, refused when others can
 * read it.
 *
 * Only the starting process reads it, so on a server started by root the file
 * is root's.  Its group may read (that is how secrets are handed to
 * containers), nobody else may.
 */
#include "httpd/start/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_strings.h>

#include "httpd/start/state.h"

#define SECRET_MAX 4096                 /* bytes of the file */

static oa2_err_t *failed(apr_pool_t *pool, int id, const char *what,
                         const char *path, int why)
{
    return oa2_err_make(pool, &oa2_server_error, id, NULL,
                        "could not %s the secret file \"%s\": %s. "
                        "OAuth2SecretFile can name another one.", what, path,
                        strerror(why));
}

/*
 * Whole or not at all: it is written beside and then linked to its name, which
 * fails when somebody else was first.  Theirs is as good.
 */
static oa2_err_t *make(const char *path, apr_pool_t *pool)
{
    const char *text = apr_pstrcat(pool, oa2_keys_new_secret(pool), "\n",
                                   NULL);
    const char *beside = apr_psprintf(pool, "%s.%" APR_PID_T_FMT, path,
                                      getpid());
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
                  | O_NOFOLLOW, 0600);
    int why;

    if (fd < 0) return failed(pool, OA2_ID(7020), "make", path, errno);
    why = oa2_state_write(fd, text);
    if (!why && fsync(fd))
        why = errno;
    if (close(fd) && !why)
        why = errno;
    if (!why && link(beside, path) && errno != EEXIST)
        why = errno;
    unlink(beside);
    return why ? failed(pool, OA2_ID(7021), "write", path, why) : NULL;
}

static oa2_err_t *read_open(const char **out, int fd, const char *path,
                            apr_pool_t *pool)
{
    char *text = apr_pcalloc(pool, SECRET_MAX + 1);
    struct stat info;
    apr_size_t len = 0;
    ssize_t n;

    if (fstat(fd, &info)) {
        return failed(pool, OA2_ID(7022), "look at", path, errno);
    }
    if (!S_ISREG(info.st_mode) || (info.st_mode & 0037)) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(7023), NULL,
                            "the secret file \"%s\" can be read by other "
                            "users, or is not a plain file: chmod 600 it, and "
                            "replace it if anybody may have seen it", path);
    }
    if (!oa2_state_is_owner(info.st_uid)) {
        return oa2_err_make(pool, &oa2_server_error, OA2_ID(7520), NULL,
                            "the secret file \"%s\" belongs to user %lu, who "
                            "could write another secret into it: chown it to "
                            "root, or to the user who starts httpd", path,
                            (unsigned long)info.st_uid);
    }
    while ((n = read(fd, text + len, SECRET_MAX - len)) != 0) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed(pool, OA2_ID(7024), "read", path, errno);
        len += (apr_size_t)n;
    }
    *out = text;
    return NULL;
}

/*
 * A link is followed where only root and who starts httpd can have made it:
 * container systems hand out secrets as links.  In a directory of httpd's
 * user it would let that user choose which file of root's is read.
 */
static int is_link_ours(const char *path, apr_pool_t *pool)
{
    struct stat folder;
    struct stat link_;

    return !stat(oa2_state_folder(path, pool), &folder) && !lstat(path, &link_)
        && oa2_state_is_owner(folder.st_uid)
        && (!(folder.st_mode & (S_IWGRP | S_IWOTH))
            || ((folder.st_mode & S_ISVTX)
                && oa2_state_is_owner(link_.st_uid)));
}

/* *fd -1: it is not there. */
static oa2_err_t *open_secret(int *fd, const char *path, apr_pool_t *pool)
{
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

    *fd = open(path, flags | O_NOFOLLOW);
    if (*fd < 0 && errno == ELOOP) {
        if (!is_link_ours(path, pool)) {
            return oa2_err_make(pool, &oa2_server_error, OA2_ID(7521), NULL,
                                "the secret file \"%s\" is a link that "
                                "others could have made: put the file itself "
                                "there, or name it with OAuth2SecretFile",
                                path);
        }
        *fd = open(path, flags);
    }
    if (*fd < 0 && errno != ENOENT) {
        return failed(pool, OA2_ID(7025), "open", path, errno);
    }
    return NULL;
}

/* Closes fd. */
static oa2_err_t *derive(oa2_keys_t *keys, int fd, const char *path,
                         apr_pool_t *pool)
{
    const char *text;
    const char *problem;
    oa2_err_t *err = read_open(&text, fd, path, pool);

    close(fd);
    OA2_TRY(err);
    problem = oa2_keys_derive(keys, text, pool);
    if (!problem) return NULL;
    return oa2_err_make(pool, &oa2_server_error, OA2_ID(7026), NULL,
                        "the secret file \"%s\" %s: it holds one to four "
                        "lines of base64url, each of 32 bytes or more", path,
                        problem);
}

oa2_err_t *oa2_secret_check(const char *path, const char *state_dir,
                            apr_pool_t *pool)
{
    const char *folder = oa2_state_folder(path, pool);
    oa2_keys_t keys;
    int fd;

    OA2_TRY(open_secret(&fd, path, pool));
    if (fd >= 0) return derive(&keys, fd, path, pool);
    /* It will be made, and the state directory before it. */
    if (strcmp(folder, state_dir) == 0
        || !faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS)) {
        return NULL;
    }
    return failed(pool, OA2_ID(7522), "make", path, errno);
}

oa2_err_t *oa2_secret_load(oa2_settings_t *settings, apr_pool_t *pool)
{
    const char *path = settings->secret_file;
    int fd;

    OA2_TRY(open_secret(&fd, path, pool));
    if (fd < 0) {
        OA2_TRY(make(path, pool));
        OA2_TRY(open_secret(&fd, path, pool));
    }
    if (fd < 0) return failed(pool, OA2_ID(7523), "open", path, ENOENT);
    return derive(&settings->keys, fd, path, pool);
}
