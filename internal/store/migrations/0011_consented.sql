-- Who signed in to a connection, and when: the grant's own time changes with
-- every new refresh token.
ALTER TABLE connection_grant ADD COLUMN consented_by TEXT NOT NULL DEFAULT '';
ALTER TABLE connection_grant ADD COLUMN consented_at BIGINT NOT NULL DEFAULT 0;
