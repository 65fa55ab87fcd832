-- Who changed what. Entries are added and never changed or removed: each has the hash
-- of the one before it.
CREATE TABLE audit (
    seq    BIGINT NOT NULL PRIMARY KEY,
    at_ms  BIGINT NOT NULL,
    who    TEXT   NOT NULL,
    client TEXT   NOT NULL,
    action TEXT   NOT NULL,
    object TEXT   NOT NULL,
    path   TEXT   NOT NULL,
    why    TEXT   NOT NULL,
    result TEXT   NOT NULL,
    detail TEXT   NOT NULL,
    prev   TEXT   NOT NULL,
    hash   TEXT   NOT NULL
);
CREATE INDEX audit_at ON audit (at_ms);
CREATE INDEX audit_who ON audit (who, seq);
CREATE INDEX audit_object ON audit (object, seq);
CREATE TRIGGER audit_keeps_entries BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never removed'); END;
CREATE TRIGGER audit_changes_nothing BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never changed'); END;
CREATE TRIGGER audit_replaces_nothing BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq >= NEW.seq)
BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never replaced'); END;

-- Roles that people were given beside those of the configuration.
CREATE TABLE access_grants (
    id       TEXT   NOT NULL PRIMARY KEY,
    subject  TEXT   NOT NULL,
    role     TEXT   NOT NULL,
    node     TEXT   NOT NULL,
    why      TEXT   NOT NULL,
    made_by  TEXT   NOT NULL,
    made_ms  BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    ended_ms BIGINT NOT NULL,
    ended_by TEXT   NOT NULL
);

-- Tokens of programs, of which only hashes are kept.
CREATE TABLE access_tokens (
    id       TEXT   NOT NULL PRIMARY KEY,
    name     TEXT   NOT NULL,
    hash     TEXT   NOT NULL UNIQUE,
    role     TEXT   NOT NULL,
    node     TEXT   NOT NULL,
    why      TEXT   NOT NULL,
    made_by  TEXT   NOT NULL,
    made_ms  BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    used_ms  BIGINT NOT NULL,
    ended_ms BIGINT NOT NULL,
    ended_by TEXT   NOT NULL
);

-- People who have logged in, by the hash of what their browser shows.
CREATE TABLE access_sessions (
    hash     TEXT   NOT NULL PRIMARY KEY,
    name     TEXT   NOT NULL,
    teams    TEXT   NOT NULL,
    made_ms  BIGINT NOT NULL,
    until_ms BIGINT NOT NULL
);
CREATE INDEX access_sessions_until ON access_sessions (until_ms);
