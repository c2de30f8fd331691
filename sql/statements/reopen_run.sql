UPDATE runs SET state = 'queued', finished_at = NULL WHERE run_id = @runId AND state <> 'running';
