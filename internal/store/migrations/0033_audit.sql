-- The audit log: one chain an organization, each entry with the hash of the one
-- before. The head says where the chain ends, the anchor where what is kept begins.
CREATE TABLE audit_entry (
  org_id     TEXT NOT NULL,
  seq        BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  actor      TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  action     TEXT NOT NULL,
  object     TEXT NOT NULL,
  outcome    TEXT NOT NULL,
  detail     TEXT NOT NULL,
  addr       TEXT NOT NULL,
  request_id TEXT NOT NULL,
  prev       TEXT NOT NULL,
  hash       TEXT NOT NULL,
  PRIMARY KEY (org_id, seq)
) WITHOUT ROWID;

CREATE TABLE audit_head (
  org_id      TEXT NOT NULL PRIMARY KEY,
  seq         BIGINT NOT NULL,
  hash        TEXT NOT NULL,
  anchor_seq  BIGINT NOT NULL DEFAULT 0,
  anchor_hash TEXT NOT NULL DEFAULT ''
);

-- How far the log was sent on.
CREATE TABLE audit_sent (
  target TEXT NOT NULL,
  org_id TEXT NOT NULL,
  seq    BIGINT NOT NULL,
  PRIMARY KEY (target, org_id)
) WITHOUT ROWID;
