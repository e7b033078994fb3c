/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version1.h - the statements of the program whose schema was version 1, as
 * they were.  They have to go on working with the tables of later versions:
 * while servers are brought up to date one by one, it runs beside them.
 *
 * long: frozen texts.
 */
#ifndef OA2_TEST_VERSION1_H
#define OA2_TEST_VERSION1_H

#include "store/db/sql.h"


static const oa2_sql_t v1_client_find = {
    "client_find",
    "SELECT id, name, secret, old_secret, old_secret_until, redirect_uris,"
    " scope, grants, introspect, resources, access_lifetime,"
    " refresh_lifetime, trusted, disabled, created, updated FROM"
    " oauth2_client WHERE id = $1",
    { "SELECT id, name, secret, old_secret, old_secret_until, redirect_uris,"
      " scope, grants, introspect, resources, access_lifetime,"
      " refresh_lifetime, trusted, disabled, created, updated FROM"
      " oauth2_client WHERE id = $1" },
    .repeats = 0
};

static const oa2_sql_t v1_client_list = {
    "client_list",
    "SELECT id, name, secret, old_secret, old_secret_until, redirect_uris,"
    " scope, grants, introspect, resources, access_lifetime,"
    " refresh_lifetime, trusted, disabled, created, updated FROM"
    " oauth2_client WHERE id > $1 ORDER BY id LIMIT CAST($2 AS BIGINT)",
    { "SELECT id, name, secret, old_secret, old_secret_until, redirect_uris,"
      " scope, grants, introspect, resources, access_lifetime,"
      " refresh_lifetime, trusted, disabled, created, updated FROM"
      " oauth2_client WHERE id > $1 ORDER BY id LIMIT CAST($2 AS BIGINT)" },
    .repeats = 0
};

static const oa2_sql_t v1_client_put = {
    "client_put",
    "WITH c AS (INSERT INTO oauth2_client (id, name, secret, old_secret,"
    " old_secret_until, redirect_uris, scope, grants, introspect, resources,"
    " access_lifetime, refresh_lifetime, trusted, disabled, created,"
    " updated, serial) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
    " $12, $13, $14, $15, $16, $18) ON CONFLICT (id) DO NOTHING RETURNING"
    " id), o AS (INSERT INTO oauth2_origin (origin, client_id) SELECT"
    " DISTINCT word, c.id FROM c, unnest(string_to_array($17, ' ')) AS word"
    " WHERE word <> '') SELECT id FROM c",
    { "INSERT INTO oauth2_client (id, name, secret, old_secret,"
      " old_secret_until, redirect_uris, scope, grants, introspect,"
      " resources, access_lifetime, refresh_lifetime, trusted, disabled,"
      " created, updated, serial) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
      " $9, $10, $11, $12, $13, $14, $15, $16, $18) ON CONFLICT (id) DO"
      " NOTHING RETURNING id",
      "?INSERT INTO oauth2_origin (origin, client_id) SELECT DISTINCT value,"
      " $1 FROM json_each('[\"' || replace($17, ' ', '\",\"') || '\"]')"
      " WHERE value <> ''",
      "SELECT id FROM oauth2_client WHERE id = $1" },
    .repeats = 0
};

static const oa2_sql_t v1_client_update = {
    "client_update",
    "WITH c AS (UPDATE oauth2_client SET name = $2, secret = $3, old_secret"
    " = $4, old_secret_until = $5, redirect_uris = $6, scope = $7, grants ="
    " $8, introspect = $9, resources = $10, access_lifetime = $11,"
    " refresh_lifetime = $12, trusted = $13, disabled = $14, updated = $16"
    " WHERE id = $1 RETURNING id), gone AS (DELETE FROM oauth2_origin USING"
    " c WHERE client_id = c.id AND origin <> ALL (string_to_array($17, '"
    " '))), o AS (INSERT INTO oauth2_origin (origin, client_id) SELECT"
    " DISTINCT word, c.id FROM c, unnest(string_to_array($17, ' ')) AS word"
    " WHERE word <> '' ON CONFLICT DO NOTHING) SELECT id,"
    " pg_notify('oauth2', 'c' || id), pg_notify('oauth2', 'o') FROM c",
    { "UPDATE oauth2_client SET name = $2, secret = $3, old_secret = $4,"
      " old_secret_until = $5, redirect_uris = $6, scope = $7, grants = $8,"
      " introspect = $9, resources = $10, access_lifetime = $11,"
      " refresh_lifetime = $12, trusted = $13, disabled = $14, updated = $16"
      " WHERE id = $1 RETURNING id",
      "?DELETE FROM oauth2_origin WHERE client_id = $1",
      "?INSERT INTO oauth2_origin (origin, client_id) SELECT DISTINCT value,"
      " $1 FROM json_each('[\"' || replace($17, ' ', '\",\"') || '\"]')"
      " WHERE value <> ''",
      "SELECT id FROM oauth2_client WHERE id = $1" },
    .repeats = 0
};

static const oa2_sql_t v1_client_remove = {
    "client_remove",
    "WITH c AS (DELETE FROM oauth2_client WHERE id = $1 RETURNING id,"
    " serial) SELECT serial, pg_notify('oauth2', 'c' || id),"
    " pg_notify('oauth2', 'o') FROM c",
    { "DELETE FROM oauth2_client WHERE id = $1 RETURNING serial" },
    .repeats = 0
};

static const oa2_sql_t v1_client_remove_consents = {
    "client_remove: consents",
    "WITH gone AS (DELETE FROM oauth2_consent WHERE ctid = ANY (ARRAY(SELECT"
    " ctid FROM oauth2_consent WHERE client_id = $1 AND serial = $2 LIMIT"
    " 1000)) RETURNING 1) SELECT count(*) FROM gone",
    { "?DELETE FROM oauth2_consent WHERE client_id = $1 AND serial = $2",
      "SELECT 0" },
    .repeats = 0
};

