/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health.h - whether the database answers, and who is told when that changes.
 */
#ifndef OA2_STORE_HEALTH_H
#define OA2_STORE_HEALTH_H

#include "base/ctx.h"

/* How it is, as all processes of the machine see it: shared memory, zero at
   first.  Times are base/clock.h's, in seconds; 0: never. */
typedef struct oa2_health_t {
    volatile apr_uint32_t is_away;      /* and that was told */
    volatile apr_uint32_t refused;      /* statements, since then */
    volatile apr_uint32_t last;         /* when */
    volatile apr_uint32_t wanted;       /* pool.c's: see oa2_store_t */
    volatile apr_uint32_t heard;        /* the listener: when a beat was */
    volatile apr_uint32_t lag;          /* how long that one was on its way,
                                           in microseconds */
    volatile apr_uint32_t purged;       /* when this machine had its last turn
                                           to remove expired rows */
    volatile apr_uint32_t overdue;      /* seconds: for how long the oldest one
                                           that it left had been waiting */
} oa2_health_t;

/* Who is told, from any thread, when that changes. */
typedef struct oa2_watch_t {
    oa2_health_t *health;
    /* The first that was refused; all have severity OA2_LOG_INFO from then. */
    void (*away)(void *baton, const oa2_err_t *why);
    /* The first that was answered when none had been refused for 3 s. */
    void (*back)(void *baton, apr_uint32_t refused);
    void *baton;
} oa2_watch_t;

/* Before the store has threads.  It keeps the pointer. */
void oa2_store_watch(oa2_store_t *store, const oa2_watch_t *watch);

/* For store/db/sql.c: what became of a statement; NULL: it was answered. */
void oa2_health_note(oa2_ctx_t *ctx, oa2_err_t *err);
/* For the listener: a beat that was said then has been heard. */
void oa2_health_heard(oa2_store_t *store, apr_time_t said);
/* After a round of the purge: how overdue the oldest row is that it left. */
void oa2_health_purged(oa2_store_t *store, apr_int64_t overdue);
/* How it is now, to be shown.  Ages are seconds; -1: never. */
typedef struct oa2_health_now_t {
    int is_away;
    apr_int64_t heard;                  /* since a beat was */
    apr_int64_t lag;                    /* of that one, in microseconds */
    apr_int64_t purged;                 /* since this machine's last turn */
} oa2_health_now_t;

/* 0: nobody watches this store. */
int oa2_health_look(oa2_health_now_t *out, const oa2_store_t *store);
/* Seconds since `when` of the above; -1: never. */
apr_int64_t oa2_health_age(apr_uint32_t when);

#endif
