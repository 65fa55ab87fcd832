-- Episodes of alarms: columns to search by, and all of it as JSON.
CREATE TABLE alarms (
    id          TEXT   NOT NULL PRIMARY KEY,
    key         TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    path        TEXT   NOT NULL,
    node        TEXT   NOT NULL,
    severity    TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    outcome     TEXT   NOT NULL,
    received_ms BIGINT NOT NULL,
    closed_ms   BIGINT NOT NULL,
    data        TEXT   NOT NULL
);
CREATE INDEX alarms_received ON alarms (received_ms);
CREATE INDEX alarms_open ON alarms (closed_ms) WHERE closed_ms = 0;
CREATE INDEX alarms_key ON alarms (key, received_ms);
