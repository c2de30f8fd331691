-- Shards carry it too, so that the index of the queue is in the order of value.
UPDATE shards SET priority = @priority WHERE run_id = @runId AND state IN ('queued', 'leased', 'paused') AND priority <> @priority;
