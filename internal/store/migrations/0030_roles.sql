-- Roles: the builtin ones are in the program, these are an organization's own. A
-- member may have several, each by hand, by a sign-in or by a push.
CREATE TABLE role (
  id          TEXT NOT NULL PRIMARY KEY,
  org_id      TEXT NOT NULL REFERENCES organization (id),
  name        TEXT NOT NULL,
  permissions TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX role_name ON role (org_id, lower(name));

CREATE TABLE member_role (
  org_id     TEXT NOT NULL,
  account_id TEXT NOT NULL,
  role_id    TEXT NOT NULL,
  source     TEXT NOT NULL,
  PRIMARY KEY (org_id, account_id, role_id, source),
  FOREIGN KEY (org_id, account_id) REFERENCES membership (org_id, account_id)
) WITHOUT ROWID;
CREATE INDEX member_role_role ON member_role (org_id, role_id);

INSERT INTO member_role (org_id, account_id, role_id, source)
  SELECT org_id, account_id, CASE role WHEN 'viewer' THEN 'auditor' ELSE role END, 'manual' FROM membership;
ALTER TABLE membership DROP COLUMN role;
ALTER TABLE membership ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE membership ADD COLUMN origin TEXT NOT NULL DEFAULT 'local';

UPDATE flow_delegate SET subject = 'auditor' WHERE kind = 'role' AND subject = 'viewer'
  AND NOT EXISTS (SELECT 1 FROM flow_delegate d WHERE d.flow_id = flow_delegate.flow_id AND d.kind = 'role' AND d.subject = 'auditor');

-- API tokens have permissions of their own: those of the role that they had.
ALTER TABLE api_token ADD COLUMN permissions TEXT NOT NULL DEFAULT '[]';
UPDATE api_token SET permissions = CASE role
  WHEN 'admin' THEN '["flows:read","flows:write","flows:run","flows:delegate","templates:install","runs:read","runs:cancel","tables:read","tables:write","connections:read","connections:write","sources:read","sources:write","events:read","events:raw","alerts:read","alerts:write","responses:run","rules:read","rules:write","channels:read","channels:write","actions:read","actions:undo","guard:read","guard:write","members:read","members:write","tokens:write","rehearse"]'
  WHEN 'responder' THEN '["flows:read","flows:write","flows:run","flows:delegate","templates:install","runs:read","runs:cancel","tables:read","tables:write","connections:read","sources:read","sources:write","events:read","events:raw","alerts:read","alerts:write","responses:run","rules:read","rules:write","channels:read","channels:write","actions:read","actions:undo","guard:read","tokens:write","rehearse"]'
  WHEN 'analyst' THEN '["flows:read","flows:run","flows:delegate","runs:read","tables:read","connections:read","sources:read","events:read","events:raw","alerts:read","alerts:write","responses:run","rules:read","channels:read","actions:read","guard:read"]'
  WHEN 'viewer' THEN '["flows:read","flows:delegate","runs:read","tables:read","connections:read","sources:read","events:read","events:raw","alerts:read","rules:read","channels:read","actions:read","guard:read"]'
  ELSE '[]' END;
ALTER TABLE api_token DROP COLUMN role;
