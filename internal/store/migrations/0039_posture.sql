-- Judgements of a tenant by the checks of a profile. results is what each check
-- came to, as JSON, compressed; it is empty where the judgement is too old for
-- anybody to ask. share and visible are in millionths.
CREATE TABLE posture_run (
  id      TEXT NOT NULL PRIMARY KEY,
  tenant  BIGINT NOT NULL,
  profile TEXT NOT NULL,
  at      BIGINT NOT NULL,
  cause   TEXT NOT NULL,
  share   BIGINT NOT NULL,
  visible BIGINT NOT NULL,
  counts  TEXT NOT NULL,
  results BLOB NOT NULL
);
CREATE INDEX posture_run_at ON posture_run (tenant, profile, at);

-- What checks found, each thing once, over its time. closed_at is 0 while it is
-- not closed.
CREATE TABLE finding (
  tenant    BIGINT NOT NULL,
  id        TEXT NOT NULL,
  check_id  TEXT NOT NULL,
  severity  TEXT NOT NULL,
  grave     SMALLINT NOT NULL,
  kind      TEXT NOT NULL,
  okta_id   TEXT NOT NULL,
  part      TEXT NOT NULL,
  name      TEXT NOT NULL,
  state     TEXT NOT NULL,
  said      TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL,
  seen_at   BIGINT NOT NULL,
  times     BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX finding_state ON finding (tenant, state, grave, id);
CREATE INDEX finding_object ON finding (tenant, kind, okta_id);

-- When a finding became what.
CREATE TABLE finding_change (
  tenant  BIGINT NOT NULL,
  finding TEXT NOT NULL,
  at      BIGINT NOT NULL,
  state   TEXT NOT NULL,
  run_id  TEXT NOT NULL,
  PRIMARY KEY (tenant, finding, at)
);

-- What is accepted, by whom and until when; 0 is without an end.
CREATE TABLE posture_exception (
  id         TEXT NOT NULL PRIMARY KEY,
  tenant     BIGINT NOT NULL,
  check_id   TEXT NOT NULL,
  object     TEXT NOT NULL,
  reason     TEXT NOT NULL,
  owner      TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL
);
CREATE UNIQUE INDEX posture_exception_of ON posture_exception (tenant, check_id, object);

-- What a tenant is judged by.
CREATE TABLE posture_setting (
  tenant     BIGINT NOT NULL PRIMARY KEY,
  profile    TEXT NOT NULL,
  settings   TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);
