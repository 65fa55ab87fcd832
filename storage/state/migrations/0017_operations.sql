-- All that is counted of runs that have ended, by itself: whether one was dry stands
-- only in its JSON.
CREATE INDEX flow_runs_counted ON flow_runs (ended_ms, (data LIKE '%"dry":true,"source":{"kind":%'), module, state, flow, source, created_ms);
