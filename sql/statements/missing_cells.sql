SELECT c.cell_id FROM cells c
WHERE c.shard_id = @shardId AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id);
