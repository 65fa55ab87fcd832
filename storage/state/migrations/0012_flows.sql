-- Runs of flows. Each row is kept as JSON in data, as it is shown. What must not be
-- shown, or only an engine needs, is in hidden: emptied when the run is over.
CREATE TABLE flow_documents (
    version TEXT NOT NULL PRIMARY KEY,
    data    TEXT NOT NULL
);
CREATE TABLE flow_runs (
    id         TEXT   NOT NULL PRIMARY KEY,
    flow       TEXT   NOT NULL,
    version    TEXT   NOT NULL,
    module     TEXT   NOT NULL,
    nodes      TEXT   NOT NULL, -- each between two line feeds
    state      TEXT   NOT NULL,
    pending    BIGINT NOT NULL, -- 1: it is open, or its end is still to be told
    source     TEXT   NOT NULL,
    source_id  TEXT   NOT NULL,
    once       TEXT   NOT NULL,
    words      TEXT   NOT NULL, -- id, flow, who and why in lower case, to be searched
    created_ms BIGINT NOT NULL,
    ended_ms   BIGINT NOT NULL, -- 0: it is open
    data       TEXT   NOT NULL,
    hidden     TEXT   NOT NULL
);
CREATE INDEX flow_runs_pending ON flow_runs (pending) WHERE pending = 1;
CREATE INDEX flow_runs_created ON flow_runs (created_ms);
CREATE INDEX flow_runs_ended ON flow_runs (ended_ms);
CREATE INDEX flow_runs_source ON flow_runs (source, source_id);
CREATE UNIQUE INDEX flow_runs_once ON flow_runs (once) WHERE once <> '';

CREATE TABLE flow_steps (
    run    TEXT NOT NULL,
    path   TEXT NOT NULL,
    place  TEXT NOT NULL, -- orders the steps of a run
    data   TEXT NOT NULL,
    hidden TEXT NOT NULL,
    PRIMARY KEY (run, path)
);
CREATE TABLE flow_actions (
    run  TEXT   NOT NULL,
    n    BIGINT NOT NULL,
    data TEXT   NOT NULL,
    PRIMARY KEY (run, n)
);
CREATE TABLE flow_logs (
    run     TEXT   NOT NULL,
    path    TEXT   NOT NULL,
    attempt BIGINT NOT NULL,
    cut     BIGINT NOT NULL, -- bytes that are missing at the beginning
    text    TEXT   NOT NULL,
    PRIMARY KEY (run, path, attempt)
);
CREATE TABLE flow_schedules (
    id   TEXT NOT NULL PRIMARY KEY,
    data TEXT NOT NULL
);
