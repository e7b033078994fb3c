/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - files that somebody else may have put there.
 */
#ifndef OA2_BASE_FILE_H
#define OA2_BASE_FILE_H

#include <stddef.h>
#include <sys/stat.h>

/*
 * Opens a plain file for reading; flags are added (O_NOFOLLOW).  0, and then
 * *fd is the caller's to close and *info is about it; else an errno, EISDIR or
 * EINVAL for what is no plain file.  Never waits: what opens a FIFO or a
 * terminal in the process that starts httpd would stop all sites.
 */
int oa2_file_open(int *fd, struct stat *info, const char *path, int flags);
/* Exactly size bytes, or as many as there are; *len: how many.  0 or an
   errno. */
int oa2_file_read(char *to, size_t *len, int fd, size_t size);
/* 1 when path is a plain file or a link to one, or is not there. */
int oa2_file_may_be_plain(const char *path);

#endif
