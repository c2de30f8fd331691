UPDATE runs SET state = 'cancelled', finished_at = now()
WHERE run_id = @runId AND state IN ('queued', 'running', 'paused');
