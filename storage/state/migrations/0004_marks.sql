-- Intervals of the operations log from which nothing is to be learned. A mark is
-- never changed but for its end, so that what was learned then can be told later.
CREATE TABLE marks (
    id       BIGINT NOT NULL PRIMARY KEY,
    node     TEXT   NOT NULL,
    from_ms  BIGINT NOT NULL,
    to_ms    BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    note     TEXT   NOT NULL,
    who      TEXT   NOT NULL,
    made_ms  BIGINT NOT NULL,
    ended_ms BIGINT NOT NULL,
    ended_by TEXT   NOT NULL
);
