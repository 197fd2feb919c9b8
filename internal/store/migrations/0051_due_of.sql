-- Which groups of correlations are due is asked all the time, of one organization.
CREATE INDEX correlation_due ON correlation (org_id, ends_at);
DROP INDEX correlation_ends;

-- The open alert that takes a hit is the newest of its rule and entity: not all are read.
CREATE INDEX alert_taking_by ON alert (org_id, rule_id, entity_kind, entity_key, last_at) WHERE state <> 'closed';
DROP INDEX alert_taking;
