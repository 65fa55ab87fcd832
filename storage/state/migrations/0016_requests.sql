-- What people asked for: columns to search and count by, and all of it as JSON. A
-- writer that did not see the newest version changes nothing.
CREATE TABLE requests (
    number      BIGINT NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    path        TEXT   NOT NULL,
    who         TEXT   NOT NULL,
    run         TEXT   NOT NULL,
    opened_ms   BIGINT NOT NULL,
    approved_ms BIGINT NOT NULL,
    closed_ms   BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    steps       BIGINT NOT NULL,
    told        BIGINT NOT NULL,
    data        TEXT   NOT NULL
);
CREATE INDEX requests_opened ON requests (opened_ms);
CREATE INDEX requests_approved ON requests (approved_ms) WHERE approved_ms > 0;
CREATE INDEX requests_closed ON requests (closed_ms) WHERE closed_ms > 0;
CREATE INDEX requests_under_way ON requests (state) WHERE closed_ms = 0;
CREATE INDEX requests_run ON requests (run) WHERE run <> '';
CREATE INDEX requests_untold ON requests (number) WHERE told < steps;
