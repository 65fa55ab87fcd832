-- What was told to whom. A notification that tells of alarms is not settled until
-- the alarms have it in their own records.
CREATE TABLE notifications (
    id          BIGINT NOT NULL PRIMARY KEY,
    at_ms       BIGINT NOT NULL,
    receiver    TEXT   NOT NULL,
    integration TEXT   NOT NULL,
    group_key   TEXT   NOT NULL,
    labels      TEXT   NOT NULL,
    what        TEXT   NOT NULL,
    why         TEXT   NOT NULL,
    error       TEXT   NOT NULL,
    took_ms     BIGINT NOT NULL,
    settled     BIGINT NOT NULL
);
CREATE INDEX notifications_at ON notifications (at_ms);
CREATE INDEX notifications_unsettled ON notifications (settled) WHERE settled = 0;

CREATE TABLE notification_alarms (
    notification BIGINT NOT NULL,
    alarm        TEXT   NOT NULL,
    ended        BIGINT NOT NULL,
    PRIMARY KEY (notification, alarm)
);
CREATE INDEX notification_alarms_alarm ON notification_alarms (alarm, notification);

-- Silences and the log of who was told of which group, each entry as Alertmanager
-- encodes it.
CREATE TABLE notify_entries (
    kind       TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    expires_ms BIGINT NOT NULL,
    value      BYTEA  NOT NULL,
    PRIMARY KEY (kind, id)
);
