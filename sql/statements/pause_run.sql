UPDATE runs SET state = 'paused' WHERE run_id = @runId AND state IN ('queued', 'running');
