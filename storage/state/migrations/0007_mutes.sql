-- Leases: mutes that change runs hold. What is searched by, and all of it as JSON.
-- pending is 1 until a lease has its summary and nothing is left to be done for it.
CREATE TABLE leases (
    id         TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL,
    started_ms BIGINT NOT NULL,
    pending    BIGINT NOT NULL,
    data       TEXT   NOT NULL
);
CREATE INDEX leases_started ON leases (started_ms);
CREATE INDEX leases_kind ON leases (kind, started_ms);
CREATE INDEX leases_pending ON leases (pending) WHERE pending = 1;

-- The alarms that a pending lease has hidden, to count each of them once.
CREATE TABLE lease_alarms (
    lease TEXT NOT NULL,
    alarm TEXT NOT NULL,
    PRIMARY KEY (lease, alarm)
);

-- Mutes that were made by the API. They are ended, not removed.
CREATE TABLE mutes (
    id       TEXT   NOT NULL PRIMARY KEY,
    made_ms  BIGINT NOT NULL,
    ended_ms BIGINT NOT NULL,
    data     TEXT   NOT NULL
);
CREATE INDEX mutes_made ON mutes (made_ms);
