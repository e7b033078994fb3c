-- SPDX-License-Identifier: Apache-2.0
--
-- Realms, and what two people, two sites or two answers have to be told apart
-- by.  Everything is added: a program of version 1 goes on with these tables.
--
-- A realm needs no column of its own: it is a part of the keys.  In realm 0,
-- which holds the rows of version 1, keys are as they were; in realm N a
-- client's id and a user's name are written "N:id" and "N:name" (neither can
-- hold a colon).  So every join, index, foreign key, cache tag and
-- notification is by realm, and none can forget it.

CREATE TABLE oauth2_realm (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    secret TEXT,
    secret_seen BIGINT NOT NULL
);

CREATE TABLE oauth2_setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- account: the one canonical form of the name.  NULL in rows that version 1
-- made: they are found by their name, until they get one.
-- alike: a coarser form, that several people may share; NULL as account.
-- provider: who vouched for the user first; NULL: not known yet.
-- credential: changed by whatever ends sessions; a session holds the value
-- that it was opened under, and is good while they are the same.
ALTER TABLE oauth2_user ADD account TEXT;
ALTER TABLE oauth2_user ADD alike TEXT;
ALTER TABLE oauth2_user ADD provider TEXT;
ALTER TABLE oauth2_user ADD credential TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX oauth2_user_account ON oauth2_user (account);
CREATE INDEX oauth2_user_alike ON oauth2_user (alike);
ALTER TABLE oauth2_session ADD credential TEXT NOT NULL DEFAULT '';

-- version: compare and set.  credential: as a user's, for what the client has
-- for itself: such a token holds the value that it was issued under.
ALTER TABLE oauth2_token ADD credential TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth2_client ADD credential TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth2_client ADD version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE oauth2_client ADD no_pkce SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE oauth2_client ADD any_scheme SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE oauth2_client ADD origins TEXT NOT NULL DEFAULT '';

-- successor, successor_access: the digests of what a spent token or code was
-- exchanged for.  The sealed answer goes when the grace is over.
ALTER TABLE oauth2_refresh ADD successor TEXT;
ALTER TABLE oauth2_refresh ADD successor_access TEXT;
ALTER TABLE oauth2_code ADD successor_access TEXT;
CREATE INDEX oauth2_refresh_reply ON oauth2_refresh (spent)
    WHERE reply IS NOT NULL;

-- The sealed answer to a form, for whoever sends the same form once more.
CREATE TABLE oauth2_answer (
    digest TEXT PRIMARY KEY,
    reply TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX oauth2_answer_expires ON oauth2_answer (expires);
