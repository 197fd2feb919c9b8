-- What runs of flows and plans of remediation are about: ids as Okta gives them, or
-- a login where there was none. at is when the run or plan was made.
CREATE TABLE concern (
  org_id TEXT NOT NULL,
  object TEXT NOT NULL,
  kind   TEXT NOT NULL,
  at     BIGINT NOT NULL,
  of_id  TEXT NOT NULL,
  PRIMARY KEY (org_id, object, kind, at, of_id)
) WITHOUT ROWID;
-- postgres: ALTER TABLE concern ALTER COLUMN of_id TYPE TEXT COLLATE "C";

INSERT INTO concern (org_id, object, kind, at, of_id)
  SELECT r.org_id, a.entity_key, 'run', r.created_at, r.id FROM flow_run r JOIN alert a ON a.id = r.alert_id AND a.org_id = r.org_id WHERE r.alert_id IS NOT NULL;

CREATE INDEX guard_action_target ON guard_action (org_id, target_id, started_at);
