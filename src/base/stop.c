/* SPDX-License-Identifier: Apache-2.0 */
/* stop.c - see stop.h */
#include "base/stop.h"

#include <errno.h>
#include <poll.h>

int oa2_stop_within(int stop, apr_interval_time_t most, int fd)
{
    struct pollfd fds[2] = { { stop, POLLIN, 0 }, { fd, POLLIN, 0 } };

    if (poll(fds, 2, most < 0 ? -1 : (int)apr_time_as_msec(most + 999)) < 0) {
        return errno != EINTR;
    }
    return fds[0].revents != 0;
}
