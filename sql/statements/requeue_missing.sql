-- Shards of a run that have a cell without result go back to the queue; the next grant raises the attempt.
UPDATE shards s SET state = 'queued', failures = 0
WHERE s.run_id = @runId AND s.state IN ('paused', 'done', 'cancelled')
  AND EXISTS (SELECT FROM cells c WHERE c.shard_id = s.shard_id AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id));
