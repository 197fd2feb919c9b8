CREATE TABLE connection (
  id          TEXT NOT NULL PRIMARY KEY,
  org_id      TEXT NOT NULL REFERENCES organization (id),
  connector   TEXT NOT NULL,
  name        TEXT NOT NULL,
  auth        TEXT NOT NULL,
  settings    TEXT NOT NULL,
  learned     TEXT NOT NULL,
  sealed      BLOB,
  sealed_at   BIGINT NOT NULL DEFAULT 0,
  state       TEXT NOT NULL,
  state_error TEXT,
  checked_at  BIGINT NOT NULL DEFAULT 0,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  UNIQUE (org_id, name)
);
