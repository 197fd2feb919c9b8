-- Counts every change to what an organization's alerts are made by: its rules,
-- their settings, suppressions.
CREATE TABLE rule_revision (
  org_id   TEXT NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL
);

-- What an organization decided about a rule, of a pack or its own. NULL is what
-- the rule itself says.
CREATE TABLE rule_setting (
  org_id     TEXT NOT NULL REFERENCES organization (id),
  rule_id    TEXT NOT NULL,
  enabled    BIGINT,
  severity   BIGINT,
  by_id      TEXT,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, rule_id)
);

-- The rule files that an organization has written itself.
CREATE TABLE rule_file (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organization (id),
  slug       TEXT NOT NULL,
  title      TEXT NOT NULL,
  version    BIGINT NOT NULL DEFAULT 0,
  draft      TEXT,
  cases      TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (org_id, slug)
);

CREATE TABLE rule_version (
  org_id     TEXT NOT NULL,
  file_id    TEXT NOT NULL REFERENCES rule_file (id),
  version    BIGINT NOT NULL,
  text       TEXT NOT NULL,
  cases      TEXT,
  author     TEXT NOT NULL,
  note       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (file_id, version)
);

-- What an organization's correlations have counted so far.
CREATE TABLE correlation (
  org_id     TEXT NOT NULL,
  rule_id    TEXT NOT NULL,
  group_key  TEXT NOT NULL,
  state      BLOB NOT NULL,
  ends_at    BIGINT NOT NULL,
  PRIMARY KEY (org_id, rule_id, group_key)
);
CREATE INDEX correlation_ends ON correlation (ends_at, org_id);

CREATE TABLE suppression (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organization (id),
  scope      TEXT NOT NULL,
  target     TEXT NOT NULL,
  condition  TEXT NOT NULL,
  reason     TEXT NOT NULL,
  owner_id   TEXT NOT NULL,
  expires_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  hidden     BIGINT NOT NULL DEFAULT 0,
  last_at    BIGINT NOT NULL DEFAULT 0,
  error      TEXT,
  error_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX suppression_org ON suppression (org_id);

-- What suppressions have hidden lately.
CREATE TABLE suppressed (
  seq            INTEGER NOT NULL PRIMARY KEY,
  org_id         TEXT NOT NULL,
  suppression_id TEXT NOT NULL,
  rule_id        TEXT NOT NULL,
  event_uuid     TEXT NOT NULL,
  entity_kind    TEXT NOT NULL,
  entity_id      TEXT NOT NULL,
  entity_login   TEXT NOT NULL,
  entity_name    TEXT NOT NULL,
  at             BIGINT NOT NULL
);
CREATE INDEX suppressed_of ON suppressed (suppression_id, at);
CREATE INDEX suppressed_at ON suppressed (at);
