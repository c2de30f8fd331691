-- The lease ends: done when every cell has a result, otherwise back to the queue.
UPDATE shards
SET state = @state, worker = NULL, incarnation = NULL, device_id = NULL, epoch = NULL, lease_until = NULL, working_cell_id = NULL, share = NULL
WHERE shard_id = @shardId AND attempt = @attempt AND state = 'leased';
