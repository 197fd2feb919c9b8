-- The servers that work on this database. Each writes its row every few seconds;
-- gone_at is when another found that it was dead, else 0. migration is the newest
-- that it knows, keys the numbers of the keys in its key file.
CREATE TABLE node (
  id         TEXT NOT NULL PRIMARY KEY,
  host       TEXT NOT NULL,
  addr       TEXT NOT NULL,
  version    TEXT NOT NULL,
  migration  TEXT NOT NULL,
  workers    BIGINT NOT NULL,
  keys       TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  gone_at    BIGINT NOT NULL
) WITHOUT ROWID;

-- Migrations that took away what older programs use: needs is the migration that a
-- program must know to work on the schema since.
CREATE TABLE contraction (
  name  TEXT NOT NULL PRIMARY KEY,
  needs TEXT NOT NULL
) WITHOUT ROWID;
