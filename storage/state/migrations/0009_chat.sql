-- What people asked for by chat, and what they were answered. A request is there
-- before it is done, under a name that is the same if it is sent again.
CREATE TABLE chat_commands (
    request     TEXT   NOT NULL PRIMARY KEY,
    at_ms       BIGINT NOT NULL,
    chat        TEXT   NOT NULL,
    who         TEXT   NOT NULL,
    verb        TEXT   NOT NULL,
    text        TEXT   NOT NULL,
    answered_ms BIGINT NOT NULL,
    result      TEXT   NOT NULL,
    answer      TEXT   NOT NULL
);
CREATE INDEX chat_commands_at ON chat_commands (at_ms);
