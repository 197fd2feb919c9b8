-- severity is its place among the severities, informational 0 to critical 4, so
-- that they sort. The times that something is due are 0 where nothing is.
CREATE TABLE alert (
  id           TEXT NOT NULL PRIMARY KEY,
  org_id       TEXT NOT NULL REFERENCES organization (id),
  number       BIGINT NOT NULL,
  rule_id      TEXT NOT NULL,
  rule_title   TEXT NOT NULL,
  type         TEXT NOT NULL,
  title        TEXT NOT NULL,
  severity     BIGINT NOT NULL,
  graded       BOOLEAN NOT NULL DEFAULT FALSE,
  entity_kind  TEXT NOT NULL,
  entity_key   TEXT NOT NULL,
  entity_id    TEXT NOT NULL,
  entity_login TEXT NOT NULL,
  entity_name  TEXT NOT NULL,
  state        TEXT NOT NULL,
  verdict      TEXT NOT NULL DEFAULT '',
  note         TEXT NOT NULL DEFAULT '',
  assignee_id  TEXT,
  case_id      TEXT,
  tags         TEXT NOT NULL,
  hits         BIGINT NOT NULL,
  events       BIGINT NOT NULL,
  event_uuid   TEXT NOT NULL,
  first_at     BIGINT NOT NULL,
  last_at      BIGINT NOT NULL,
  risk         BIGINT NOT NULL,
  ack_due_at   BIGINT NOT NULL DEFAULT 0,
  close_due_at BIGINT NOT NULL DEFAULT 0,
  acked_at     BIGINT NOT NULL DEFAULT 0,
  closed_at    BIGINT NOT NULL DEFAULT 0,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  UNIQUE (org_id, number)
);
CREATE INDEX alert_created ON alert (org_id, created_at);
CREATE INDEX alert_taking ON alert (org_id, rule_id, entity_kind, entity_key) WHERE state <> 'closed';
CREATE INDEX alert_entity ON alert (org_id, entity_kind, entity_key, created_at);
CREATE INDEX alert_of_case ON alert (case_id) WHERE case_id IS NOT NULL;

-- The events that an alert is made of, as far as they are kept by name.
CREATE TABLE alert_event (
  alert_id   TEXT NOT NULL,
  event_uuid TEXT NOT NULL,
  org_id     TEXT NOT NULL,
  PRIMARY KEY (alert_id, event_uuid)
) WITHOUT ROWID;
CREATE INDEX alert_event_uuid ON alert_event (org_id, event_uuid);

CREATE TABLE alert_case (
  id          TEXT NOT NULL PRIMARY KEY,
  org_id      TEXT NOT NULL REFERENCES organization (id),
  number      BIGINT NOT NULL,
  title       TEXT NOT NULL,
  state       TEXT NOT NULL,
  severity    BIGINT NOT NULL,
  assignee_id TEXT,
  verdict     TEXT NOT NULL DEFAULT '',
  note        TEXT NOT NULL DEFAULT '',
  merged_to   TEXT,
  created_by  TEXT,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  closed_at   BIGINT NOT NULL DEFAULT 0,
  UNIQUE (org_id, number)
);
CREATE INDEX alert_case_created ON alert_case (org_id, created_at);

-- What was done with an alert or a case, and what happened to it. Only added to.
CREATE TABLE alert_entry (
  id      TEXT NOT NULL PRIMARY KEY,
  org_id  TEXT NOT NULL,
  subject TEXT NOT NULL,
  of_id   TEXT NOT NULL,
  at      BIGINT NOT NULL,
  by_id   TEXT,
  kind    TEXT NOT NULL,
  was     TEXT NOT NULL,
  now_is  TEXT NOT NULL,
  text    TEXT NOT NULL
);
CREATE INDEX alert_entry_of ON alert_entry (of_id, at);

-- How much an entity has been in alerts: a sum that fades, as of a time.
CREATE TABLE entity_risk (
  org_id     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  entity_key TEXT NOT NULL,
  entity_id  TEXT NOT NULL,
  login      TEXT NOT NULL,
  name       TEXT NOT NULL,
  score      BIGINT NOT NULL,
  doc        TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, kind, entity_key)
);

-- What an organization decided about its alerts, and the numbers that its next
-- alert and case get.
CREATE TABLE alert_setting (
  org_id      TEXT NOT NULL PRIMARY KEY REFERENCES organization (id),
  doc         TEXT,
  next_alert  BIGINT NOT NULL DEFAULT 1,
  next_case   BIGINT NOT NULL DEFAULT 1,
  updated_at  BIGINT NOT NULL DEFAULT 0
);

ALTER TABLE flow_run ADD COLUMN alert_id TEXT;
CREATE INDEX flow_run_alert ON flow_run (alert_id) WHERE alert_id IS NOT NULL;
