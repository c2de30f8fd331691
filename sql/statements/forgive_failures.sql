UPDATE cells c SET failures = 0, last_failure = NULL
FROM shards s WHERE s.shard_id = c.shard_id AND s.run_id = @runId AND c.failures > 0;
