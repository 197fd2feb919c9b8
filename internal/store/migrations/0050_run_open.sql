-- How many runs of an organization have not ended is counted among those alone.
CREATE INDEX flow_run_open_of ON flow_run (org_id, state) WHERE ended_at = 0;
