SELECT run_id, priority, share_seconds AS used_seconds, array_to_string(requires, ',') AS requires
FROM runs
WHERE state IN ('queued', 'running') AND (@onlyRun::bigint IS NULL OR run_id = @onlyRun::bigint);
