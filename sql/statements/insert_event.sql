INSERT INTO events (kind, run_id, shard_id, cell_id, worker, text)
VALUES (@kind, @runId::bigint, @shardId::bigint, @cellId::bigint, @worker::text, @text);
