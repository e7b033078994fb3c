-- SPDX-License-Identifier: Apache-2.0
--
-- The first schema.  COLLATE "C": keys are compared byte by byte, which is
-- several times faster than by a language's rules.
--
-- Access and refresh tokens are two tables.  The first is the busiest: rows
-- come at every token request, are never changed, live minutes and leave in
-- bulk, in the order of their arrival; it has as few columns and indexes as
-- can be.  Refresh tokens live for weeks and are changed once.
--
-- No foreign key points from a token, code or grant to a client: every INSERT
-- would lock the client's row, the same one for thousands of users at a time.
-- Instead a row carries what is never used twice - a client's serial, a
-- user's sub, a grant's id - and is as good as gone once that is gone; the
-- verbs that remove, and the purge, take it away.

CREATE TABLE oauth2_client (
    id TEXT COLLATE "C" PRIMARY KEY,
    serial BIGINT NOT NULL,
    name TEXT NOT NULL,
    secret TEXT,
    old_secret TEXT,
    old_secret_until BIGINT NOT NULL,
    redirect_uris TEXT NOT NULL,
    scope TEXT NOT NULL,
    grants TEXT NOT NULL,
    introspect TEXT NOT NULL,
    resources TEXT NOT NULL,
    access_lifetime BIGINT NOT NULL,
    refresh_lifetime BIGINT NOT NULL,
    trusted SMALLINT NOT NULL,
    disabled SMALLINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);

CREATE TABLE oauth2_origin (
    origin TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL
        REFERENCES oauth2_client (id) ON DELETE CASCADE,
    PRIMARY KEY (origin, client_id)
);
CREATE INDEX oauth2_origin_client ON oauth2_origin (client_id);

CREATE TABLE oauth2_user (
    name TEXT COLLATE "C" PRIMARY KEY,
    sub TEXT COLLATE "C" NOT NULL UNIQUE,
    password TEXT,
    disabled SMALLINT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE oauth2_session (
    digest TEXT COLLATE "C" PRIMARY KEY,
    user_name TEXT COLLATE "C" NOT NULL
        REFERENCES oauth2_user (name) ON DELETE CASCADE,
    authenticated BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX oauth2_session_user ON oauth2_session (user_name);
CREATE INDEX oauth2_session_expires ON oauth2_session (expires);

CREATE TABLE oauth2_flow (
    digest TEXT COLLATE "C" PRIMARY KEY,
    browser TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    redirect_uri TEXT NOT NULL,
    redirect_sent SMALLINT NOT NULL,
    scope TEXT NOT NULL,
    state TEXT,
    challenge TEXT NOT NULL,
    audience TEXT NOT NULL,
    prompt TEXT NOT NULL,
    login_hint TEXT,
    expires BIGINT NOT NULL
);
CREATE INDEX oauth2_flow_expires ON oauth2_flow (expires);

CREATE TABLE oauth2_consent (
    user_name TEXT COLLATE "C" NOT NULL
        REFERENCES oauth2_user (name) ON DELETE CASCADE,
    client_id TEXT COLLATE "C" NOT NULL,
    serial BIGINT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (user_name, client_id)
);
CREATE INDEX oauth2_consent_client ON oauth2_consent (client_id);

-- expires changes with every refresh and so has no index: then PostgreSQL
-- writes the row anew in its page and no index at all.  sweep, at or after
-- expires, is when the purge looks; it moves seldom.
CREATE TABLE oauth2_grant (
    id BIGINT PRIMARY KEY,
    client_id TEXT COLLATE "C" NOT NULL,
    serial BIGINT NOT NULL,
    user_name TEXT COLLATE "C" NOT NULL,
    sub TEXT COLLATE "C" NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    revoked BIGINT NOT NULL,
    sweep BIGINT NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX oauth2_grant_user ON oauth2_grant (user_name);
CREATE INDEX oauth2_grant_client ON oauth2_grant (client_id);
CREATE INDEX oauth2_grant_sweep ON oauth2_grant (sweep);

CREATE TABLE oauth2_code (
    digest TEXT COLLATE "C" PRIMARY KEY,
    grant_id BIGINT NOT NULL,
    redirect_uri TEXT NOT NULL,
    redirect_sent SMALLINT NOT NULL,
    challenge TEXT NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL,
    expires BIGINT NOT NULL,
    spent BIGINT NOT NULL
) WITH (fillfactor = 90);
CREATE INDEX oauth2_code_grant ON oauth2_code (grant_id);

-- grant_id 0: client_credentials, no family.
CREATE TABLE oauth2_token (
    digest TEXT COLLATE "C" PRIMARY KEY,
    grant_id BIGINT NOT NULL,
    serial BIGINT NOT NULL,
    issued BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX oauth2_token_expires ON oauth2_token (expires);

-- Changed once, when it is spent: room for the sealed answer in its page.
CREATE TABLE oauth2_refresh (
    digest TEXT COLLATE "C" PRIMARY KEY,
    grant_id BIGINT NOT NULL,
    issued BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL,
    reply TEXT
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX oauth2_refresh_grant ON oauth2_refresh (grant_id);
CREATE INDEX oauth2_refresh_expires ON oauth2_refresh (expires);

CREATE TABLE oauth2_throttle (
    key TEXT COLLATE "C" PRIMARY KEY,
    count BIGINT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    wait BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX oauth2_throttle_expires ON oauth2_throttle (expires);
