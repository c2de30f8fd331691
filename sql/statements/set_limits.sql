-- A later run begins its share beside the one that had least, and catches up with nobody.
UPDATE runs r
SET budget_seconds = @budgetSeconds, deadline = @deadline, requires = @requires,
    share_seconds = COALESCE((SELECT min(o.share_seconds) FROM runs o
                              WHERE o.state IN ('queued', 'running') AND o.priority = r.priority AND o.run_id <> r.run_id), 0)
WHERE run_id = @runId;
