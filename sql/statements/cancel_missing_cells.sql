INSERT INTO results (cell_id, attempt, outcome, detail, samples, kept_pairs, useful_flops, dense_flops)
SELECT c.cell_id, s.attempt, 'cancelled', 'the run was cancelled', 0, 0, 0, 0
FROM shards s JOIN cells c USING (shard_id)
WHERE s.run_id = @runId AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id);
