-- What people prove themselves with beside a password: an authenticator app, whose
-- secret is sealed, or a passkey. used is the step of the last code that was taken.
CREATE TABLE factor (
  id         TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  credential TEXT NOT NULL,
  sealed     BLOB NOT NULL,
  used       BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX factor_account ON factor (account_id);
CREATE UNIQUE INDEX factor_credential ON factor (credential) WHERE credential <> '';

CREATE TABLE recovery_code (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  code_hash  TEXT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, code_hash)
) WITHOUT ROWID;

-- Somebody who has given a part of what is asked: no session yet, or none that is
-- fresh. account_id is empty where anybody may answer.
CREATE TABLE signin_step (
  token_hash TEXT NOT NULL PRIMARY KEY,
  kind       TEXT NOT NULL,
  account_id TEXT NOT NULL,
  org_id     TEXT NOT NULL,
  session_id TEXT NOT NULL,
  sealed     BLOB,
  tries      BIGINT NOT NULL DEFAULT 0,
  ends_at    BIGINT NOT NULL
);
CREATE INDEX signin_step_end ON signin_step (ends_at);

CREATE TABLE password_reset (
  token_hash TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  ends_at    BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX password_reset_account ON password_reset (account_id);

CREATE TABLE invitation (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organization (id),
  token_hash TEXT NOT NULL UNIQUE,
  email      TEXT NOT NULL,
  email_key  TEXT NOT NULL,
  name       TEXT NOT NULL,
  roles      TEXT NOT NULL,
  invited_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at    BIGINT NOT NULL,
  ends_at    BIGINT NOT NULL,
  UNIQUE (org_id, email_key)
);

-- How an organization's people sign in. Spans are whole seconds; 0 is what the
-- server says.
CREATE TABLE signin_policy (
  org_id        TEXT NOT NULL PRIMARY KEY REFERENCES organization (id),
  idle          BIGINT NOT NULL,
  absolute      BIGINT NOT NULL,
  second_factor BIGINT NOT NULL,
  token_life    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL
);

-- From where, and with what, somebody has signed in.
CREATE TABLE known_device (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  device     TEXT NOT NULL,
  seen_at    BIGINT NOT NULL,
  PRIMARY KEY (account_id, device)
) WITHOUT ROWID;

ALTER TABLE session ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN second TEXT NOT NULL DEFAULT '';
UPDATE session SET proved_at = created_at;
ALTER TABLE api_token ADD COLUMN seen_addr TEXT NOT NULL DEFAULT '';
