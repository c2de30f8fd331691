-- A queued shard whose cells all have results needs no further grant.
UPDATE shards SET state = 'done' WHERE shard_id = @shardId AND state = 'queued';
