CREATE TABLE guard_policy (
  org_id     TEXT NOT NULL PRIMARY KEY REFERENCES organization (id),
  doc        TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- Every change to a tenant that was made, tried, refused or shown: who, why,
-- what was asked, what came of it, how to undo it.
CREATE TABLE guard_action (
  id            TEXT NOT NULL PRIMARY KEY,
  org_id        TEXT NOT NULL,
  actor         TEXT NOT NULL,
  cause         TEXT NOT NULL,
  flow_id       TEXT,
  run_id        TEXT,
  step_path     TEXT,
  event_uuid    TEXT,
  connection_id TEXT NOT NULL,
  connector     TEXT NOT NULL,
  action        TEXT NOT NULL,
  title         TEXT NOT NULL,
  effect        TEXT NOT NULL,
  target_type   TEXT NOT NULL,
  target_id     TEXT NOT NULL,
  target_name   TEXT NOT NULL,
  state         TEXT NOT NULL,
  reason        TEXT,
  request       TEXT,
  status        BIGINT NOT NULL DEFAULT 0,
  error         TEXT,
  undo          TEXT,
  undo_of       TEXT,
  undone_by     TEXT,
  attempt       BIGINT NOT NULL DEFAULT 1,
  started_at    BIGINT NOT NULL,
  ended_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX guard_action_org ON guard_action (org_id, started_at);
CREATE INDEX guard_action_flow ON guard_action (org_id, flow_id, started_at);
CREATE INDEX guard_action_run ON guard_action (run_id);
