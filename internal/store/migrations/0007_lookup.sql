-- From an event to the runs that it started.
CREATE INDEX flow_run_event ON flow_run (org_id, event_uuid) WHERE event_uuid IS NOT NULL;

-- When each secret that is set was entered, by name: the sealed secrets say
-- nothing to who may not open them.
ALTER TABLE connection ADD COLUMN secrets TEXT NOT NULL DEFAULT '{}';
