-- What a part of the server wants back after a restart, by a name of its own.
CREATE TABLE checkpoints (
    name     TEXT   NOT NULL PRIMARY KEY,
    value    BYTEA  NOT NULL,
    saved_ms BIGINT NOT NULL
);
