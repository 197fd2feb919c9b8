-- What somebody consented to: the refresh token of a connection, sealed. It is
-- not in the connection's row, because it changes while the connection is used.
CREATE TABLE connection_grant (
  connection_id TEXT NOT NULL PRIMARY KEY REFERENCES connection (id) ON DELETE CASCADE,
  org_id        TEXT NOT NULL REFERENCES organization (id),
  sealed        BLOB NOT NULL,
  updated_at    BIGINT NOT NULL
);

-- A browser that was sent to an authorization server, and is to come back.
CREATE TABLE consent_attempt (
  state_hash    TEXT NOT NULL PRIMARY KEY,
  org_id        TEXT NOT NULL REFERENCES organization (id),
  connection_id TEXT NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
  session_id    TEXT NOT NULL,
  sealed        BLOB NOT NULL,
  ends_at       BIGINT NOT NULL
);
