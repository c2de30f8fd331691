-- Among its new equals it begins beside the one that had least.
UPDATE runs r
SET priority = @priority,
    share_seconds = GREATEST(share_seconds, COALESCE((SELECT min(o.share_seconds) FROM runs o
                             WHERE o.state IN ('queued', 'running') AND o.priority = @priority AND o.run_id <> r.run_id), 0))
WHERE run_id = @runId AND state IN ('queued', 'running', 'paused');
