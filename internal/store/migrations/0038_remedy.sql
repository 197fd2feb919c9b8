-- Plans of remediation: what is to be changed in an org together, step by step, and
-- undone together. doc is the plan without its steps. A plan waits for approval
-- until expires_at.
CREATE TABLE remedy_plan (
  id            TEXT NOT NULL PRIMARY KEY,
  org_id        TEXT NOT NULL REFERENCES organization (id),
  connection_id TEXT NOT NULL,
  playbook      TEXT NOT NULL,
  cause_kind    TEXT NOT NULL,
  cause_id      TEXT NOT NULL,
  state         TEXT NOT NULL,
  targets       BIGINT NOT NULL,
  doc           TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  started_at    BIGINT NOT NULL DEFAULT 0,
  expires_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX remedy_plan_org ON remedy_plan (org_id, created_at);
CREATE INDEX remedy_plan_cause ON remedy_plan (org_id, cause_kind, cause_id);
CREATE INDEX remedy_plan_started ON remedy_plan (org_id, started_at) WHERE started_at > 0;
CREATE INDEX remedy_plan_expires ON remedy_plan (expires_at) WHERE expires_at > 0;

CREATE TABLE remedy_step (
  plan_id TEXT NOT NULL REFERENCES remedy_plan (id),
  seq     BIGINT NOT NULL,
  org_id  TEXT NOT NULL,
  state   TEXT NOT NULL,
  doc     TEXT NOT NULL,
  PRIMARY KEY (plan_id, seq)
) WITHOUT ROWID;

-- What makes plans by the clock. next_at is 0 of one that is off.
CREATE TABLE remedy_schedule (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organization (id),
  doc        TEXT NOT NULL,
  next_at    BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX remedy_schedule_org ON remedy_schedule (org_id, created_at);
CREATE INDEX remedy_schedule_next ON remedy_schedule (next_at) WHERE next_at > 0;

-- The plan that an action is a step of.
ALTER TABLE guard_action ADD COLUMN plan_id TEXT;
