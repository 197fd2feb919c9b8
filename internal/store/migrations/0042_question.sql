-- Questions in SQL that people of an organization keep for all of it.
CREATE TABLE question (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organization (id),
  account_id TEXT NOT NULL,
  name       TEXT NOT NULL,
  text       TEXT NOT NULL,
  asked      TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX question_name ON question (org_id, name);
