-- What starts the published flows that are switched on, besides events and
-- requests: the clock, or a change of a table's rows. Written with the flow.
CREATE TABLE flow_start (
  flow_id   TEXT NOT NULL PRIMARY KEY REFERENCES flow (id),
  org_id    TEXT NOT NULL,
  version   BIGINT NOT NULL,
  save_data BOOLEAN NOT NULL,
  priority  BIGINT NOT NULL,
  schedule  TEXT,
  next_at   BIGINT NOT NULL DEFAULT 0,
  table_id  TEXT,
  changes   TEXT
);
CREATE INDEX flow_start_next ON flow_start (next_at) WHERE next_at > 0;
CREATE INDEX flow_start_table ON flow_start (table_id) WHERE table_id IS NOT NULL;

-- The address of a flow that HTTP requests start: a name for it, and the hash of
-- its client token.
CREATE TABLE flow_endpoint (
  flow_id    TEXT NOT NULL PRIMARY KEY REFERENCES flow (id),
  org_id     TEXT NOT NULL,
  alias      TEXT,
  token_hash TEXT,
  token_hint TEXT,
  token_at   BIGINT NOT NULL DEFAULT 0,
  UNIQUE (org_id, alias)
);

-- Who may run a delegated flow: accounts, and everybody of a role.
CREATE TABLE flow_delegate (
  flow_id TEXT NOT NULL REFERENCES flow (id),
  org_id  TEXT NOT NULL,
  kind    TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (flow_id, kind, subject)
);

-- depth: how many changes of rows, each by a run that the one before started,
-- led to the run. concurrency: how many runs of its flow may be under way, for a
-- run that asked; held: 1 while it has to wait for them, 2 once it is called.
ALTER TABLE flow_run ADD COLUMN depth BIGINT NOT NULL DEFAULT 0;
ALTER TABLE flow_run ADD COLUMN concurrency BIGINT NOT NULL DEFAULT 0;
ALTER TABLE flow_run ADD COLUMN held BIGINT NOT NULL DEFAULT 0;
DROP INDEX flow_run_open;
CREATE INDEX flow_run_open ON flow_run (state, flow_id) WHERE ended_at = 0;
CREATE INDEX flow_run_answer ON flow_run (ended_at) WHERE answer IS NOT NULL;
