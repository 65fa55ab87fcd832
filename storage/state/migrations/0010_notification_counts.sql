-- How many alarms a notification lists. Those that it is no news about are only
-- counted: a group of a thousand that gets one more has a thousand and one in its
-- message.
ALTER TABLE notifications ADD COLUMN firing BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notifications ADD COLUMN ended BIGINT NOT NULL DEFAULT 0;
