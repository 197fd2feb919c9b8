-- How long an organization's events are kept: days since they were published, and
-- bytes that they take; 0 for no bound.
CREATE TABLE event_retention (
  org_id     TEXT NOT NULL PRIMARY KEY REFERENCES organization (id),
  days       BIGINT NOT NULL,
  bytes      BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
