CREATE TABLE data_table (
  id          TEXT NOT NULL PRIMARY KEY,
  org_id      TEXT NOT NULL REFERENCES organization (id),
  folder_id   TEXT,
  slug        TEXT NOT NULL,
  title       TEXT NOT NULL,
  description TEXT NOT NULL,
  columns     TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL
);
CREATE INDEX data_table_org ON data_table (org_id);

-- doc holds the row's values in the stored form, by column id.
CREATE TABLE data_row (
  seq        INTEGER NOT NULL PRIMARY KEY,
  table_id   TEXT NOT NULL REFERENCES data_table (id),
  org_id     TEXT NOT NULL,
  id         TEXT NOT NULL,
  doc        TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX data_row_id ON data_row (table_id, id);
CREATE INDEX data_row_order ON data_row (table_id, seq);
