-- Shards of a run that have a cell without result go back to the queue; the next grant raises the attempt.
UPDATE shards s SET state = 'queued', failures = 0, least_memory_bytes = missing.least
FROM (
    SELECT c.shard_id, min(c.memory_bytes) AS least
    FROM shards q JOIN cells c USING (shard_id)
    WHERE q.run_id = @runId AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id)
    GROUP BY c.shard_id
) missing
WHERE s.shard_id = missing.shard_id AND s.state IN ('paused', 'done', 'cancelled');
