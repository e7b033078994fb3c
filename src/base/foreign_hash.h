/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreign_hash.h - passwords and client secrets as Django keeps them
 * (django.contrib.auth.hashers): "pbkdf2_sha256$", "pbkdf2_sha1$" (RFC 8018
 * section 5.2), "scrypt$" (RFC 7914), "bcrypt$" and "bcrypt_sha256$".
 *
 * They come in by "oauth2ctl import" and are looked at until the first right
 * password or secret, of which one of ours is made then.  "argon2$" is not
 * among them: OpenSSL 3.0 has none.
 */
#ifndef OA2_BASE_FOREIGN_HASH_H
#define OA2_BASE_FOREIGN_HASH_H

#include <apr_pools.h>

/* 1 when the text begins like one of these; ours never does. */
int oa2_foreign_hash_is(const char *hash);
/*
 * NULL, or why nobody can sign in by it: an unknown kind, a broken one, one
 * that takes too long (so that what somebody wrote into a file holds no
 * login: about a second of work, 32 MiB) or hardly any work.  It quotes
 * nothing of the hash.
 */
const char *oa2_foreign_hash_problem(const char *hash, apr_pool_t *pool);
/* 1 when password is the one; 0 at once for a hash that has a problem.
   What is compared is compared in constant time. */
int oa2_foreign_hash_matches(const char *password, const char *hash);

#endif