static const oa2_sql_t v1_origin_is_known = {
    "origin_is_known",
    "SELECT 1 FROM oauth2_origin o JOIN oauth2_client c ON c.id ="
    " o.client_id WHERE o.origin = $1 AND c.disabled = 0 LIMIT 1",
    { "SELECT 1 FROM oauth2_origin o JOIN oauth2_client c ON c.id ="
      " o.client_id WHERE o.origin = $1 AND c.disabled = 0 LIMIT 1" },
    .repeats = 0
};

static const oa2_sql_t v1_code_issue = {
    "code_issue",
    "WITH g AS (INSERT INTO oauth2_grant (id, client_id, serial, user_name,"
    " sub, scope, audience, created, expires, revoked, sweep) SELECT CAST($1"
    " AS BIGINT), c.id, c.serial, u.name, u.sub, CAST($4 AS TEXT), CAST($5"
    " AS TEXT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), 0, CAST($7 AS"
    " BIGINT) FROM oauth2_client c, oauth2_user u WHERE c.id = $2 AND u.name"
    " = $3 AND c.disabled = 0 AND u.disabled = 0 RETURNING id) INSERT INTO"
    " oauth2_code (digest, grant_id, redirect_uri, redirect_sent, challenge,"
    " scope, audience, expires, spent) SELECT $8, CAST($1 AS BIGINT), $9,"
    " CAST($10 AS SMALLINT), $11, $12, $13, CAST($14 AS BIGINT), 0 FROM g"
    " RETURNING 1",
    { "INSERT INTO oauth2_grant (id, client_id, serial, user_name, sub,"
      " scope, audience, created, expires, revoked, sweep) SELECT CAST($1 AS"
      " BIGINT), c.id, c.serial, u.name, u.sub, CAST($4 AS TEXT), CAST($5 AS"
      " TEXT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), 0, CAST($7 AS BIGINT)"
      " FROM oauth2_client c, oauth2_user u WHERE c.id = $2 AND u.name = $3"
      " AND c.disabled = 0 AND u.disabled = 0 RETURNING id",
      "INSERT INTO oauth2_code (digest, grant_id, redirect_uri,"
      " redirect_sent, challenge, scope, audience, expires, spent) VALUES"
      " ($8, CAST($1 AS BIGINT), $9, CAST($10 AS SMALLINT), $11, $12, $13,"
      " CAST($14 AS BIGINT), 0) RETURNING 1" },
    .repeats = 0
};

static const oa2_sql_t v1_code_find = {
    "code_find",
    "SELECT k.digest, k.grant_id, g.client_id, u.name, u.sub,"
    " k.redirect_uri, k.redirect_sent, k.challenge, k.scope, k.audience,"
    " k.expires, k.spent, g.revoked FROM oauth2_code k JOIN oauth2_grant g"
    " ON g.id = k.grant_id JOIN oauth2_client c ON c.id = g.client_id AND"
    " c.serial = g.serial JOIN oauth2_user u ON u.name = g.user_name AND"
    " u.sub = g.sub WHERE k.digest = $1 AND c.disabled = 0 AND u.disabled = 0",
    { "SELECT k.digest, k.grant_id, g.client_id, u.name, u.sub,"
      " k.redirect_uri, k.redirect_sent, k.challenge, k.scope, k.audience,"
      " k.expires, k.spent, g.revoked FROM oauth2_code k JOIN oauth2_grant g"
      " ON g.id = k.grant_id JOIN oauth2_client c ON c.id = g.client_id AND"
      " c.serial = g.serial JOIN oauth2_user u ON u.name = g.user_name AND"
      " u.sub = g.sub WHERE k.digest = $1 AND c.disabled = 0 AND u.disabled"
      " = 0" },
    .repeats = 0
};

static const oa2_sql_t v1_code_spend = {
    "code_spend",
    "WITH g AS (UPDATE oauth2_grant SET expires = GREATEST(expires, CAST($14"
    " AS BIGINT)), sweep = CASE WHEN sweep >= CAST($14 AS BIGINT) THEN sweep"
    " ELSE CAST($15 AS BIGINT) END WHERE id = $2 AND revoked = 0 RETURNING"
    " id, client_id, serial), s AS (UPDATE oauth2_code SET spent = $3 FROM g"
    " WHERE digest = $1 AND grant_id = g.id AND spent = 0 RETURNING g.id,"
    " g.client_id, g.serial), a AS (INSERT INTO oauth2_token (digest,"
    " grant_id, serial, issued, expires, client_id, scope, audience) SELECT"
    " $4, id, serial, CAST($5 AS BIGINT), CAST($6 AS BIGINT), client_id, $7,"
    " $8 FROM s), r AS (INSERT INTO oauth2_refresh (digest, grant_id,"
    " issued, expires, spent, scope, audience) SELECT $9, id, CAST($10 AS"
    " BIGINT), CAST($11 AS BIGINT), 0, $12, $13 FROM s WHERE CAST($9 AS"
    " TEXT) IS NOT NULL) SELECT id FROM s",
    { "SELECT id FROM oauth2_grant WHERE id = $2 AND revoked = 0",
      "UPDATE oauth2_code SET spent = $3 WHERE digest = $1 AND grant_id = $2"
      " AND spent = 0 RETURNING 1",
      "?UPDATE oauth2_grant SET expires = MAX(expires, CAST($14 AS BIGINT)),"
      " sweep = CASE WHEN sweep >= CAST($14 AS BIGINT) THEN sweep ELSE"
      " CAST($15 AS BIGINT) END WHERE id = $2",
      "?INSERT INTO oauth2_token (digest, grant_id, serial, issued, expires,"
      " client_id, scope, audience) SELECT $4, id, serial, $5, $6,"
      " client_id, $7, $8 FROM oauth2_grant WHERE id = $2",
      "?INSERT INTO oauth2_refresh (digest, grant_id, issued, expires,"
      " spent, scope, audience) SELECT $9, id, $10, $11, 0, $12, $13 FROM"
      " oauth2_grant WHERE id = $2 AND $9 IS NOT NULL",
      "SELECT id FROM oauth2_grant WHERE id = $2" },
    .repeats = 0
};

