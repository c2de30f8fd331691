SELECT run_id FROM shards
WHERE shard_id = @shardId AND attempt = @attempt AND worker = @worker AND state = 'leased'
FOR UPDATE;
