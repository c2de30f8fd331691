-- finished when every cell has a result; failed when not one of them is of use.
UPDATE runs r
SET finished_at = now(), started_at = COALESCE(r.started_at, now()),
    state = CASE WHEN EXISTS (
                SELECT FROM shards s JOIN cells c USING (shard_id) JOIN results x USING (cell_id)
                WHERE s.run_id = r.run_id AND x.outcome = 'ok')
            THEN 'finished' ELSE 'failed' END
WHERE r.state IN ('queued', 'running')
  AND NOT EXISTS (SELECT FROM shards s WHERE s.run_id = r.run_id AND s.state IN ('queued', 'leased', 'paused'))
RETURNING r.run_id, r.state;