static const oa2_sql_t v1_consent_find = {
    "consent_find",
    "SELECT k.scope FROM oauth2_consent k JOIN oauth2_client c ON c.id ="
    " k.client_id AND c.serial = k.serial WHERE k.user_name = $1 AND"
    " k.client_id = $2",
    { "SELECT k.scope FROM oauth2_consent k JOIN oauth2_client c ON c.id ="
      " k.client_id AND c.serial = k.serial WHERE k.user_name = $1 AND"
      " k.client_id = $2" },
    .repeats = 0
};

static const oa2_sql_t v1_consent_put = {
    "consent_put",
    "INSERT INTO oauth2_consent (user_name, client_id, serial, scope) SELECT"
    " CAST($1 AS TEXT), id, serial, CAST($3 AS TEXT) FROM oauth2_client"
    " WHERE id = $2 ON CONFLICT (user_name, client_id) DO UPDATE SET serial"
    " = excluded.serial, scope = excluded.scope RETURNING 1",
    { "INSERT INTO oauth2_consent (user_name, client_id, serial, scope)"
      " SELECT CAST($1 AS TEXT), id, serial, CAST($3 AS TEXT) FROM"
      " oauth2_client WHERE id = $2 ON CONFLICT (user_name, client_id) DO"
      " UPDATE SET serial = excluded.serial, scope = excluded.scope"
      " RETURNING 1" },
    .repeats = 0
};

static const oa2_sql_t v1_flow_put = {
    "flow_put",
    "INSERT INTO oauth2_flow (digest, browser, client_id, redirect_uri,"
    " redirect_sent, scope, state, challenge, audience, prompt, login_hint,"
    " expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    " RETURNING 1",
    { "INSERT INTO oauth2_flow (digest, browser, client_id, redirect_uri,"
      " redirect_sent, scope, state, challenge, audience, prompt,"
      " login_hint, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
      " $10, $11, $12) RETURNING 1" },
    .repeats = 0
};

static const oa2_sql_t v1_flow_find = {
    "flow_find",
    "SELECT digest, browser, client_id, redirect_uri, redirect_sent, scope,"
    " state, challenge, audience, prompt, login_hint, expires FROM"
    " oauth2_flow WHERE digest = $1 AND browser = $2 AND expires > $3",
    { "SELECT digest, browser, client_id, redirect_uri, redirect_sent,"
      " scope, state, challenge, audience, prompt, login_hint, expires FROM"
      " oauth2_flow WHERE digest = $1 AND browser = $2 AND expires > $3" },
    .repeats = 0
};

static const oa2_sql_t v1_flow_set_prompt = {
    "flow_set_prompt",
    "UPDATE oauth2_flow SET prompt = $2 WHERE digest = $1 RETURNING 1",
    { "UPDATE oauth2_flow SET prompt = $2 WHERE digest = $1 RETURNING 1" },
    .repeats = 0
};

static const oa2_sql_t v1_flow_spend = {
    "flow_spend",
    "DELETE FROM oauth2_flow WHERE digest = $1 RETURNING 1",
    { "DELETE FROM oauth2_flow WHERE digest = $1 RETURNING 1" },
    .repeats = 0
};

static const oa2_sql_t v1_grant_revoke = {
    "grant_revoke",
    "WITH g AS (UPDATE oauth2_grant SET revoked = $2, sweep = LEAST(sweep,"
    " CAST($2 AS BIGINT) + 86400) WHERE id = $1 AND revoked = 0 RETURNING"
    " id) SELECT id, pg_notify('oauth2', 'g' || id) FROM g",
    { "UPDATE oauth2_grant SET revoked = CAST($2 AS BIGINT), sweep ="
      " MIN(sweep, CAST($2 AS BIGINT) + 86400) WHERE id = $1 AND revoked = 0"
      " RETURNING id" },
    .repeats = 0
};

static const oa2_sql_t v1_grant_revoke_all = {
    "grant_revoke_all",
    "WITH batch AS (SELECT id FROM oauth2_grant WHERE revoked = 0 AND"
    " (CAST($1 AS TEXT) IS NULL OR user_name = $1) AND (CAST($2 AS TEXT) IS"
    " NULL OR client_id = $2) ORDER BY id LIMIT 1000 FOR UPDATE), g AS"
    " (UPDATE oauth2_grant SET revoked = $3, sweep = LEAST(sweep, CAST($3 AS"
    " BIGINT) + 86400) WHERE id IN (SELECT id FROM batch) RETURNING 1), k AS"
    " (DELETE FROM oauth2_consent WHERE ctid = ANY (ARRAY(SELECT ctid FROM"
    " oauth2_consent WHERE (CAST($1 AS TEXT) IS NULL OR user_name = $1) AND"
    " (CAST($2 AS TEXT) IS NULL OR client_id = $2) LIMIT 1000)) RETURNING 1)"
    " SELECT (SELECT count(*) FROM g), (SELECT count(*) FROM k),"
    " pg_notify('oauth2', $4)",
    { "?DELETE FROM oauth2_consent WHERE (CAST($1 AS TEXT) IS NULL OR"
      " user_name = $1) AND (CAST($2 AS TEXT) IS NULL OR client_id = $2)",
      "?UPDATE oauth2_grant SET revoked = CAST($3 AS BIGINT), sweep ="
      " MIN(sweep, CAST($3 AS BIGINT) + 86400) WHERE revoked = 0 AND"
      " (CAST($1 AS TEXT) IS NULL OR user_name = $1) AND (CAST($2 AS TEXT)"
      " IS NULL OR client_id = $2)",
      "SELECT changes(), 0" },
    .repeats = 0
};

