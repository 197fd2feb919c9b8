-- Notices tell of findings and of plans, too: about_id is what a notice is about, by
-- its moment an alert, a judgement, a tenant or a plan; news is what is told of
-- findings, as JSON. Exceptions that are over soon were looked for up to told_at.
ALTER TABLE notice RENAME COLUMN alert_id TO about_id;
ALTER TABLE notice ADD COLUMN news TEXT NOT NULL DEFAULT '';
ALTER TABLE notification_channel ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;
