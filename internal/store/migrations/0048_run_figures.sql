-- What is asked of runs by whoever looks at an alert or at the overview costs what it
-- tells, and not what all runs of the organization do.
CREATE INDEX flow_run_of_alert ON flow_run (org_id, alert_id, created_at) WHERE alert_id IS NOT NULL;
DROP INDEX flow_run_alert;
CREATE INDEX flow_run_failed ON flow_run (org_id, created_at) WHERE state = 'failed';