static const oa2_sql_t v1_grant_remove_user = {
    "grant_remove_all: user",
    "WITH g AS (DELETE FROM oauth2_grant WHERE ctid = ANY (ARRAY(SELECT ctid"
    " FROM oauth2_grant WHERE user_name = $1 AND sub = $2 LIMIT 100 FOR"
    " UPDATE)) RETURNING id), k AS (DELETE FROM oauth2_code USING g WHERE"
    " grant_id = g.id), r AS (DELETE FROM oauth2_refresh USING g WHERE"
    " grant_id = g.id) SELECT count(*) FROM g",
    { "?DELETE FROM oauth2_code WHERE grant_id IN (SELECT id FROM"
      " oauth2_grant WHERE user_name = $1 AND sub = $2)",
      "?DELETE FROM oauth2_refresh WHERE grant_id IN (SELECT id FROM"
      " oauth2_grant WHERE user_name = $1 AND sub = $2)",
      "?DELETE FROM oauth2_grant WHERE user_name = $1 AND sub = $2",
      "SELECT 0" },
    .repeats = 0
};

static const oa2_sql_t v1_grant_remove_client = {
    "grant_remove_all: client",
    "WITH g AS (DELETE FROM oauth2_grant WHERE ctid = ANY (ARRAY(SELECT ctid"
    " FROM oauth2_grant WHERE client_id = $1 AND serial = $2 LIMIT 100 FOR"
    " UPDATE)) RETURNING id), k AS (DELETE FROM oauth2_code USING g WHERE"
    " grant_id = g.id), r AS (DELETE FROM oauth2_refresh USING g WHERE"
    " grant_id = g.id) SELECT count(*) FROM g",
    { "?DELETE FROM oauth2_code WHERE grant_id IN (SELECT id FROM"
      " oauth2_grant WHERE client_id = $1 AND serial = $2)",
      "?DELETE FROM oauth2_refresh WHERE grant_id IN (SELECT id FROM"
      " oauth2_grant WHERE client_id = $1 AND serial = $2)",
      "?DELETE FROM oauth2_grant WHERE client_id = $1 AND serial = $2",
      "SELECT 0" },
    .repeats = 0
};

static const oa2_sql_t v1_grant_list = {
    "grant_list",
    "SELECT id, client_id, user_name, scope, audience, created, expires,"
    " revoked FROM oauth2_grant WHERE revoked = 0 AND expires > $3 AND"
    " (CAST($1 AS TEXT) IS NULL OR user_name = $1) AND (CAST($2 AS TEXT) IS"
    " NULL OR client_id = $2) ORDER BY created DESC, id DESC LIMIT CAST($4"
    " AS BIGINT)",
    { "SELECT id, client_id, user_name, scope, audience, created, expires,"
      " revoked FROM oauth2_grant WHERE revoked = 0 AND expires > $3 AND"
      " (CAST($1 AS TEXT) IS NULL OR user_name = $1) AND (CAST($2 AS TEXT)"
      " IS NULL OR client_id = $2) ORDER BY created DESC, id DESC LIMIT"
      " CAST($4 AS BIGINT)" },
    .repeats = 0
};

static const oa2_sql_t v1_listener_ping = {
    "listener_ping",
    "SELECT pg_notify('oauth2', $1)",
    { NULL },
    .repeats = 0
};

