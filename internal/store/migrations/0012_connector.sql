-- The connector files that organizations have made themselves.
CREATE TABLE connector_definition (
  org_id     TEXT NOT NULL REFERENCES organization (id),
  id         TEXT NOT NULL,
  text       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, id)
);
