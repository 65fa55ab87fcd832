-- The pool: its nodes, its services with what people ordered for them, its workers,
-- and what scaling remembers of each service. Each row is kept as JSON. A worker
-- that is here shall run, or is being stopped.
CREATE TABLE pool_nodes (
    id   TEXT NOT NULL PRIMARY KEY,
    data TEXT NOT NULL
);
CREATE TABLE pool_services (
    id   TEXT NOT NULL PRIMARY KEY,
    data TEXT NOT NULL
);
CREATE TABLE pool_workers (
    id   TEXT NOT NULL PRIMARY KEY,
    data TEXT NOT NULL
);
CREATE TABLE pool_memories (
    id   TEXT NOT NULL PRIMARY KEY,
    data TEXT NOT NULL
);

-- Every decision of scaling with its numbers.
CREATE TABLE pool_decisions (
    id        TEXT   NOT NULL PRIMARY KEY,
    module    TEXT   NOT NULL,
    at_ms     BIGINT NOT NULL,
    direction TEXT   NOT NULL,
    data      TEXT   NOT NULL
);
CREATE INDEX pool_decisions_at ON pool_decisions (at_ms);
CREATE INDEX pool_decisions_module ON pool_decisions (module, at_ms);
