-- The Okta orgs that organizations look at. no stands for one in what follows.
CREATE TABLE tenant (
  no            INTEGER NOT NULL PRIMARY KEY,
  id            TEXT NOT NULL,
  org_id        TEXT NOT NULL REFERENCES organization (id),
  okta_id       TEXT NOT NULL,
  domain        TEXT NOT NULL,
  name          TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  created_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX tenant_id ON tenant (id);
CREATE UNIQUE INDEX tenant_okta ON tenant (org_id, okta_id);

-- All that there ever was in a tenant, or that an edge leads to, by a number:
-- edges are many, and Okta's ids are long.
CREATE TABLE inventory_entity (
  no      INTEGER NOT NULL PRIMARY KEY,
  tenant  BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  okta_id TEXT NOT NULL
);
-- postgres: ALTER TABLE inventory_entity ALTER COLUMN okta_id TYPE TEXT COLLATE "C";
-- postgres: ALTER TABLE inventory_entity ALTER COLUMN kind TYPE TEXT COLLATE "C";
CREATE UNIQUE INDEX inventory_entity_id ON inventory_entity (tenant, kind, okta_id);

-- What an entity was like, and from when until when; 9223372036854775807 is
-- still. The body is compressed; folded is the name as it is searched for. kind
-- and tenant are the entity's.
CREATE TABLE inventory_version (
  entity     BIGINT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to   BIGINT NOT NULL,
  tenant     BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  folded     TEXT NOT NULL,
  digest     BLOB NOT NULL,
  body       BLOB NOT NULL,
  PRIMARY KEY (entity, valid_from)
);
-- postgres: ALTER TABLE inventory_version ALTER COLUMN folded TYPE TEXT COLLATE "C";
-- postgres: ALTER TABLE inventory_version ALTER COLUMN kind TYPE TEXT COLLATE "C";
CREATE INDEX inventory_version_now ON inventory_version (tenant, kind, folded, entity) WHERE valid_to = 9223372036854775807;
CREATE INDEX inventory_version_begun ON inventory_version (tenant, valid_from);
CREATE INDEX inventory_version_ended ON inventory_version (tenant, valid_to) WHERE valid_to <> 9223372036854775807;

-- The same of edges; relation is its number.
CREATE TABLE inventory_edge (
  from_no    BIGINT NOT NULL,
  relation   SMALLINT NOT NULL,
  to_no      BIGINT NOT NULL,
  okta_id    TEXT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to   BIGINT NOT NULL,
  tenant     BIGINT NOT NULL,
  body       TEXT NOT NULL,
  PRIMARY KEY (from_no, relation, to_no, okta_id, valid_from)
) WITHOUT ROWID;
CREATE INDEX inventory_edge_to ON inventory_edge (to_no, relation);
CREATE INDEX inventory_edge_begun ON inventory_edge (tenant, valid_from);
CREATE INDEX inventory_edge_ended ON inventory_edge (tenant, valid_to) WHERE valid_to <> 9223372036854775807;

-- How much is seen of each collection of a tenant.
CREATE TABLE inventory_sight (
  tenant    BIGINT NOT NULL,
  name      TEXT NOT NULL,
  visible   TEXT NOT NULL,
  said      TEXT NOT NULL,
  full_at   BIGINT NOT NULL,
  delta_at  BIGINT NOT NULL,
  truncated BOOLEAN NOT NULL,
  PRIMARY KEY (tenant, name)
) WITHOUT ROWID;

-- Readings of a whole tenant. sights are what was seen of each collection when it
-- ended, as JSON.
CREATE TABLE inventory_sync (
  no         INTEGER NOT NULL PRIMARY KEY,
  id         TEXT NOT NULL,
  tenant     BIGINT NOT NULL,
  state      TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  beat_at    BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL,
  error      TEXT NOT NULL,
  progress   TEXT NOT NULL,
  sights     TEXT NOT NULL
);
CREATE UNIQUE INDEX inventory_sync_id ON inventory_sync (id);
CREATE UNIQUE INDEX inventory_sync_one ON inventory_sync (tenant) WHERE state = 'running';
CREATE INDEX inventory_sync_started ON inventory_sync (tenant, started_at);

-- What a sync that runs has read and is to read; it is forgotten when it ends.
CREATE TABLE inventory_task (
  sync_no BIGINT NOT NULL,
  no      BIGINT NOT NULL,
  step    TEXT NOT NULL,
  kind    TEXT NOT NULL,
  okta_id TEXT NOT NULL,
  target  TEXT NOT NULL,
  rank    BIGINT NOT NULL,
  pages   BIGINT NOT NULL,
  done    BOOLEAN NOT NULL,
  kept    BLOB NOT NULL,
  results TEXT NOT NULL,
  PRIMARY KEY (sync_no, no)
);

-- What its pages held: the numbers of the entities that were seen, and the edges of
-- lists that are not at their end.
CREATE TABLE inventory_page (
  sync_no BIGINT NOT NULL,
  task    BIGINT NOT NULL,
  page    BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  body    BLOB NOT NULL,
  PRIMARY KEY (sync_no, task, page, kind)
);
