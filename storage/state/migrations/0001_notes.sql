-- People's notes on nodes of the business tree. A change is a new version, so
-- the history stays; an empty text is a note taken away.
CREATE TABLE notes (
    node       TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    text       TEXT   NOT NULL,
    who        TEXT   NOT NULL,
    written_ms BIGINT NOT NULL,
    PRIMARY KEY (node, version)
);
