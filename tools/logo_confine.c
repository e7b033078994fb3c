/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logo_confine.c - what this process may do from now on: read, write, take
 * memory, and end.
 *
 * Limits (setrlimit) hold everywhere: no descriptor beside the three that are
 * open, no other process, a small file, little time and memory.  Linux, on the
 * usual machines, refuses all other system calls, too (seccomp), so that who
 * gets to run code in here can neither signal httpd nor touch its files by
 * their names.
 */
#include "logo.h"

#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#define SECONDS 2

/* Sanitizers need far more memory, and look around in /proc. */
#if defined(__SANITIZE_ADDRESS__)
#define IS_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_WATCHED 1
#endif
#endif
#ifndef IS_WATCHED
#define IS_WATCHED 0
#endif

#if defined(__linux__)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* A number of a system call means something only with its processor. */
#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE AUDIT_ARCH_RISCV64
#endif
#endif

#ifdef MACHINE
#define LOAD(member) \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
/* Answers EPERM (1), since libraries try what they can do without. */
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1)
#define MAY(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), ALLOW

static void filter(void)
{
    static const struct sock_filter rules[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0), REFUSE,
        LOAD(nr),
        MAY(SYS_read), MAY(SYS_write), MAY(SYS_exit), MAY(SYS_exit_group),
        MAY(SYS_brk), MAY(SYS_munmap), MAY(SYS_mremap),
        MAY(SYS_mmap), REFUSE
    };
    const struct sock_fprog program = {
        sizeof(rules) / sizeof(rules[0]),
        (struct sock_filter *)(uintptr_t)rules
    };

    /* A kernel without it leaves the limits. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
#else
static void filter(void)
{
}
#endif

static void limit(int what, rlim_t most)
{
    const struct rlimit both = { most, most };

    setrlimit(what, &both);
}

void logo_confine(void)
{
    /* Requests of others come first. */
    setpriority(PRIO_PROCESS, 0, 10);
    limit(RLIMIT_CPU, SECONDS);
    limit(RLIMIT_CORE, 0);
    if (IS_WATCHED) return;
    limit(RLIMIT_AS, LOGO_MEMORY);
    /* An administrator may write it to a file. */
    limit(RLIMIT_FSIZE, OA2_PICTURE_MADE);
    limit(RLIMIT_NOFILE, 0);
#ifdef RLIMIT_NPROC
    limit(RLIMIT_NPROC, 0);
#endif
    filter();
}
