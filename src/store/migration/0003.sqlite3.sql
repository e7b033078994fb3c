-- SPDX-License-Identifier: Apache-2.0
--
-- What the portal needs.  Everything is added: a program of version 2 goes on
-- with these tables.

-- Work that is done later.  due: when it may be taken next, which is after the
-- lease of who has it; NULL: given up.  realm: its number.  The row "turn:NAME"
-- says whose turn it is at what one node of all does.
CREATE TABLE oauth2_job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    realm BIGINT NOT NULL,
    text TEXT NOT NULL,
    created BIGINT NOT NULL,
    due BIGINT,
    attempts BIGINT NOT NULL DEFAULT 0,
    leased_until BIGINT NOT NULL DEFAULT 0,
    error TEXT,
    expires BIGINT
);
CREATE INDEX oauth2_job_due ON oauth2_job (kind, realm, due);
CREATE INDEX oauth2_job_expires ON oauth2_job (expires)
    WHERE expires IS NOT NULL;

-- Claims that are kept with the user.  source: "profile" (somebody has set
-- it), or "env:NAME" (what the last login left behind in NAME).  value: JSON.
CREATE TABLE oauth2_claim (
    user_name TEXT NOT NULL
        REFERENCES oauth2_user (name) ON DELETE CASCADE,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    value TEXT NOT NULL,
    updated BIGINT NOT NULL,
    PRIMARY KEY (user_name, name, source)
);

-- claims: the names that its user was shown, as words.
ALTER TABLE oauth2_consent ADD claims TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth2_grant ADD claims TEXT NOT NULL DEFAULT '';

