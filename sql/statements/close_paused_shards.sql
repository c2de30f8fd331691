-- A paused shard whose cells all have results needs no further grant.
UPDATE shards SET state = 'done' WHERE run_id = @runId AND state = 'paused';
