UPDATE attempts SET ended_at = now(), ending = @ending, cell_id = @cellId::bigint, detail = @detail::text
WHERE shard_id = @shardId AND attempt = @attempt AND ending IS NULL;
