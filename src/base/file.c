/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - see file.h */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int oa2_file_open(int *fd, struct stat *info, const char *path, int flags)
{
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
                      | flags);
    int why;

    if (opened < 0)
        return errno;
    why = fstat(opened, info) ? errno : S_ISREG(info->st_mode) ? 0
        : S_ISDIR(info->st_mode) ? EISDIR : EINVAL;
    if (why)
        close(opened);
    else
        *fd = opened;
    return why;
}

int oa2_file_read(char *to, size_t *len, int fd, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = read(fd, to + done, size - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    *len = done;
    return 0;
}

int oa2_file_may_be_plain(const char *path)
{
    struct stat info;

    return stat(path, &info) ? errno == ENOENT : S_ISREG(info.st_mode);
}
