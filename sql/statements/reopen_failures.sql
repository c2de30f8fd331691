-- Failures that deserve another try; their trials go with them. Cells that were never tried stay as they are.
DELETE FROM results r USING cells c, shards s
WHERE r.cell_id = c.cell_id AND c.shard_id = s.shard_id AND s.run_id = @runId
  AND r.outcome IN ('crashed', 'timed-out', 'out-of-memory', 'wrong-result', 'skipped');
