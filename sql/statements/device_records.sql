-- For each device: cells that failed on it and ended ok on another one, and cells that ended ok on it; since it was last released, at most
-- @windowHours old. A failed attempt names the cell that was running; a wrong result was decided by the device itself.
WITH failed AS (
    SELECT DISTINCT a.worker, a.device_id, a.cell_id
    FROM attempts a JOIN devices d USING (worker, device_id)
    WHERE a.ending IN ('crashed', 'timed-out') AND a.cell_id IS NOT NULL
      AND a.ended_at > GREATEST(now() - make_interval(hours => @windowHours), d.released_at)
), blamed AS (
    SELECT f.worker, f.device_id, count(*)::int AS cells
    FROM failed f JOIN results x USING (cell_id) JOIN cells c USING (cell_id) JOIN attempts a ON a.shard_id = c.shard_id AND a.attempt = x.attempt
    WHERE x.outcome = 'ok' AND (a.worker, a.device_id) <> (f.worker, f.device_id)
    GROUP BY f.worker, f.device_id
)
SELECT b.worker, b.device_id, b.cells AS failed_here_only,
       (SELECT count(*)::int FROM attempts a JOIN cells c USING (shard_id) JOIN results x ON x.cell_id = c.cell_id AND x.attempt = a.attempt
        WHERE a.worker = b.worker AND a.device_id = b.device_id AND x.outcome = 'ok'
          AND a.ended_at > GREATEST(now() - make_interval(hours => @windowHours), d.released_at)) AS completed
FROM blamed b JOIN devices d USING (worker, device_id)
WHERE d.quarantined_at IS NULL;