static const oa2_sql_t v1_purge[] = {
    {
        "purge: oauth2_session",
        "WITH gone AS (DELETE FROM oauth2_session WHERE ctid = ANY"
        " (ARRAY(SELECT ctid FROM oauth2_session WHERE expires <= $1 ORDER"
        " BY expires LIMIT CAST($2 AS BIGINT) FOR UPDATE SKIP LOCKED))"
        " RETURNING 1) SELECT count(*) FROM gone",
        { "?DELETE FROM oauth2_session WHERE rowid IN (SELECT rowid FROM"
          " oauth2_session WHERE expires <= $1 LIMIT CAST($2 AS BIGINT))",
          "SELECT changes()" },
        .repeats = 0
    },
    {
        "purge: oauth2_flow",
        "WITH gone AS (DELETE FROM oauth2_flow WHERE ctid = ANY"
        " (ARRAY(SELECT ctid FROM oauth2_flow WHERE expires <= $1 ORDER BY"
        " expires LIMIT CAST($2 AS BIGINT) FOR UPDATE SKIP LOCKED))"
        " RETURNING 1) SELECT count(*) FROM gone",
        { "?DELETE FROM oauth2_flow WHERE rowid IN (SELECT rowid FROM"
          " oauth2_flow WHERE expires <= $1 LIMIT CAST($2 AS BIGINT))",
          "SELECT changes()" },
        .repeats = 0
    },
    {
        "purge: oauth2_throttle",
        "WITH gone AS (DELETE FROM oauth2_throttle WHERE ctid = ANY"
        " (ARRAY(SELECT ctid FROM oauth2_throttle WHERE expires <= $1 ORDER"
        " BY expires LIMIT CAST($2 AS BIGINT) FOR UPDATE SKIP LOCKED))"
        " RETURNING 1) SELECT count(*) FROM gone",
        { "?DELETE FROM oauth2_throttle WHERE rowid IN (SELECT rowid FROM"
          " oauth2_throttle WHERE expires <= $1 LIMIT CAST($2 AS BIGINT))",
          "SELECT changes()" },
        .repeats = 0
    },
    {
        "purge: oauth2_token",
        "WITH gone AS (DELETE FROM oauth2_token WHERE ctid = ANY"
        " (ARRAY(SELECT ctid FROM oauth2_token WHERE expires <= $1 ORDER BY"
        " expires LIMIT CAST($2 AS BIGINT) FOR UPDATE SKIP LOCKED))"
        " RETURNING 1) SELECT count(*) FROM gone",
        { "?DELETE FROM oauth2_token WHERE rowid IN (SELECT rowid FROM"
          " oauth2_token WHERE expires <= $1 LIMIT CAST($2 AS BIGINT))",
          "SELECT changes()" },
        .repeats = 0
    },
    {
        "purge: oauth2_refresh",
        "WITH gone AS (DELETE FROM oauth2_refresh WHERE ctid = ANY"
        " (ARRAY(SELECT ctid FROM oauth2_refresh WHERE expires <= $1 ORDER"
        " BY expires LIMIT CAST($2 AS BIGINT) FOR UPDATE SKIP LOCKED))"
        " RETURNING 1) SELECT count(*) FROM gone",
        { "?DELETE FROM oauth2_refresh WHERE rowid IN (SELECT rowid FROM"
          " oauth2_refresh WHERE expires <= $1 LIMIT CAST($2 AS BIGINT))",
          "SELECT changes()" },
        .repeats = 0
    },
    {
        "purge: oauth2_refresh of dead grants",
        "WITH gone AS (DELETE FROM oauth2_refresh WHERE ctid = ANY"
        " (ARRAY(SELECT r.ctid FROM (SELECT id FROM oauth2_grant WHERE sweep"
        " <= $1 ORDER BY sweep LIMIT CAST($2 AS BIGINT)) g CROSS JOIN"
        " LATERAL (SELECT ctid FROM oauth2_refresh WHERE grant_id = g.id"
        " LIMIT CAST($2 AS BIGINT) FOR UPDATE SKIP LOCKED) r LIMIT CAST($2"
        " AS BIGINT))) RETURNING 1) SELECT count(*) FROM gone",
        { "?DELETE FROM oauth2_refresh WHERE rowid IN (SELECT r.rowid FROM"
          " oauth2_grant g CROSS JOIN oauth2_refresh r ON r.grant_id = g.id"
          " WHERE g.sweep <= $1 LIMIT CAST($2 AS BIGINT))",
          "SELECT changes()" },
        .repeats = 0
    },
    {
        "purge: oauth2_code of dead grants",
        "WITH gone AS (DELETE FROM oauth2_code WHERE ctid = ANY"
        " (ARRAY(SELECT r.ctid FROM (SELECT id FROM oauth2_grant WHERE sweep"
        " <= $1 ORDER BY sweep LIMIT CAST($2 AS BIGINT)) g CROSS JOIN"
        " LATERAL (SELECT ctid FROM oauth2_code WHERE grant_id = g.id LIMIT"
        " CAST($2 AS BIGINT) FOR UPDATE SKIP LOCKED) r LIMIT CAST($2 AS"
        " BIGINT))) RETURNING 1) SELECT count(*) FROM gone",
        { "?DELETE FROM oauth2_code WHERE rowid IN (SELECT r.rowid FROM"
          " oauth2_grant g CROSS JOIN oauth2_code r ON r.grant_id = g.id"
          " WHERE g.sweep <= $1 LIMIT CAST($2 AS BIGINT))",
          "SELECT changes()" },
        .repeats = 0
    },
    {
        "purge: oauth2_grant",
        "WITH gone AS (DELETE FROM oauth2_grant WHERE ctid = ANY"
        " (ARRAY(SELECT g.ctid FROM oauth2_grant g WHERE g.sweep <= $1 AND"
        " (SELECT 1 FROM oauth2_refresh WHERE grant_id = g.id LIMIT 1) IS"
        " NULL AND (SELECT 1 FROM oauth2_code WHERE grant_id = g.id LIMIT 1)"
        " IS NULL ORDER BY g.sweep LIMIT CAST($2 AS BIGINT) FOR UPDATE OF g"
        " SKIP LOCKED)) RETURNING 1) SELECT count(*) FROM gone",
        { "?DELETE FROM oauth2_grant WHERE rowid IN (SELECT g.rowid FROM"
          " oauth2_grant g WHERE g.sweep <= $1 AND (SELECT 1 FROM"
          " oauth2_refresh WHERE grant_id = g.id LIMIT 1) IS NULL AND"
          " (SELECT 1 FROM oauth2_code WHERE grant_id = g.id LIMIT 1) IS"
          " NULL LIMIT CAST($2 AS BIGINT))",
          "SELECT changes()" },
        .repeats = 0
    }
};

static const oa2_sql_t v1_session_put = {
    "session_put",
    "INSERT INTO oauth2_session (digest, user_name, authenticated, expires)"
    " VALUES ($1, $2, $3, $4) RETURNING 1",
    { "INSERT INTO oauth2_session (digest, user_name, authenticated,"
      " expires) VALUES ($1, $2, $3, $4) RETURNING 1" },
    .repeats = 0
};

static const oa2_sql_t v1_session_find = {
    "session_find",
    "SELECT s.digest, u.name, u.sub, s.authenticated, s.expires FROM"
    " oauth2_session s JOIN oauth2_user u ON u.name = s.user_name WHERE"
    " s.digest = $1 AND s.expires > $2 AND u.disabled = 0",
    { "SELECT s.digest, u.name, u.sub, s.authenticated, s.expires FROM"
      " oauth2_session s JOIN oauth2_user u ON u.name = s.user_name WHERE"
      " s.digest = $1 AND s.expires > $2 AND u.disabled = 0" },
    .repeats = 0
};

static const oa2_sql_t v1_session_end = {
    "session_end",
    "DELETE FROM oauth2_session WHERE digest = $1 RETURNING 1",
    { "DELETE FROM oauth2_session WHERE digest = $1 RETURNING 1" },
    .repeats = 0
};

