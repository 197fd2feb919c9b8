CREATE TABLE organization (
  id         TEXT NOT NULL PRIMARY KEY,
  slug       TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

-- A person. People are not of an organization; their memberships are.
CREATE TABLE account (
  id            TEXT NOT NULL PRIMARY KEY,
  email         TEXT NOT NULL,
  email_key     TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  password_hash TEXT,
  created_at    BIGINT NOT NULL,
  disabled_at   BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE membership (
  org_id     TEXT NOT NULL REFERENCES organization (id),
  account_id TEXT NOT NULL REFERENCES account (id),
  role       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, account_id)
);
CREATE INDEX membership_account ON membership (account_id);

CREATE TABLE session (
  id         TEXT NOT NULL PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  account_id TEXT NOT NULL REFERENCES account (id),
  org_id     TEXT NOT NULL REFERENCES organization (id),
  method     TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  ends_at    BIGINT NOT NULL,
  agent      TEXT NOT NULL,
  addr       TEXT NOT NULL
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE api_token (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organization (id),
  account_id TEXT NOT NULL REFERENCES account (id),
  name       TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  role       TEXT NOT NULL,
  hint       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL DEFAULT 0,
  ends_at    BIGINT NOT NULL DEFAULT 0
);

-- A link that signs in: once for the first administrator, and as often as wanted
-- for a demo.
CREATE TABLE signin_link (
  token_hash TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organization (id),
  account_id TEXT,
  purpose    TEXT NOT NULL,
  ends_at    BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0
);
