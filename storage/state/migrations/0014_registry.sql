-- The registry of modules: what each source said when it was last read whole and
-- well, as JSON; what people set by the API; every change of a fact.
CREATE TABLE registry_sources (
    name    TEXT   NOT NULL PRIMARY KEY,
    read_ms BIGINT NOT NULL,
    data    TEXT   NOT NULL
);
CREATE TABLE registry_edits (
    id    TEXT   NOT NULL,
    field TEXT   NOT NULL,
    value TEXT   NOT NULL,
    who   TEXT   NOT NULL,
    why   TEXT   NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (id, field)
);
CREATE TABLE registry_events (
    seq          BIGINT NOT NULL PRIMARY KEY,
    at_ms        BIGINT NOT NULL,
    id           TEXT   NOT NULL,
    field        TEXT   NOT NULL,
    value_before TEXT   NOT NULL,
    value_after  TEXT   NOT NULL,
    source       TEXT   NOT NULL,
    who          TEXT   NOT NULL,
    revision     TEXT   NOT NULL,
    why          TEXT   NOT NULL
);
CREATE INDEX registry_events_at ON registry_events (at_ms);
CREATE INDEX registry_events_id ON registry_events (id, seq);

-- Alarms that have ended since a time, for the search.
CREATE INDEX alarms_closed ON alarms (closed_ms, id);
