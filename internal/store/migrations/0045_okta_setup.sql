-- Apps that are made in Okta orgs to connect them: what was asked and how far it came
-- as JSON, and when the one that runs was last known to. stop says that somebody wants
-- it ended. The token that is lent for it stands nowhere.
CREATE TABLE okta_setup (
  id         TEXT NOT NULL PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organization (id),
  account_id TEXT NOT NULL,
  state      TEXT NOT NULL,
  wish       TEXT NOT NULL,
  report     TEXT NOT NULL,
  stop       SMALLINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  beat_at    BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX okta_setup_org ON okta_setup (org_id, id);
