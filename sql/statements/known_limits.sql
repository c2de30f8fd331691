-- Cells of runs in progress that a device tried and had not the memory or the time for.
SELECT DISTINCT c.variant, s.backend || ' ' || a.device_name AS device_class, i.heads, i.n, i.d, x.outcome
FROM results x JOIN cells c USING (cell_id) JOIN shards s USING (shard_id) JOIN runs r USING (run_id) JOIN inputs i ON i.input_id = s.input_id
JOIN attempts a ON a.shard_id = s.shard_id AND a.attempt = x.attempt
WHERE x.outcome IN ('out-of-memory', 'timed-out') AND r.state IN ('queued', 'running');
