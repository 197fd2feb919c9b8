-- What the organization's own identity provider calls a member; empty for what the
-- account says. The account's own name and address stay the person's.
ALTER TABLE membership ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE membership ADD COLUMN user_name TEXT NOT NULL DEFAULT '';

-- A link by which the person behind a pending membership says that an address is
-- theirs: one for each, replaced by the next, gone when it was used.
CREATE TABLE confirmation (
  org_id     TEXT NOT NULL,
  account_id TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  address    TEXT NOT NULL,
  origin     TEXT NOT NULL,
  return_to  TEXT NOT NULL,
  letter_id  TEXT NOT NULL,
  unsent     TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ends_at    BIGINT NOT NULL,
  PRIMARY KEY (org_id, account_id),
  FOREIGN KEY (org_id, account_id) REFERENCES membership (org_id, account_id)
);

-- Users and groups as identity providers know them. Every member has a record: of
-- one that nobody pushed the document is empty, and is made of name, label and
-- active. Of a user who is no member, account_id is empty. The keys are folded.
CREATE TABLE scim_record (
  org_id      TEXT NOT NULL REFERENCES organization (id),
  kind        TEXT NOT NULL,
  id          TEXT NOT NULL,
  name        TEXT NOT NULL,
  name_key    TEXT NOT NULL,
  label       TEXT NOT NULL,
  label_key   TEXT NOT NULL,
  external_id TEXT NOT NULL,
  active      BIGINT NOT NULL,
  account_id  TEXT NOT NULL,
  document    TEXT NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  PRIMARY KEY (org_id, kind, id)
);
-- postgres: ALTER TABLE scim_record ALTER COLUMN id TYPE TEXT COLLATE "C";
CREATE UNIQUE INDEX scim_record_name ON scim_record (org_id, kind, name_key);
CREATE INDEX scim_record_label ON scim_record (org_id, kind, label_key) WHERE label_key <> '';
CREATE INDEX scim_record_external ON scim_record (org_id, kind, external_id) WHERE external_id <> '';
CREATE UNIQUE INDEX scim_record_account ON scim_record (org_id, account_id) WHERE account_id <> '';

CREATE TABLE scim_email (
  org_id    TEXT NOT NULL,
  email_key TEXT NOT NULL,
  user_id   TEXT NOT NULL,
  PRIMARY KEY (org_id, email_key, user_id)
) WITHOUT ROWID;
CREATE INDEX scim_email_user ON scim_email (org_id, user_id);

CREATE TABLE scim_member (
  org_id   TEXT NOT NULL,
  group_id TEXT NOT NULL,
  user_id  TEXT NOT NULL,
  display  TEXT NOT NULL,
  PRIMARY KEY (org_id, group_id, user_id)
) WITHOUT ROWID;
-- postgres: ALTER TABLE scim_member ALTER COLUMN group_id TYPE TEXT COLLATE "C", ALTER COLUMN user_id TYPE TEXT COLLATE "C";
CREATE INDEX scim_member_user ON scim_member (org_id, user_id);

-- How many records there are: every page of a list says so.
CREATE TABLE scim_total (
  org_id TEXT NOT NULL,
  kind   TEXT NOT NULL,
  total  BIGINT NOT NULL,
  PRIMARY KEY (org_id, kind)
) WITHOUT ROWID;

INSERT INTO scim_record (org_id, kind, id, name, name_key, label, label_key, external_id, active, account_id, document, version, created_at, updated_at)
  SELECT m.org_id, 'User', a.id, a.email, a.email_key, a.name, lower(a.name), '', 1, a.id, '', 1, m.created_at, m.created_at FROM membership m JOIN account a ON a.id = m.account_id;
INSERT INTO scim_email (org_id, email_key, user_id) SELECT m.org_id, a.email_key, a.id FROM membership m JOIN account a ON a.id = m.account_id;
INSERT INTO scim_total (org_id, kind, total) SELECT org_id, kind, count(*) FROM scim_record GROUP BY org_id, kind;

-- The secrets by which identity providers speak for their organization. The present
-- one has no end; sealed is its text, until it is replaced. What was refused since it
-- was made is counted with it.
CREATE TABLE scim_key (
  id          TEXT NOT NULL PRIMARY KEY,
  org_id      TEXT NOT NULL REFERENCES organization (id),
  secret_hash TEXT NOT NULL,
  sealed      BLOB,
  created_by  TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  ends_at     BIGINT NOT NULL DEFAULT 0,
  used_at     BIGINT NOT NULL DEFAULT 0,
  used_agent  TEXT NOT NULL DEFAULT '',
  used_addr   TEXT NOT NULL DEFAULT '',
  failures    BIGINT NOT NULL DEFAULT 0,
  failed_at   BIGINT NOT NULL DEFAULT 0,
  failed_agent TEXT NOT NULL DEFAULT '',
  failed_addr TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX scim_key_present ON scim_key (org_id) WHERE ends_at = 0;

-- What was asked and answered lately, for who looks why provisioning does not work.
CREATE TABLE scim_exchange (
  org_id   TEXT NOT NULL,
  id       TEXT NOT NULL,
  at       BIGINT NOT NULL,
  took     BIGINT NOT NULL,
  method   TEXT NOT NULL,
  path     TEXT NOT NULL,
  status   BIGINT NOT NULL,
  cause    TEXT NOT NULL,
  request  TEXT NOT NULL,
  response TEXT NOT NULL,
  agent    TEXT NOT NULL,
  addr     TEXT NOT NULL,
  PRIMARY KEY (org_id, id)
);
