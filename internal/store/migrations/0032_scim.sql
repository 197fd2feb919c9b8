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
