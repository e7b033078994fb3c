-- SPDX-License-Identifier: Apache-2.0
--
-- The first schema; 0001.pgsql.sql has the reasons.

CREATE TABLE oauth2_client (
    id TEXT PRIMARY KEY,
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
    origin TEXT NOT NULL,
    client_id TEXT NOT NULL
        REFERENCES oauth2_client (id) ON DELETE CASCADE,
    PRIMARY KEY (origin, client_id)
);
CREATE INDEX oauth2_origin_client ON oauth2_origin (client_id);

CREATE TABLE oauth2_user (
    name TEXT PRIMARY KEY,
    sub TEXT NOT NULL UNIQUE,
    password TEXT,
    disabled SMALLINT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE oauth2_session (
    digest TEXT PRIMARY KEY,
    user_name TEXT NOT NULL
        REFERENCES oauth2_user (name) ON DELETE CASCADE,
    authenticated BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX oauth2_session_user ON oauth2_session (user_name);
CREATE INDEX oauth2_session_expires ON oauth2_session (expires);

CREATE TABLE oauth2_flow (
    digest TEXT PRIMARY KEY,
    browser TEXT NOT NULL,
    client_id TEXT NOT NULL,
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
    user_name TEXT NOT NULL
        REFERENCES oauth2_user (name) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    serial BIGINT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (user_name, client_id)
);
CREATE INDEX oauth2_consent_client ON oauth2_consent (client_id);

CREATE TABLE oauth2_grant (
    id BIGINT PRIMARY KEY,
    client_id TEXT NOT NULL,
    serial BIGINT NOT NULL,
    user_name TEXT NOT NULL,
    sub TEXT NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    revoked BIGINT NOT NULL,
    sweep BIGINT NOT NULL
);
CREATE INDEX oauth2_grant_user ON oauth2_grant (user_name);
CREATE INDEX oauth2_grant_client ON oauth2_grant (client_id);
CREATE INDEX oauth2_grant_sweep ON oauth2_grant (sweep);

CREATE TABLE oauth2_code (
    digest TEXT PRIMARY KEY,
    grant_id BIGINT NOT NULL,
    redirect_uri TEXT NOT NULL,
    redirect_sent SMALLINT NOT NULL,
    challenge TEXT NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL,
    expires BIGINT NOT NULL,
    spent BIGINT NOT NULL
);
CREATE INDEX oauth2_code_grant ON oauth2_code (grant_id);

-- grant_id 0: client_credentials, no family.
CREATE TABLE oauth2_token (
    digest TEXT PRIMARY KEY,
    grant_id BIGINT NOT NULL,
    serial BIGINT NOT NULL,
    issued BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL
);
CREATE INDEX oauth2_token_expires ON oauth2_token (expires);

CREATE TABLE oauth2_refresh (
    digest TEXT PRIMARY KEY,
    grant_id BIGINT NOT NULL,
    issued BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL,
    reply TEXT
);
CREATE INDEX oauth2_refresh_grant ON oauth2_refresh (grant_id);
CREATE INDEX oauth2_refresh_expires ON oauth2_refresh (expires);

CREATE TABLE oauth2_throttle (
    key TEXT PRIMARY KEY,
    count BIGINT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    wait BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX oauth2_throttle_expires ON oauth2_throttle (expires);
