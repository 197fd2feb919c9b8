-- What the server writes to people in its own name. sealed is what a letter says;
-- it is wiped once it is sent or has expired. Until held_until one attempt at it is
-- under way. address is the recipient as letters are counted by.
CREATE TABLE letter (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  recipient  TEXT NOT NULL,
  address    TEXT NOT NULL,
  state      TEXT NOT NULL,
  sealed     BLOB,
  attempts   BIGINT NOT NULL DEFAULT 0,
  due_at     BIGINT NOT NULL,
  held_until BIGINT NOT NULL DEFAULT 0,
  sent_at    BIGINT NOT NULL DEFAULT 0,
  error      TEXT NOT NULL DEFAULT '',
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX letter_of_org ON letter (org_id, created_at);
CREATE INDEX letter_of_address ON letter (address, created_at);
CREATE INDEX letter_sealed ON letter (expires_at) WHERE sealed IS NOT NULL;
