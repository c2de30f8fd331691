-- Shards whose lease ran out, by the database's clock. A shard that another transaction is recording right now is left for the next look.
-- It counts as a loss unless the holder still talks to us: then leases expired because the store was away, which is nobody's fault.
WITH gone AS (
    SELECT shard_id, attempt, run_id, worker, incarnation, device_id, working_cell_id, incarnation = ANY (@present) AS present,
           (SELECT a.granted_at FROM attempts a WHERE a.shard_id = shards.shard_id AND a.attempt = shards.attempt) AS granted_at
    FROM shards
    WHERE state = 'leased' AND lease_until < now()
    FOR UPDATE SKIP LOCKED
), judged AS (   -- of several shards that a device held only the one granted first was in progress
    SELECT g.*, g.present OR g.granted_at > min(g.granted_at) OVER (PARTITION BY g.worker, g.incarnation, g.device_id) AS innocent FROM gone g
), ended AS (
    UPDATE attempts a SET ended_at = now(), ending = 'lost', cell_id = gone.working_cell_id, detail = @detail
    FROM gone WHERE a.shard_id = gone.shard_id AND a.attempt = gone.attempt AND a.ending IS NULL
), told AS (
    INSERT INTO events (kind, run_id, shard_id, worker, text)
    SELECT 'shard-lost', run_id, shard_id, worker, @detail FROM gone
)
UPDATE shards s
SET worker = NULL, incarnation = NULL, device_id = NULL, epoch = NULL, lease_until = NULL, working_cell_id = NULL, share = NULL,
    state = CASE WHEN missing.cells = 0 THEN 'done' ELSE 'queued' END,
    least_memory_bytes = COALESCE(missing.least, s.least_memory_bytes),
    failures = s.failures + CASE WHEN gone.innocent OR missing.cells = 0 THEN 0 ELSE 1 END
FROM judged gone
CROSS JOIN LATERAL (
    SELECT min(c.memory_bytes) AS least, count(*)::int AS cells FROM cells c
    WHERE c.shard_id = gone.shard_id AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id)
) missing
WHERE s.shard_id = gone.shard_id
RETURNING s.shard_id, s.run_id, s.attempt, gone.worker, NOT gone.innocent AS counted, s.failures, missing.cells AS missing;
