-- What started a run besides its input: who, for whom, at which time, in which
-- round of which caller. And the HTTP answer that it gave.
ALTER TABLE flow_run ADD COLUMN context BLOB;
ALTER TABLE flow_run ADD COLUMN answer BLOB;
