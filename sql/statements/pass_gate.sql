-- The gate: only the attempt that holds the shard passes, and its chunks one by one. The row stays locked until the chunk is in the table.
UPDATE shards SET recorded_chunks = recorded_chunks + 1
WHERE shard_id = @shardId AND attempt = @attempt AND worker = @worker AND state = 'leased' AND recorded_chunks = @chunk
RETURNING input_id, measures_sparsity,
          EXISTS (SELECT FROM sparsity sp WHERE sp.input_id = shards.input_id) AS has_sparsity;
