/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_child.c - see fixture_child.h */
#include "unit/unit.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/fixture_child.h"

/* once: by the thread that forks.  Those who live; 0: nobody. */
static pid_t children[16];

static pid_t *place_of(pid_t child)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(children); i++)
        if (children[i] == child)
            return &children[i];
    fail_msg("%s", child ? "no such child" : "too many children");
    return NULL;
}

pid_t fixture_child(void)
{
    pid_t *place = place_of(0);
    pid_t parent = getpid();
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(0);
        return 0;
    }
    *place = child;
    return child;
}

int fixture_child_await(pid_t child)
{
    pid_t *place = place_of(child);
    int status = -1;

    assert_true(waitpid(child, &status, 0) == child);
    *place = 0;
    return status;
}

void fixture_children_end(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(children); i++) {
        if (!children[i])
            continue;
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
        children[i] = 0;
    }
}
