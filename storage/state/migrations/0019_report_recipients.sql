-- How each of the people of a mail stands, as JSON; empty: not tried, or a way to one.
ALTER TABLE report_deliveries ADD COLUMN recipients TEXT NOT NULL DEFAULT '';
