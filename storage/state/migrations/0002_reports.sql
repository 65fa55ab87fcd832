-- Published expansion reports. A row is never changed.
CREATE TABLE reports (
    month        TEXT   NOT NULL PRIMARY KEY,
    body         TEXT   NOT NULL,
    sha256       TEXT   NOT NULL,
    published_ms BIGINT NOT NULL
);
