-- Tests of rules over stored events: what was asked and what it came to as JSON,
-- and when the one that runs was last known to.
CREATE TABLE backtest (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organization (id),
  account_id TEXT NOT NULL,
  title      TEXT NOT NULL,
  question   TEXT NOT NULL,
  state      TEXT NOT NULL,
  total      BIGINT NOT NULL,
  report     TEXT NOT NULL,
  error      TEXT,
  created_at BIGINT NOT NULL,
  beat_at    BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX backtest_org ON backtest (org_id, id);
