/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.h - the sections of a configuration as it was written, for those
 * who ask what stands together.
 *
 * Which sections meet in a request is only seen at the request: here a
 * <Location> is known to cover those below its path, a <Directory> likewise;
 * of all others only "perhaps" is known, so what is found here is told as a
 * warning, and where it may be right nothing is said.
 */
#ifndef OA2_HTTPD_CHECK_PLACES_H
#define OA2_HTTPD_CHECK_PLACES_H

#include <apr_tables.h>
#include <util_cfgtree.h>

#include "httpd/check/trial.h"

typedef enum {
    OA2_PLACE_SERVER,                   /* the main one, or a virtual host */
    OA2_PLACE_LOCATION,
    OA2_PLACE_DIRECTORY,
    OA2_PLACE_INNER                     /* Files, If and the like */
} oa2_place_kind_t;

typedef struct oa2_place_t {
    const struct oa2_place_t *outer;    /* NULL: of a server */
    const ap_directive_t *node;         /* the section; NULL: the main server */
    server_rec *s;
    oa2_place_kind_t kind;
    const char *path;                   /* NULL: an expression */
    apr_pool_t *pool;
    apr_table_t *lines;                 /* directive, arguments */
} oa2_place_t;

typedef struct oa2_places_t {
    oa2_trial_t *trial;
    apr_array_header_t *all;            /* oa2_place_t *, as written */
} oa2_places_t;

#define OA2_PLACE(places, i)                                               \
    APR_ARRAY_IDX((places)->all, i, const oa2_place_t *)

/* The arguments of the first such directive in this place; NULL: none. */
const char *oa2_place_line(const oa2_place_t *place, const char *directive);
/* The Location, Directory or server that place is or is in; may be NULL. */
const oa2_place_t *oa2_place_frame(const oa2_place_t *place);
int oa2_place_is_under(const char *path, const char *above);
/* Names the section, and then text. */
void oa2_place_warn(const oa2_place_t *place, int id, const char *text);

/* All of them, as long as the trial. */
const oa2_places_t *oa2_places_read(oa2_trial_t *trial);
/* AuthType, AuthName and Require; providers and their files.  Warnings only. */
void oa2_check_places(const oa2_places_t *places);

#endif
