-- Waiting cells of one kind are not tried; shards that have no other cell left are done.
WITH open AS (
    SELECT s.shard_id, s.attempt, s.run_id
    FROM shards s JOIN runs r USING (run_id) JOIN inputs i ON i.input_id = s.input_id
    WHERE s.state = 'queued' AND r.state IN ('queued', 'running') AND s.backend = @backend AND i.heads = @heads AND i.n = @n AND i.d = @d
    FOR UPDATE OF s SKIP LOCKED
), skipped AS (
    INSERT INTO results (cell_id, attempt, outcome, detail, samples, kept_pairs, useful_flops, dense_flops)
    SELECT c.cell_id, o.attempt, 'skipped', @why, 0, 0, 0, 0
    FROM open o JOIN cells c USING (shard_id)
    WHERE c.variant = @variant AND NOT EXISTS (SELECT FROM results x WHERE x.cell_id = c.cell_id)
    RETURNING cell_id
), touched AS (
    SELECT c.shard_id FROM skipped JOIN cells c USING (cell_id) GROUP BY c.shard_id
), rest AS (
    SELECT t.shard_id, min(c.memory_bytes) AS least
    FROM touched t LEFT JOIN cells c ON c.shard_id = t.shard_id AND c.cell_id NOT IN (SELECT cell_id FROM skipped)
                                     AND NOT EXISTS (SELECT FROM results x WHERE x.cell_id = c.cell_id)
    GROUP BY t.shard_id
), told AS (
    INSERT INTO events (kind, run_id, shard_id, text) SELECT 'skipped', o.run_id, o.shard_id, @why FROM open o JOIN touched USING (shard_id)
)
UPDATE shards s
SET state = CASE WHEN r.least IS NULL THEN 'done' ELSE 'queued' END, least_memory_bytes = COALESCE(r.least, s.least_memory_bytes)
FROM rest r WHERE s.shard_id = r.shard_id;