-- Links by which a person sets a password: good once, for one user, while the
-- user's credential is what it was.
CREATE TABLE oauth2_ticket (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    user_name TEXT NOT NULL REFERENCES oauth2_user (name)
        ON DELETE CASCADE,
    credential TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX oauth2_ticket_user ON oauth2_ticket (user_name, kind, expires);
CREATE INDEX oauth2_ticket_expires ON oauth2_ticket (expires);

-- The audit trail: who did what, from where.  id begins with the time, and
-- user_name and client_id are keys, as everywhere; the rows they name may be
-- gone.  Nobody who is at work waits for a lock here: rows are only added, and
-- removed when they have expired.
CREATE TABLE oauth2_audit (
    id TEXT PRIMARY KEY,
    event TEXT NOT NULL,
    level TEXT NOT NULL,
    user_name TEXT,
    client_id TEXT,
    address TEXT,
    request TEXT,
    members TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX oauth2_audit_user ON oauth2_audit (user_name, id)
    WHERE user_name IS NOT NULL;
CREATE INDEX oauth2_audit_client ON oauth2_audit (client_id, id)
    WHERE client_id IS NOT NULL;
CREATE INDEX oauth2_audit_event ON oauth2_audit (event, id);
-- Of a busy client few rows are these, and its developers look for them.
CREATE INDEX oauth2_audit_refused ON oauth2_audit (client_id, id)
    WHERE event = 'request.refused';
CREATE INDEX oauth2_audit_expires ON oauth2_audit (expires);

-- What a user may do at the pages, as words ("administrator").
ALTER TABLE oauth2_user ADD roles TEXT NOT NULL DEFAULT '';

-- What a client keeps of a user: one JSON document.  version: another random
-- number at each change.
CREATE TABLE oauth2_userdata (
    user_name TEXT NOT NULL
        REFERENCES oauth2_user (name) ON DELETE CASCADE,
    client_id TEXT NOT NULL
        REFERENCES oauth2_client (id) ON DELETE CASCADE,
    document TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    PRIMARY KEY (user_name, client_id)
);
CREATE INDEX oauth2_userdata_client ON oauth2_userdata (client_id);

-- The browser's login that it came of: its digest.
ALTER TABLE oauth2_grant ADD session TEXT NOT NULL DEFAULT '';

-- API keys: of a user or of a client, whose id they go with.  id: "k", the
-- time, and random letters.  expires NULL: never.  used: the last time, to the
-- hour; 0: not yet.
CREATE TABLE oauth2_apikey (
    digest TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user_name TEXT REFERENCES oauth2_user (name) ON DELETE CASCADE,
    client_id TEXT REFERENCES oauth2_client (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    used BIGINT NOT NULL DEFAULT 0,
    own SMALLINT NOT NULL DEFAULT 0
);
CREATE INDEX oauth2_apikey_user ON oauth2_apikey (user_name, id)
    WHERE user_name IS NOT NULL;
CREATE INDEX oauth2_apikey_client ON oauth2_apikey (client_id, id)
    WHERE client_id IS NOT NULL;
CREATE INDEX oauth2_apikey_expires ON oauth2_apikey (expires)
    WHERE expires IS NOT NULL;

-- What a client is to people.  meta: properties that no statement compares,
-- JSON (domain/client/property.h); about: the one that is too long to be
-- cached.  state: draft, pending, approved, rejected or suspended, and why; in
-- all but approved "disabled" has 2 set, beside the 1 of an administrator's,
-- so that statements ask one column.  waiting: a revision is to be decided
-- upon.  team: counts changes of its members.  logo: its picture's digest.
ALTER TABLE oauth2_client ADD meta TEXT NOT NULL DEFAULT '{}';
ALTER TABLE oauth2_client ADD about TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth2_client ADD state TEXT NOT NULL DEFAULT 'approved';
ALTER TABLE oauth2_client ADD state_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth2_client ADD waiting SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE oauth2_client ADD team BIGINT NOT NULL DEFAULT 0;
ALTER TABLE oauth2_client ADD logo TEXT;
CREATE INDEX oauth2_client_waiting ON oauth2_client (id) WHERE waiting = 1;
CREATE INDEX oauth2_client_state ON oauth2_client (state, id);
CREATE INDEX oauth2_client_name ON oauth2_client
    ((substr(id, 1, instr(id, ':'))), (lower(name)), id);

CREATE TABLE oauth2_app_member (
    client_id TEXT NOT NULL
        REFERENCES oauth2_client (id) ON DELETE CASCADE,
    user_name TEXT NOT NULL
        REFERENCES oauth2_user (name) ON DELETE CASCADE,
    role TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (client_id, user_name)
);
CREATE INDEX oauth2_app_member_user ON oauth2_app_member
    (user_name, client_id);

-- Who is asked to be on a team, and by whom: nobody's yet who is on it.
CREATE TABLE oauth2_app_invitation (
    client_id TEXT NOT NULL
        REFERENCES oauth2_client (id) ON DELETE CASCADE,
    user_name TEXT NOT NULL
        REFERENCES oauth2_user (name) ON DELETE CASCADE,
    role TEXT NOT NULL,
    by_name TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (client_id, user_name)
);
CREATE INDEX oauth2_app_invitation_user ON oauth2_app_invitation
    (user_name, client_id);
CREATE INDEX oauth2_app_invitation_expires ON oauth2_app_invitation (expires);

-- What an app has asked to be allowed, in the order of numbers.  asked: JSON.
-- state: pending, approved, rejected, or replaced by a later one.
CREATE TABLE oauth2_app_revision (
    client_id TEXT NOT NULL
        REFERENCES oauth2_client (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    asked TEXT NOT NULL,
    by_name TEXT NOT NULL,
    created BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    decided BIGINT NOT NULL DEFAULT 0,
    decided_by TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (client_id, number)
);

-- image: base64.
CREATE TABLE oauth2_app_logo (
    client_id TEXT PRIMARY KEY
        REFERENCES oauth2_client (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    digest TEXT NOT NULL,
    image TEXT NOT NULL
);

-- How many tokens a client has.
CREATE INDEX oauth2_token_client ON oauth2_token (client_id, expires, digest);

-- When the user allowed it; 0: before this was written down.
ALTER TABLE oauth2_consent ADD since BIGINT NOT NULL DEFAULT 0;

-- language: of pages, by the user's choice.  expires: when an account goes that
-- somebody has signed up for and nobody has taken or decided upon; NULL: never.
ALTER TABLE oauth2_user ADD language TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth2_user ADD expires BIGINT;
CREATE INDEX oauth2_user_expires ON oauth2_user (expires)
    WHERE expires IS NOT NULL;

-- Where a person is signed in.  device: "Firefox/Windows"; address: of the
-- sign-in; used: the last time, to the hour.  Of before: not known.
ALTER TABLE oauth2_session ADD device TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth2_session ADD address TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth2_session ADD used BIGINT NOT NULL DEFAULT 0;
CREATE INDEX oauth2_session_list ON oauth2_session
    (user_name, authenticated, digest);

-- How often a client has used a compatibility switch, and when last.
CREATE TABLE oauth2_compat_use (
    client_id TEXT NOT NULL
        REFERENCES oauth2_client (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    uses BIGINT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (client_id, name)
);

-- Lists of grants by time; what was found by the indexes before is found by
-- those that begin in the same way.
DROP INDEX oauth2_grant_user;
DROP INDEX oauth2_grant_client;
DROP INDEX oauth2_refresh_grant;
CREATE INDEX oauth2_grant_user ON oauth2_grant (user_name, created, id);
CREATE INDEX oauth2_grant_client ON oauth2_grant (client_id, created, id);
CREATE INDEX oauth2_grant_created ON oauth2_grant
    (substr(client_id, 1, instr(client_id, ':')), created, id)
    WHERE revoked = 0;
CREATE INDEX oauth2_refresh_grant ON oauth2_refresh (grant_id, issued);

-- Who may use the administrators' pages: few, however many roles there are.
CREATE INDEX oauth2_user_administrator ON oauth2_user (name)
    WHERE instr(' ' || roles || ' ', ' administrator ') > 0;

-- What waits, newest first.
CREATE INDEX oauth2_job_created ON oauth2_job (realm, created, id);
