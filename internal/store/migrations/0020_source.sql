-- How a source is shown, the ways by which it gets events besides polling and the
-- hook, what was found out about its Okta org, and the test of the whole.
-- A sum is the SHA-256 of a secret; that of the one before holds until a time.
ALTER TABLE source ADD COLUMN category TEXT NOT NULL DEFAULT 'identity';
ALTER TABLE source ADD COLUMN stream BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE source ADD COLUMN file BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE source ADD COLUMN hook_types TEXT;
ALTER TABLE source ADD COLUMN hook_before_sum BLOB;
ALTER TABLE source ADD COLUMN hook_before_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN token_sum BLOB;
ALTER TABLE source ADD COLUMN token_old_sum BLOB;
ALTER TABLE source ADD COLUMN token_old_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN last_stream_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN findings TEXT;
ALTER TABLE source ADD COLUMN trial_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN trial_event TEXT;
ALTER TABLE source ADD COLUMN trial_at BIGINT NOT NULL DEFAULT 0;
UPDATE source SET file = TRUE WHERE poll = FALSE AND hook = FALSE;
CREATE UNIQUE INDEX source_token ON source (token_sum);
CREATE UNIQUE INDEX source_token_old ON source (token_old_sum);

-- What a source did, by the minute: its beginning in microseconds, how many events
-- were new, how many batches came, how many attempts failed, and the longest time
-- in microseconds from an event's being published to its being accepted. It is
-- forgotten after a day.
CREATE TABLE source_minute (
  source_id TEXT NOT NULL,
  at        BIGINT NOT NULL,
  events    BIGINT NOT NULL,
  batches   BIGINT NOT NULL,
  errors    BIGINT NOT NULL,
  lag       BIGINT NOT NULL,
  PRIMARY KEY (source_id, at)
);
