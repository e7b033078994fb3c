/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_child.h - children that do not outlive their test.
 *
 * A failed assertion leaves a test half-way: whoever begins children has
 * fixture_children_end() called in its teardown.  When the program crashes the
 * kernel ends them, also those that are stopped.
 */
#ifndef OA2_TEST_FIXTURE_CHILD_H
#define OA2_TEST_FIXTURE_CHILD_H

#include <sys/types.h>

/* fork(); 0 in the child.  At most 16 at a time, all by one thread. */
pid_t fixture_child(void);
/* What waitpid() says of its end. */
int fixture_child_await(pid_t child);
/* Kills those that are left. */
void fixture_children_end(void);

#endif
