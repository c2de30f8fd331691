-- One row per grant of a shard, and how it ended.
CREATE VIEW v_attempts AS
SELECT s.run_id, a.shard_id, a.attempt, a.worker, a.device_name AS device, s.backend, a.epoch, a.granted_at, a.ended_at, a.ending, a.cell_id, a.detail,
       EXTRACT(EPOCH FROM COALESCE(a.ended_at, now()) - a.granted_at)::double precision AS seconds
FROM attempts a JOIN shards s USING (shard_id);

COMMENT ON VIEW v_attempts IS 'One row per grant of a shard, and how it ended.';
COMMENT ON COLUMN v_attempts.run_id IS 'The run.';
COMMENT ON COLUMN v_attempts.shard_id IS 'The shard.';
COMMENT ON COLUMN v_attempts.attempt IS 'Which grant of it: the fencing token.';
COMMENT ON COLUMN v_attempts.worker IS 'Who held it.';
COMMENT ON COLUMN v_attempts.device IS 'On which device, in words.';
COMMENT ON COLUMN v_attempts.backend IS 'What ran its cells.';
COMMENT ON COLUMN v_attempts.epoch IS 'Which coordinator granted it.';
COMMENT ON COLUMN v_attempts.granted_at IS 'When it was granted.';
COMMENT ON COLUMN v_attempts.ended_at IS 'When it ended.';
COMMENT ON COLUMN v_attempts.ending IS 'done, lost, crashed, timed-out, returned or cancelled; null while it is held.';
COMMENT ON COLUMN v_attempts.cell_id IS 'The cell that was running when it ended badly.';
COMMENT ON COLUMN v_attempts.detail IS 'Its story in one line.';
COMMENT ON COLUMN v_attempts.seconds IS 'How long it was held.';
