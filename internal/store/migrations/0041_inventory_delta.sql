-- How far the events of a tenant's log were applied to what is known of it: all up to
-- the number cursor. Times are when events were last looked at, when what changed was
-- last read whatever events said, and when a delta last changed something.
CREATE TABLE inventory_delta (
  tenant     BIGINT NOT NULL PRIMARY KEY,
  cursor     BIGINT NOT NULL,
  looked_at  BIGINT NOT NULL,
  net_at     BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- Of what edges events told lately, and when those were published. from_no or to_no is
-- 0 where all edges at the other end were read, which began then.
CREATE TABLE inventory_told (
  tenant   BIGINT NOT NULL,
  relation SMALLINT NOT NULL,
  from_no  BIGINT NOT NULL,
  to_no    BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  PRIMARY KEY (tenant, relation, from_no, to_no)
) WITHOUT ROWID;