static const oa2_sql_t v1_store_ping = {
    "store_ping",
    "SELECT 1",
    { "SELECT 1" },
    .repeats = 0
};

static const oa2_sql_t v1_throttle_count = {
    "throttle_count",
    "INSERT INTO oauth2_throttle AS t (key, count, since, until, wait,"
    " expires) VALUES ($1, 1, CAST($2 AS BIGINT), (CASE WHEN 1 < CAST($3 AS"
    " BIGINT) THEN 0 ELSE CAST($2 AS BIGINT) + LEAST(CAST($5 AS BIGINT),"
    " CAST(1 AS BIGINT) << CAST(LEAST(1 - CAST($3 AS BIGINT), 40) AS"
    " INTEGER)) END), 0, GREATEST(CAST($2 AS BIGINT) + CAST($4 AS BIGINT),"
    " (CASE WHEN 1 < CAST($3 AS BIGINT) THEN 0 ELSE CAST($2 AS BIGINT) +"
    " LEAST(CAST($5 AS BIGINT), CAST(1 AS BIGINT) << CAST(LEAST(1 - CAST($3"
    " AS BIGINT), 40) AS INTEGER)) END))) ON CONFLICT (key) DO UPDATE SET"
    " wait = CASE WHEN t.until > CAST($2 AS BIGINT) THEN t.until - CAST($2"
    " AS BIGINT) ELSE 0 END, count = CASE WHEN t.until > CAST($2 AS BIGINT)"
    " THEN t.count ELSE (CASE WHEN t.since + CAST($4 AS BIGINT) <= CAST($2"
    " AS BIGINT) THEN 1 ELSE t.count + 1 END) END, since = CASE WHEN t.until"
    " > CAST($2 AS BIGINT) THEN t.since WHEN t.since + CAST($4 AS BIGINT) <="
    " CAST($2 AS BIGINT) THEN CAST($2 AS BIGINT) ELSE t.since END, until ="
    " CASE WHEN t.until > CAST($2 AS BIGINT) THEN t.until ELSE (CASE WHEN"
    " (CASE WHEN t.since + CAST($4 AS BIGINT) <= CAST($2 AS BIGINT) THEN 1"
    " ELSE t.count + 1 END) < CAST($3 AS BIGINT) THEN 0 ELSE CAST($2 AS"
    " BIGINT) + LEAST(CAST($5 AS BIGINT), CAST(1 AS BIGINT) <<"
    " CAST(LEAST((CASE WHEN t.since + CAST($4 AS BIGINT) <= CAST($2 AS"
    " BIGINT) THEN 1 ELSE t.count + 1 END) - CAST($3 AS BIGINT), 40) AS"
    " INTEGER)) END) END, expires = CASE WHEN t.until > CAST($2 AS BIGINT)"
    " THEN t.expires ELSE GREATEST(CAST($2 AS BIGINT) + CAST($4 AS BIGINT),"
    " (CASE WHEN (CASE WHEN t.since + CAST($4 AS BIGINT) <= CAST($2 AS"
    " BIGINT) THEN 1 ELSE t.count + 1 END) < CAST($3 AS BIGINT) THEN 0 ELSE"
    " CAST($2 AS BIGINT) + LEAST(CAST($5 AS BIGINT), CAST(1 AS BIGINT) <<"
    " CAST(LEAST((CASE WHEN t.since + CAST($4 AS BIGINT) <= CAST($2 AS"
    " BIGINT) THEN 1 ELSE t.count + 1 END) - CAST($3 AS BIGINT), 40) AS"
    " INTEGER)) END)) END RETURNING wait",
    { "INSERT INTO oauth2_throttle AS t (key, count, since, until, wait,"
      " expires) VALUES ($1, 1, CAST($2 AS BIGINT), (CASE WHEN 1 < CAST($3"
      " AS BIGINT) THEN 0 ELSE CAST($2 AS BIGINT) + MIN(CAST($5 AS BIGINT),"
      " CAST(1 AS BIGINT) << CAST(MIN(1 - CAST($3 AS BIGINT), 40) AS"
      " INTEGER)) END), 0, MAX(CAST($2 AS BIGINT) + CAST($4 AS BIGINT),"
      " (CASE WHEN 1 < CAST($3 AS BIGINT) THEN 0 ELSE CAST($2 AS BIGINT) +"
      " MIN(CAST($5 AS BIGINT), CAST(1 AS BIGINT) << CAST(MIN(1 - CAST($3 AS"
      " BIGINT), 40) AS INTEGER)) END))) ON CONFLICT (key) DO UPDATE SET"
      " wait = CASE WHEN t.until > CAST($2 AS BIGINT) THEN t.until - CAST($2"
      " AS BIGINT) ELSE 0 END, count = CASE WHEN t.until > CAST($2 AS"
      " BIGINT) THEN t.count ELSE (CASE WHEN t.since + CAST($4 AS BIGINT) <="
      " CAST($2 AS BIGINT) THEN 1 ELSE t.count + 1 END) END, since = CASE"
      " WHEN t.until > CAST($2 AS BIGINT) THEN t.since WHEN t.since +"
      " CAST($4 AS BIGINT) <= CAST($2 AS BIGINT) THEN CAST($2 AS BIGINT)"
      " ELSE t.since END, until = CASE WHEN t.until > CAST($2 AS BIGINT)"
      " THEN t.until ELSE (CASE WHEN (CASE WHEN t.since + CAST($4 AS BIGINT)"
      " <= CAST($2 AS BIGINT) THEN 1 ELSE t.count + 1 END) < CAST($3 AS"
      " BIGINT) THEN 0 ELSE CAST($2 AS BIGINT) + MIN(CAST($5 AS BIGINT),"
      " CAST(1 AS BIGINT) << CAST(MIN((CASE WHEN t.since + CAST($4 AS"
      " BIGINT) <= CAST($2 AS BIGINT) THEN 1 ELSE t.count + 1 END) - CAST($3"
      " AS BIGINT), 40) AS INTEGER)) END) END, expires = CASE WHEN t.until >"
      " CAST($2 AS BIGINT) THEN t.expires ELSE MAX(CAST($2 AS BIGINT) +"
      " CAST($4 AS BIGINT), (CASE WHEN (CASE WHEN t.since + CAST($4 AS"
      " BIGINT) <= CAST($2 AS BIGINT) THEN 1 ELSE t.count + 1 END) < CAST($3"
      " AS BIGINT) THEN 0 ELSE CAST($2 AS BIGINT) + MIN(CAST($5 AS BIGINT),"
      " CAST(1 AS BIGINT) << CAST(MIN((CASE WHEN t.since + CAST($4 AS"
      " BIGINT) <= CAST($2 AS BIGINT) THEN 1 ELSE t.count + 1 END) - CAST($3"
      " AS BIGINT), 40) AS INTEGER)) END)) END RETURNING wait" },
    .repeats = 0
};

