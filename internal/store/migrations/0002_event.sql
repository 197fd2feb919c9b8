CREATE TABLE source (
  id            TEXT NOT NULL PRIMARY KEY,
  org_id        TEXT NOT NULL REFERENCES organization (id),
  name          TEXT NOT NULL,
  kind          TEXT NOT NULL,
  connection_id TEXT,
  poll          BOOLEAN NOT NULL,
  hook          BOOLEAN NOT NULL,
  enabled       BOOLEAN NOT NULL,
  start_at      BIGINT NOT NULL,
  hook_secret   BLOB,
  hook_id       TEXT,
  cursor        TEXT,
  event_count   BIGINT NOT NULL DEFAULT 0,
  last_event_at BIGINT NOT NULL DEFAULT 0,
  last_hook_at  BIGINT NOT NULL DEFAULT 0,
  last_poll_at  BIGINT NOT NULL DEFAULT 0,
  error         TEXT,
  error_at      BIGINT NOT NULL DEFAULT 0,
  failures      BIGINT NOT NULL DEFAULT 0,
  created_at    BIGINT NOT NULL,
  UNIQUE (org_id, name)
);

-- raw is the event as it came, compressed; key is its uuid, turned so that keys
-- rise with time.
CREATE TABLE event (
  seq            INTEGER NOT NULL PRIMARY KEY,
  org_id         TEXT NOT NULL,
  key            BLOB NOT NULL,
  source_id      TEXT NOT NULL,
  type           TEXT NOT NULL,
  published_at   BIGINT NOT NULL,
  received_at    BIGINT NOT NULL,
  severity       TEXT NOT NULL,
  outcome        TEXT NOT NULL,
  actor_id       TEXT NOT NULL,
  actor_login    TEXT NOT NULL,
  ip             TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  session_id     TEXT NOT NULL,
  message        TEXT NOT NULL,
  raw            BLOB NOT NULL
);
CREATE UNIQUE INDEX event_key ON event (org_id, key);
CREATE INDEX event_published ON event (org_id, published_at);

-- Who of several processes does a thing that only one may do at a time.
CREATE TABLE lease (
  name   TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  until  BIGINT NOT NULL
);
