-- What a run belongs to, from the event that set it off to its last effect: W3C's
-- traceparent, from which whoever works at it goes on.
ALTER TABLE flow_run ADD COLUMN trace TEXT NOT NULL DEFAULT '';
