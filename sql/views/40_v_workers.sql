-- One row per device of every known worker, with what it is doing.
CREATE VIEW v_workers AS
SELECT n.worker, n.host, n.state, d.device_id, d.backend, d.name AS device, d.memory_bytes, d.compute_units, d.driver,
       s.run_id, s.shard_id, s.attempt, s.share, s.lease_until, n.code_version, n.fingerprint, n.process_id, n.seen_at, n.gone_at
FROM nodes n
LEFT JOIN devices d USING (worker)
LEFT JOIN shards s ON s.state = 'leased' AND s.worker = n.worker AND s.device_id = d.device_id;

COMMENT ON VIEW v_workers IS 'One row per device of every known worker (one with null device columns for a worker without any).';
COMMENT ON COLUMN v_workers.worker IS 'The worker''s name.';
COMMENT ON COLUMN v_workers.host IS 'Its machine.';
COMMENT ON COLUMN v_workers.state IS 'present or gone.';
COMMENT ON COLUMN v_workers.device_id IS 'The device''s id on its worker.';
COMMENT ON COLUMN v_workers.backend IS 'What runs kernels on it.';
COMMENT ON COLUMN v_workers.device IS 'The device in words.';
COMMENT ON COLUMN v_workers.memory_bytes IS 'Memory that kernels may use.';
COMMENT ON COLUMN v_workers.compute_units IS 'Cores or multiprocessors.';
COMMENT ON COLUMN v_workers.driver IS 'Driver or instruction set.';
COMMENT ON COLUMN v_workers.run_id IS 'Run of the shard that it holds now.';
COMMENT ON COLUMN v_workers.shard_id IS 'The shard that it holds now.';
COMMENT ON COLUMN v_workers.attempt IS 'Which grant of that shard.';
COMMENT ON COLUMN v_workers.share IS 'Share of that shard done, 0 to 1.';
COMMENT ON COLUMN v_workers.lease_until IS 'When that lease expires unless renewed.';
COMMENT ON COLUMN v_workers.code_version IS 'Of the worker.';
COMMENT ON COLUMN v_workers.fingerprint IS 'Its environment.';
COMMENT ON COLUMN v_workers.process_id IS 'Of the worker process.';
COMMENT ON COLUMN v_workers.seen_at IS 'When the worker was last heard of.';
COMMENT ON COLUMN v_workers.gone_at IS 'When it left.';
