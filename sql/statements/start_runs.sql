UPDATE runs r
SET state = 'running', started_at = COALESCE(r.started_at, granted.first_at)
FROM (
    SELECT q.run_id, min(a.granted_at) AS first_at
    FROM runs q JOIN shards s USING (run_id) JOIN attempts a USING (shard_id)
    WHERE q.state = 'queued'
    GROUP BY q.run_id
) granted
WHERE r.run_id = granted.run_id AND r.state = 'queued'
  -- A resumed run has old attempts: it runs again once something is leased.
  AND (r.started_at IS NULL OR EXISTS (SELECT FROM shards s WHERE s.run_id = r.run_id AND s.state = 'leased'))
RETURNING r.run_id;
