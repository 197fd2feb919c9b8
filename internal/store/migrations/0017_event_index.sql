-- The index of events: blocks that say where words and values occur (package
-- search), each in pages. A page's id is its block's, times 16,777,216, plus its
-- number. All of it can be made anew from the events.
CREATE TABLE event_block (
  id        INTEGER NOT NULL PRIMARY KEY,
  org_id    TEXT NOT NULL,
  docs      BIGINT NOT NULL,
  bits      BIGINT NOT NULL,
  first_at  BIGINT NOT NULL,
  first_seq BIGINT NOT NULL,
  last_at   BIGINT NOT NULL,
  last_seq  BIGINT NOT NULL,
  min_seq   BIGINT NOT NULL,
  max_seq   BIGINT NOT NULL,
  size      BIGINT NOT NULL
);
CREATE INDEX event_block_last ON event_block (org_id, last_at);
CREATE TABLE event_page (
  id   INTEGER NOT NULL PRIMARY KEY,
  body BLOB NOT NULL
);
-- postgres: ALTER TABLE event_page ALTER COLUMN body SET STORAGE EXTERNAL;

-- Up to which event, in the order of acceptance, all are in blocks.
CREATE TABLE event_index (
  id  BIGINT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL
);
INSERT INTO event_index (id, seq) VALUES (1, 0);

-- Searches that people keep.
CREATE TABLE event_search (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organization (id),
  account_id TEXT NOT NULL REFERENCES account (id),
  name       TEXT NOT NULL,
  shared     BOOLEAN NOT NULL,
  query      TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX event_search_org ON event_search (org_id, name);
