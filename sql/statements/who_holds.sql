SELECT s.shard_id, s.state, s.attempt, s.worker, s.recorded_chunks, r.state AS run_state, r.run_id
FROM shards s JOIN runs r USING (run_id)
WHERE s.shard_id = ANY (@shardIds);
