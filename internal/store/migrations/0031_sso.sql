-- How an organization's people sign in through its own identity provider. metadata
-- is the last good copy; version counts the changes, and sign-ins from before
-- grants_from hold no more.
CREATE TABLE sso_config (
  org_id           TEXT NOT NULL PRIMARY KEY REFERENCES organization (id),
  enabled          BIGINT NOT NULL,
  version          BIGINT NOT NULL,
  grants_from      BIGINT NOT NULL,
  metadata         TEXT NOT NULL,
  metadata_at      BIGINT NOT NULL,
  metadata_url     TEXT NOT NULL,
  groups_attribute TEXT NOT NULL,
  tried_at         BIGINT NOT NULL DEFAULT 0,
  refresh_error    TEXT NOT NULL DEFAULT '',
  updated_at       BIGINT NOT NULL,
  updated_by       TEXT NOT NULL
);

CREATE TABLE sso_group_role (
  org_id     TEXT NOT NULL,
  group_name TEXT NOT NULL,
  role_id    TEXT NOT NULL,
  PRIMARY KEY (org_id, group_name, role_id)
) WITHOUT ROWID;

-- Who may sign in with a password although everybody else may not.
CREATE TABLE sso_exempt (
  org_id     TEXT NOT NULL,
  account_id TEXT NOT NULL,
  PRIMARY KEY (org_id, account_id)
) WITHOUT ROWID;

CREATE TABLE sso_draft (
  org_id     TEXT NOT NULL PRIMARY KEY REFERENCES organization (id),
  settings   TEXT NOT NULL,
  hash       TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by TEXT NOT NULL
);

-- The key that signs what an organization's identity provider is sent.
CREATE TABLE sso_key (
  id          TEXT NOT NULL PRIMARY KEY,
  org_id      TEXT NOT NULL UNIQUE REFERENCES organization (id),
  sealed      BLOB,
  certificate BLOB NOT NULL,
  created_at  BIGINT NOT NULL
);

CREATE TABLE sso_test (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL,
  account_id TEXT NOT NULL,
  hash       TEXT NOT NULL,
  hint       TEXT NOT NULL,
  result     TEXT NOT NULL,
  ok         BIGINT NOT NULL DEFAULT 0,
  full_admin BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sso_test_org ON sso_test (org_id, created_at);

-- A request that an identity provider was sent, by its ID there.
CREATE TABLE login_request (
  id           TEXT NOT NULL PRIMARY KEY,
  org_id       TEXT NOT NULL,
  purpose      TEXT NOT NULL,
  browser_hash TEXT NOT NULL,
  return_to    TEXT NOT NULL,
  account_id   TEXT NOT NULL,
  test_id      TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  ends_at      BIGINT NOT NULL,
  used_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX login_request_ends ON login_request (ends_at);

-- What an identity provider said that was found good, until the browser that
-- brought it comes back for its session: seconds.
CREATE TABLE sso_arrival (
  hash       TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL,
  request_id TEXT NOT NULL,
  arrival    TEXT NOT NULL,
  ends_at    BIGINT NOT NULL
);

CREATE TABLE saml_seen (
  org_id       TEXT NOT NULL,
  assertion_id TEXT NOT NULL,
  until        BIGINT NOT NULL,
  PRIMARY KEY (org_id, assertion_id)
) WITHOUT ROWID;
CREATE INDEX saml_seen_until ON saml_seen (until);

-- Whom an organization's identity provider means by a name. It is never looked up
-- across organizations.
CREATE TABLE sso_identity (
  org_id       TEXT NOT NULL,
  name_id_key  TEXT NOT NULL,
  account_id   TEXT NOT NULL,
  confirmed_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, name_id_key)
) WITHOUT ROWID;
CREATE INDEX sso_identity_account ON sso_identity (org_id, account_id);

-- Which organizations a session may enter, and by what proof.
CREATE TABLE session_grant (
  session_id    TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  org_id        TEXT NOT NULL,
  method        TEXT NOT NULL,
  version       BIGINT NOT NULL,
  at            BIGINT NOT NULL,
  until         BIGINT NOT NULL,
  name_id_key   TEXT NOT NULL DEFAULT '',
  name_id       TEXT NOT NULL DEFAULT '',
  name_id_format TEXT NOT NULL DEFAULT '',
  session_index TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (session_id, org_id)
) WITHOUT ROWID;
CREATE INDEX session_grant_name ON session_grant (org_id, name_id_key);
INSERT INTO session_grant (session_id, org_id, method, version, at, until) SELECT id, org_id, method, 0, created_at, 0 FROM session;

-- Why sign-ins were refused, for an organization's administrators.
CREATE TABLE sso_trace (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL,
  code       TEXT NOT NULL,
  at         BIGINT NOT NULL,
  purpose    TEXT NOT NULL,
  outcome    TEXT NOT NULL,
  rule       TEXT NOT NULL,
  detail     TEXT NOT NULL,
  want       TEXT NOT NULL,
  got        TEXT NOT NULL,
  subject    TEXT NOT NULL,
  addr       TEXT NOT NULL,
  request_id TEXT NOT NULL
);
CREATE INDEX sso_trace_org ON sso_trace (org_id, id);
