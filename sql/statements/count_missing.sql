SELECT count(*) FROM shards s JOIN cells c USING (shard_id)
WHERE s.run_id = @runId AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id);
