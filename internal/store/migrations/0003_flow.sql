CREATE TABLE flow_folder (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organization (id),
  name       TEXT NOT NULL,
  template   TEXT,
  created_at BIGINT NOT NULL,
  UNIQUE (org_id, name)
);

CREATE TABLE flow (
  id          TEXT NOT NULL PRIMARY KEY,
  org_id      TEXT NOT NULL REFERENCES organization (id),
  folder_id   TEXT NOT NULL REFERENCES flow_folder (id),
  slug        TEXT NOT NULL,
  title       TEXT NOT NULL,
  description TEXT NOT NULL,
  enabled     BOOLEAN NOT NULL,
  version     BIGINT NOT NULL DEFAULT 0,
  draft       TEXT,
  draft_at    BIGINT NOT NULL DEFAULT 0,
  bindings    TEXT NOT NULL,
  save_data   BOOLEAN NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  UNIQUE (folder_id, slug)
);
CREATE INDEX flow_org ON flow (org_id);

CREATE TABLE flow_version (
  org_id     TEXT NOT NULL,
  flow_id    TEXT NOT NULL REFERENCES flow (id),
  version    BIGINT NOT NULL,
  body       TEXT NOT NULL,
  author     TEXT NOT NULL,
  note       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (flow_id, version)
);

-- Counts every change to an organization's flows, so that whoever holds them
-- compiled sees in one look that they are out of date.
CREATE TABLE flow_revision (
  org_id   TEXT NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL
);

-- input and result are values in the stored form; while a run that does not
-- keep its data is under way they are sealed, and gone when it has ended.
CREATE TABLE flow_run (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL,
  flow_id    TEXT NOT NULL,
  version    BIGINT NOT NULL,
  pins       TEXT,
  epoch      BIGINT NOT NULL DEFAULT 0,
  state      TEXT NOT NULL,
  cause      TEXT NOT NULL,
  event_uuid TEXT,
  caused_by  TEXT,
  retry_of   TEXT,
  dry_run    BOOLEAN NOT NULL,
  save_data  BOOLEAN NOT NULL,
  priority   BIGINT NOT NULL,
  input      BLOB,
  result     BLOB,
  error      TEXT,
  reason     TEXT,
  unknown    BIGINT NOT NULL DEFAULT 0,
  refused    BIGINT NOT NULL DEFAULT 0,
  cancel     BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL,
  started_at BIGINT NOT NULL DEFAULT 0,
  wake_at    BIGINT NOT NULL DEFAULT 0,
  ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX flow_run_org ON flow_run (org_id, created_at);
CREATE INDEX flow_run_flow ON flow_run (flow_id, created_at);
CREATE INDEX flow_run_open ON flow_run (state) WHERE ended_at = 0;

CREATE TABLE flow_step (
  run_id     TEXT NOT NULL,
  path       TEXT NOT NULL,
  org_id     TEXT NOT NULL,
  seq        BIGINT NOT NULL,
  flow_id    TEXT NOT NULL,
  card       TEXT NOT NULL,
  state      TEXT NOT NULL,
  attempt    BIGINT NOT NULL,
  input      BLOB,
  output     BLOB,
  journal    BLOB,
  error      TEXT,
  reason     TEXT,
  ledger_id  TEXT,
  started_at BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL,
  PRIMARY KEY (run_id, path)
) WITHOUT ROWID;
