-- Where a record stands in the list of its kind changes only when one goes, or comes
-- in before others: moves counts that (but for the last second of ids, which come
-- in any order). last_id is the greatest id that there was.
ALTER TABLE scim_total ADD COLUMN moves BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scim_total ADD COLUMN last_id TEXT NOT NULL DEFAULT '';
-- postgres: ALTER TABLE scim_total ALTER COLUMN last_id TYPE TEXT COLLATE "C";
UPDATE scim_total SET last_id = COALESCE((SELECT max(r.id) FROM scim_record r WHERE r.org_id = scim_total.org_id AND r.kind = scim_total.kind), '');
