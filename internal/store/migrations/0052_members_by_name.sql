-- The people of an organization are read page by page, by the bytes of their names.
CREATE INDEX membership_name ON membership (org_id, name COLLATE BINARY, account_id);