static const oa2_sql_t v1_throttle_clear = {
    "throttle_clear",
    "DELETE FROM oauth2_throttle WHERE key = $1 RETURNING 1",
    { "DELETE FROM oauth2_throttle WHERE key = $1 RETURNING 1" },
    .repeats = 0
};

static const oa2_sql_t v1_throttle_find = {
    "throttle_find",
    "SELECT until FROM oauth2_throttle WHERE key = $1",
    { "SELECT until FROM oauth2_throttle WHERE key = $1" },
    .repeats = 0
};

static const oa2_sql_t v1_token_find = {
    "token_find",
    "SELECT t.grant_id, t.client_id, u.name, u.sub, t.scope, t.audience,"
    " t.issued, t.expires FROM oauth2_token t JOIN oauth2_client c ON c.id ="
    " t.client_id AND c.serial = t.serial LEFT JOIN oauth2_grant g ON g.id ="
    " t.grant_id LEFT JOIN oauth2_user u ON u.name = g.user_name WHERE"
    " t.digest = $1 AND t.expires > $2 AND c.disabled = 0 AND (t.grant_id ="
    " 0 OR (g.revoked = 0 AND u.sub = g.sub AND u.disabled = 0))",
    { "SELECT t.grant_id, t.client_id, u.name, u.sub, t.scope, t.audience,"
      " t.issued, t.expires FROM oauth2_token t JOIN oauth2_client c ON c.id"
      " = t.client_id AND c.serial = t.serial LEFT JOIN oauth2_grant g ON"
      " g.id = t.grant_id LEFT JOIN oauth2_user u ON u.name = g.user_name"
      " WHERE t.digest = $1 AND t.expires > $2 AND c.disabled = 0 AND"
      " (t.grant_id = 0 OR (g.revoked = 0 AND u.sub = g.sub AND u.disabled ="
      " 0))" },
    .repeats = 0
};

static const oa2_sql_t v1_token_put = {
    "token_put",
    "INSERT INTO oauth2_token (digest, grant_id, serial, issued, expires,"
    " client_id, scope, audience) SELECT CAST($1 AS TEXT), 0, serial,"
    " CAST($3 AS BIGINT), CAST($4 AS BIGINT), id, CAST($5 AS TEXT), CAST($6"
    " AS TEXT) FROM oauth2_client WHERE id = $2 AND disabled = 0 RETURNING 1",
    { "INSERT INTO oauth2_token (digest, grant_id, serial, issued, expires,"
      " client_id, scope, audience) SELECT CAST($1 AS TEXT), 0, serial,"
      " CAST($3 AS BIGINT), CAST($4 AS BIGINT), id, CAST($5 AS TEXT),"
      " CAST($6 AS TEXT) FROM oauth2_client WHERE id = $2 AND disabled = 0"
      " RETURNING 1" },
    .repeats = 0
};

static const oa2_sql_t v1_token_revoke = {
    "token_revoke",
    "WITH t AS (DELETE FROM oauth2_token WHERE digest = $1 RETURNING digest,"
    " grant_id) SELECT 1, pg_notify('oauth2', CASE WHEN grant_id = 0 THEN"
    " 't' || digest ELSE 'g' || grant_id END) FROM t",
    { "DELETE FROM oauth2_token WHERE digest = $1 RETURNING 1" },
    .repeats = 0
};

static const oa2_sql_t v1_refresh_find = {
    "refresh_find",
    "SELECT r.digest, r.grant_id, g.client_id, u.name, u.sub, r.scope,"
    " r.audience, r.issued, r.expires, r.spent, r.reply, g.revoked FROM"
    " oauth2_refresh r JOIN oauth2_grant g ON g.id = r.grant_id JOIN"
    " oauth2_client c ON c.id = g.client_id AND c.serial = g.serial JOIN"
    " oauth2_user u ON u.name = g.user_name AND u.sub = g.sub WHERE r.digest"
    " = $1 AND c.disabled = 0 AND u.disabled = 0",
    { "SELECT r.digest, r.grant_id, g.client_id, u.name, u.sub, r.scope,"
      " r.audience, r.issued, r.expires, r.spent, r.reply, g.revoked FROM"
      " oauth2_refresh r JOIN oauth2_grant g ON g.id = r.grant_id JOIN"
      " oauth2_client c ON c.id = g.client_id AND c.serial = g.serial JOIN"
      " oauth2_user u ON u.name = g.user_name AND u.sub = g.sub WHERE"
      " r.digest = $1 AND c.disabled = 0 AND u.disabled = 0" },
    .repeats = 0
};

