-- Gives cells that failed too often the result of their last failure.
INSERT INTO results (cell_id, attempt, outcome, detail, samples, kept_pairs, useful_flops, dense_flops)
SELECT c.cell_id, @attempt, @outcome, @detail, 0, 0, 0, 0
FROM cells c
WHERE c.shard_id = @shardId AND (@cellId::bigint IS NULL OR c.cell_id = @cellId::bigint)
  AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id)
RETURNING cell_id;
