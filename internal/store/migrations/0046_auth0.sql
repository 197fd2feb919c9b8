-- What is read may be an Auth0 tenant, too: provider says whose API it is. okta_id is
-- the host of one.
ALTER TABLE tenant ADD COLUMN provider TEXT NOT NULL DEFAULT 'okta';

-- By what people are found from another provider: mail addresses, and the ids by which
-- a directory knows them. An entity may have changed since: who reads it here looks.
CREATE TABLE inventory_key (
  tenant BIGINT NOT NULL,
  name   TEXT NOT NULL,
  entity BIGINT NOT NULL,
  PRIMARY KEY (tenant, name, entity)
) WITHOUT ROWID;
-- postgres: ALTER TABLE inventory_key ALTER COLUMN name TYPE TEXT COLLATE "C";

-- Where the message of a notice stands, as JSON, for who changes it later; empty where
-- that is not known.
ALTER TABLE notice ADD COLUMN place TEXT NOT NULL DEFAULT '';
