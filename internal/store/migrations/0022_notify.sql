-- Where people are told of alerts. doc is the plan: what is told, where in the
-- connection, and when not. What is overdue was looked for up to looked_at.
CREATE TABLE notification_channel (
  id            TEXT NOT NULL PRIMARY KEY,
  org_id        TEXT NOT NULL REFERENCES organization (id),
  name          TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  doc           TEXT NOT NULL,
  enabled       BOOLEAN NOT NULL,
  looked_at     BIGINT NOT NULL,
  sent_at       BIGINT NOT NULL DEFAULT 0,
  error         TEXT NOT NULL DEFAULT '',
  error_at      BIGINT NOT NULL DEFAULT 0,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  UNIQUE (org_id, name)
);

-- One for each alert, moment and channel. digest_id is the notice whose job sends
-- this one in the same message.
CREATE TABLE notice (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  alert_id   TEXT NOT NULL,
  moment     TEXT NOT NULL,
  occasion   TEXT NOT NULL,
  severity   BIGINT NOT NULL,
  state      TEXT NOT NULL,
  digest_id  TEXT,
  attempts   BIGINT NOT NULL DEFAULT 0,
  not_before BIGINT NOT NULL DEFAULT 0,
  sent_at    BIGINT NOT NULL DEFAULT 0,
  error      TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (channel_id, alert_id, moment, occasion)
);
CREATE INDEX notice_of_channel ON notice (channel_id, created_at);
CREATE INDEX notice_held ON notice (channel_id) WHERE state = 'held';
CREATE INDEX notice_digest ON notice (digest_id) WHERE digest_id IS NOT NULL;

-- The requests of Slack that were answered, by their signatures, for as long as
-- one of them could be sent again.
CREATE TABLE slack_request (
  signature TEXT NOT NULL PRIMARY KEY,
  at        BIGINT NOT NULL
);

CREATE INDEX alert_ack_due ON alert (org_id, ack_due_at) WHERE state = 'open';
CREATE INDEX alert_close_due ON alert (org_id, close_due_at) WHERE state <> 'closed';
