-- What was done about alarms, or would have been in a dry run. A row is there
-- before its action starts. Times are 0 until they are known.
CREATE TABLE heals (
    id          TEXT   NOT NULL PRIMARY KEY,
    alarm       TEXT   NOT NULL,
    alarm_key   TEXT   NOT NULL,
    alarm_name  TEXT   NOT NULL,
    rule        TEXT   NOT NULL,
    step        BIGINT NOT NULL,
    action      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    module      TEXT   NOT NULL,
    node        TEXT   NOT NULL,
    process     TEXT   NOT NULL,
    who         TEXT   NOT NULL,
    dry         BIGINT NOT NULL,
    started_ms  BIGINT NOT NULL,
    ended_ms    BIGINT NOT NULL,
    result      TEXT   NOT NULL,
    output      TEXT   NOT NULL,
    verified_ms BIGINT NOT NULL,
    verified    TEXT   NOT NULL,
    reason      TEXT   NOT NULL
);
CREATE INDEX heals_started ON heals (started_ms);

-- Each time that healing was stopped as a whole, and who let it go on.
CREATE TABLE heal_brakes (
    id          BIGINT NOT NULL PRIMARY KEY,
    since_ms    BIGINT NOT NULL,
    reason      TEXT   NOT NULL,
    released_ms BIGINT NOT NULL,
    released_by TEXT   NOT NULL,
    release_why TEXT   NOT NULL
);
