-- The lease ends: done when every cell has a result, otherwise back to the queue for those that have none.
UPDATE shards s
SET worker = NULL, incarnation = NULL, device_id = NULL, epoch = NULL, lease_until = NULL, working_cell_id = NULL, share = NULL,
    state = CASE WHEN missing.least IS NULL THEN 'done' ELSE 'queued' END,
    least_memory_bytes = COALESCE(missing.least, s.least_memory_bytes)
FROM (
    SELECT min(c.memory_bytes) AS least FROM cells c
    WHERE c.shard_id = @shardId AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id)
) missing
WHERE s.shard_id = @shardId AND s.attempt = @attempt AND s.state = 'leased';
