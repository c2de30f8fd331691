UPDATE shards SET failed_on = '{}' WHERE run_id = @runId AND failed_on <> '{}';
