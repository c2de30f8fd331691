UPDATE cells SET failures = failures + 1, last_failure = @detail
WHERE cell_id = @cellId AND shard_id = @shardId
RETURNING failures;