static const oa2_sql_t v1_refresh_rotate = {
    "refresh_rotate",
    "WITH g AS (UPDATE oauth2_grant SET expires = GREATEST(expires, CAST($14"
    " AS BIGINT)), sweep = CASE WHEN sweep >= CAST($14 AS BIGINT) THEN sweep"
    " ELSE CAST($15 AS BIGINT) END WHERE id = $2 AND revoked = 0 RETURNING"
    " id, client_id, serial), s AS (UPDATE oauth2_refresh SET spent = $3,"
    " reply = $16 FROM g WHERE digest = $1 AND grant_id = g.id AND spent = 0"
    " RETURNING g.id, g.client_id, g.serial), a AS (INSERT INTO oauth2_token"
    " (digest, grant_id, serial, issued, expires, client_id, scope,"
    " audience) SELECT $4, id, serial, CAST($5 AS BIGINT), CAST($6 AS"
    " BIGINT), client_id, $7, $8 FROM s), r AS (INSERT INTO oauth2_refresh"
    " (digest, grant_id, issued, expires, spent, scope, audience) SELECT $9,"
    " id, CAST($10 AS BIGINT), CAST($11 AS BIGINT), 0, $12, $13 FROM s WHERE"
    " CAST($9 AS TEXT) IS NOT NULL) SELECT id FROM s",
    { "SELECT id FROM oauth2_grant WHERE id = $2 AND revoked = 0",
      "UPDATE oauth2_refresh SET spent = $3, reply = $16 WHERE digest = $1"
      " AND grant_id = $2 AND spent = 0 RETURNING 1",
      "?UPDATE oauth2_grant SET expires = MAX(expires, CAST($14 AS BIGINT)),"
      " sweep = CASE WHEN sweep >= CAST($14 AS BIGINT) THEN sweep ELSE"
      " CAST($15 AS BIGINT) END WHERE id = $2",
      "?INSERT INTO oauth2_token (digest, grant_id, serial, issued, expires,"
      " client_id, scope, audience) SELECT $4, id, serial, $5, $6,"
      " client_id, $7, $8 FROM oauth2_grant WHERE id = $2",
      "?INSERT INTO oauth2_refresh (digest, grant_id, issued, expires,"
      " spent, scope, audience) SELECT $9, id, $10, $11, 0, $12, $13 FROM"
      " oauth2_grant WHERE id = $2 AND $9 IS NOT NULL",
      "SELECT id FROM oauth2_grant WHERE id = $2" },
    .repeats = 0
};

static const oa2_sql_t v1_user_find = {
    "user_find",
    "SELECT name, sub, password, disabled, created FROM oauth2_user WHERE"
    " name = $1",
    { "SELECT name, sub, password, disabled, created FROM oauth2_user WHERE"
      " name = $1" },
    .repeats = 0
};

static const oa2_sql_t v1_user_list = {
    "user_list",
    "SELECT name, sub, password, disabled, created FROM oauth2_user WHERE"
    " name > $1 ORDER BY name LIMIT CAST($2 AS BIGINT)",
    { "SELECT name, sub, password, disabled, created FROM oauth2_user WHERE"
      " name > $1 ORDER BY name LIMIT CAST($2 AS BIGINT)" },
    .repeats = 0
};

static const oa2_sql_t v1_user_put = {
    "user_put",
    "INSERT INTO oauth2_user (name, sub, password, disabled, created) VALUES"
    " ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING RETURNING name",
    { "INSERT INTO oauth2_user (name, sub, password, disabled, created)"
      " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING RETURNING"
      " name" },
    .repeats = 0
};

static const oa2_sql_t v1_user_enter = {
    "user_enter",
    "INSERT INTO oauth2_user (name, sub, password, disabled, created) VALUES"
    " ($1, $2, NULL, 0, $3) ON CONFLICT (name) DO UPDATE SET name ="
    " excluded.name RETURNING name, sub, password, disabled, created",
    { "INSERT INTO oauth2_user (name, sub, password, disabled, created)"
      " VALUES ($1, $2, NULL, 0, $3) ON CONFLICT (name) DO UPDATE SET name ="
      " excluded.name RETURNING name, sub, password, disabled, created" },
    .repeats = 0
};

static const oa2_sql_t v1_user_set_password = {
    "user_set_password",
    "WITH u AS (UPDATE oauth2_user SET password = $2 WHERE name = $1"
    " RETURNING name), s AS (DELETE FROM oauth2_session USING u WHERE"
    " user_name = u.name) SELECT name, pg_notify('oauth2', 'u' || name) FROM"
    " u",
    { "?DELETE FROM oauth2_session WHERE user_name = $1",
      "UPDATE oauth2_user SET password = $2 WHERE name = $1 RETURNING name" },
    .repeats = 0
};

static const oa2_sql_t v1_user_set_disabled = {
    "user_set_disabled",
    "WITH u AS (UPDATE oauth2_user SET disabled = $2 WHERE name = $1"
    " RETURNING name, disabled), s AS (DELETE FROM oauth2_session USING u"
    " WHERE user_name = u.name AND u.disabled <> 0) SELECT name,"
    " pg_notify('oauth2', 'u' || name) FROM u",
    { "UPDATE oauth2_user SET disabled = $2 WHERE name = $1 RETURNING name",
      "?DELETE FROM oauth2_session WHERE user_name IN (SELECT name FROM"
      " oauth2_user WHERE name = $1 AND disabled <> 0)",
      "SELECT name FROM oauth2_user WHERE name = $1" },
    .repeats = 0
};

static const oa2_sql_t v1_user_remove = {
    "user_remove",
    "WITH u AS (DELETE FROM oauth2_user WHERE name = $1 RETURNING name, sub)"
    " SELECT sub, pg_notify('oauth2', 'u' || name) FROM u",
    { "DELETE FROM oauth2_user WHERE name = $1 RETURNING sub" },
    .repeats = 0
};

#endif
