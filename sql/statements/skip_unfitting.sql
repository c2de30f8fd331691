-- Cells that no present device of their backend has the memory for are not tried, once every worker had time to join. Where a backend has no
-- device at all the shard waits: its workers may come later. A resumed run tries them again.
WITH largest AS (
    SELECT d.backend, max(d.memory_bytes) AS memory_bytes
    FROM devices d JOIN nodes n USING (worker)
    WHERE n.state = 'present'
    GROUP BY d.backend
), unfit AS (
    SELECT s.shard_id, s.attempt, s.run_id, s.backend, l.memory_bytes
    FROM largest l
    JOIN shards s ON s.state = 'queued' AND s.backend = l.backend AND s.least_memory_bytes > l.memory_bytes
    JOIN runs r USING (run_id)
    WHERE r.created_at < now() - make_interval(secs => @graceSeconds)
    FOR UPDATE OF s SKIP LOCKED
), skipped AS (
    INSERT INTO results (cell_id, attempt, outcome, detail, samples, kept_pairs, useful_flops, dense_flops)
    SELECT c.cell_id, u.attempt, 'skipped',
           format('needs %s; the largest %s device here has %s', pg_size_pretty(c.memory_bytes), u.backend, pg_size_pretty(u.memory_bytes)), 0, 0, 0, 0
    FROM unfit u JOIN cells c USING (shard_id)
    WHERE NOT EXISTS (SELECT FROM results x WHERE x.cell_id = c.cell_id)
), told AS (
    INSERT INTO events (kind, run_id, shard_id, text)
    SELECT 'skipped', run_id, shard_id, format('no %s device here has the memory', backend) FROM unfit
)
UPDATE shards s SET state = 'done' FROM unfit WHERE s.shard_id = unfit.shard_id;
