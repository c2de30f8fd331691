-- Where a worker's node is reached: a lone coordinator that was started again asks its workers back in. And when a coordinator ended in good
-- order: until its heartbeat is old, or it said that it ends, nobody takes the next epoch.
ALTER TABLE nodes ADD COLUMN address text CHECK (address <> '');
ALTER TABLE coordinators ADD COLUMN ended_at timestamptz;
COMMENT ON COLUMN nodes.address IS 'Address of its node in the cluster; null in rows of earlier versions.';
COMMENT ON COLUMN coordinators.ended_at IS 'When it ended in good order; null while it works, and for ever where it was killed.';
