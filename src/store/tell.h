/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell.h - what has become untrue, told to the caches of this machine and of
 * all others.
 *
 * A verb that changes something says so twice: in its statement, so that on
 * PostgreSQL the news is committed together with the change, and to the
 * caches here.  Both say it by one of these kinds and a key as the tables
 * have it; what is cached carries the same two as a tag.
 */
#ifndef OA2_STORE_TELL_H
#define OA2_STORE_TELL_H

#include "base/ctx.h"

#define OA2_OF_CLIENT "c"               /* key: its id */
#define OA2_OF_USER "u"                 /* its name */
#define OA2_OF_GRANT "g"                /* its id */
#define OA2_OF_TOKEN "t"                /* its digest; has no grant */
#define OA2_OF_APIKEY "k"               /* its id */
#define OA2_OF_SESSION OA2_OF_TOKEN     /* its digest; which is no token's */
#define OA2_OF_ORIGINS "o"              /* "": of all clients */
#define OA2_OF_ALL "*"                  /* "": whatever is cached */
#define OA2_KINDS OA2_OF_CLIENT OA2_OF_USER OA2_OF_GRANT OA2_OF_TOKEN \
    OA2_OF_APIKEY OA2_OF_ORIGINS OA2_OF_ALL

/*
 * An expression for PostgreSQL; key and text are such too.  The channel's
 * name is in a table, because NOTIFY needs no right: who cannot read the
 * table cannot make every cache forget all it knows, again and again.
 *
 * Programs of version 1 tell and hear the same on a channel that everybody
 * knows.  While they may be beside us, a second row names that one (migration
 * 2).  The columns have other names here, so that none in text is hidden.
 */
#define OA2_CHANNEL "channel"
#define OA2_CHANNELS "('" OA2_CHANNEL "', 'channel of version 1')"
#define OA2_TELL(kind, key) OA2_TELL_TEXT("'" kind "' || " key)
#define OA2_TELL_TEXT(text) "(SELECT count(pg_notify(oa2_value, " text "))" \
    " FROM oauth2_setting AS oa2_setting (oa2_name, oa2_value)" \
    " WHERE oa2_name IN " OA2_CHANNELS ")"

/* What carries the tag is a miss from now on, in both caches.  Of kind only
   the first letter counts. */
void oa2_tell_caches(oa2_store_t *store, const char *kind, const char *key);
apr_uint64_t oa2_tell_tag(const char *kind, const char *key);

#endif
