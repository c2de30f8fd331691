-- A runner that dies before any cell began (making the input, measuring sparsity) counts against the shard as a whole.
UPDATE shards SET failures = failures + 1 WHERE shard_id = @shardId RETURNING failures;
