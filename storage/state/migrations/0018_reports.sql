-- Who published a report, and what a list shows of it.
ALTER TABLE reports ADD COLUMN who TEXT NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN summary TEXT NOT NULL DEFAULT '';

-- What published reports look like, compressed by gzip; the checksum is that of what
-- was compressed. A row is never changed.
CREATE TABLE report_files (
    month    TEXT   NOT NULL,
    format   TEXT   NOT NULL,
    language TEXT   NOT NULL,
    sha256   TEXT   NOT NULL,
    size     BIGINT NOT NULL,
    kept_ms  BIGINT NOT NULL,
    body     BYTEA  NOT NULL,
    PRIMARY KEY (month, format, language)
);

-- To whom published reports go, and how far that is.
CREATE TABLE report_deliveries (
    month    TEXT   NOT NULL,
    n        BIGINT NOT NULL,
    way      TEXT   NOT NULL,
    who      TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    attempts BIGINT NOT NULL,
    error    TEXT   NOT NULL,
    asked_ms BIGINT NOT NULL,
    next_ms  BIGINT NOT NULL,
    ended_ms BIGINT NOT NULL,
    PRIMARY KEY (month, n)
);
CREATE INDEX report_deliveries_waiting ON report_deliveries (next_ms) WHERE state = 'waiting';
