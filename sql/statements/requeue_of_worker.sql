-- What one process of a worker held; a newer process of the same name keeps its own. A process that said farewell lost nothing: it is not counted.
-- Of several shards that a device held only the one granted first was in progress: the one ahead is innocent of the loss.
WITH gone AS (
    SELECT shard_id, attempt, run_id, worker, device_id, working_cell_id,
           (SELECT a.granted_at FROM attempts a WHERE a.shard_id = shards.shard_id AND a.attempt = shards.attempt) AS granted_at
    FROM shards
    WHERE state = 'leased' AND worker = @worker AND incarnation = @incarnation
    ORDER BY shard_id FOR UPDATE
), judged AS (
    SELECT g.*, @counts AND g.granted_at = min(g.granted_at) OVER (PARTITION BY g.device_id) AS guilty FROM gone g
), ended AS (
    UPDATE attempts a SET ended_at = now(), ending = @ending, cell_id = gone.working_cell_id, detail = @detail
    FROM gone WHERE a.shard_id = gone.shard_id AND a.attempt = gone.attempt AND a.ending IS NULL
), told AS (
    INSERT INTO events (kind, run_id, shard_id, worker, text)
    SELECT 'shard-' || @ending, run_id, shard_id, worker, @detail FROM gone
)
UPDATE shards s
SET worker = NULL, incarnation = NULL, device_id = NULL, epoch = NULL, lease_until = NULL, working_cell_id = NULL, share = NULL,
    state = CASE WHEN missing.cells = 0 THEN 'done' ELSE 'queued' END,
    least_memory_bytes = COALESCE(missing.least, s.least_memory_bytes),
    failures = s.failures + CASE WHEN gone.guilty AND missing.cells > 0 THEN 1 ELSE 0 END
FROM judged gone
CROSS JOIN LATERAL (
    SELECT min(c.memory_bytes) AS least, count(*)::int AS cells FROM cells c
    WHERE c.shard_id = gone.shard_id AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id)
) missing
WHERE s.shard_id = gone.shard_id
RETURNING s.shard_id, s.run_id, s.attempt, gone.worker, gone.guilty AS counted, s.failures, missing.cells AS missing;
