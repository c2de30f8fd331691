-- The gate, for one report each of many shards: only the attempt that holds a shard passes, and its chunks one by one. A final report ends the
-- lease at once: done when every cell has a result, otherwise back to the queue for those that have none. The rows stay locked until the
-- results are in their tables. What is accepted are cells of the shard itself that have no result yet: whoever adds one changes the shard's row
-- too, so that nothing can come in between.
WITH reported AS (
    SELECT * FROM unnest(@shardIds, @attempts, @workers, @chunks, @finals) AS r (shard_id, attempt, worker, chunk, final)
), brought AS (
    SELECT DISTINCT * FROM unnest(@resultShards, @resultCells) AS b (shard_id, cell_id)
), passed AS (
    SELECT s.shard_id, r.attempt, r.chunk, r.final
    FROM reported r JOIN shards s USING (shard_id)
    WHERE s.state = 'leased' AND s.attempt = r.attempt AND s.worker = r.worker AND s.recorded_chunks = r.chunk
    ORDER BY s.shard_id FOR UPDATE OF s
), open AS (
    SELECT p.shard_id, p.attempt, p.chunk, p.final,
           array_agg(b.cell_id) FILTER (WHERE b.cell_id IS NOT NULL) AS accepted,
           count(c.cell_id) FILTER (WHERE b.cell_id IS NULL)::int AS missing,
           min(c.memory_bytes) FILTER (WHERE b.cell_id IS NULL) AS least
    FROM passed p
    LEFT JOIN cells c ON c.shard_id = p.shard_id AND NOT EXISTS (SELECT FROM results x WHERE x.cell_id = c.cell_id)
    LEFT JOIN brought b ON b.shard_id = c.shard_id AND b.cell_id = c.cell_id
    GROUP BY p.shard_id, p.attempt, p.chunk, p.final
), ended AS (
    UPDATE attempts a
    SET ended_at = now(), ending = CASE WHEN o.missing = 0 THEN 'done' ELSE 'returned' END,
        detail = CASE WHEN o.missing > 0 THEN format('the final report left %s cells without a result', o.missing) END
    FROM open o WHERE o.final AND a.shard_id = o.shard_id AND a.attempt = o.attempt AND a.ending IS NULL
)
UPDATE shards s
SET recorded_chunks = o.chunk + 1,
    state = CASE WHEN NOT o.final THEN 'leased' WHEN o.missing = 0 THEN 'done' ELSE 'queued' END,
    least_memory_bytes = CASE WHEN o.final THEN COALESCE(o.least, s.least_memory_bytes) ELSE s.least_memory_bytes END,
    worker = CASE WHEN NOT o.final THEN s.worker END, incarnation = CASE WHEN NOT o.final THEN s.incarnation END,
    device_id = CASE WHEN NOT o.final THEN s.device_id END, epoch = CASE WHEN NOT o.final THEN s.epoch END,
    lease_until = CASE WHEN NOT o.final THEN s.lease_until END, share = CASE WHEN NOT o.final THEN s.share END,
    working_cell_id = CASE WHEN NOT o.final THEN s.working_cell_id END
FROM open o WHERE s.shard_id = o.shard_id
RETURNING s.shard_id, s.input_id, COALESCE(o.accepted, '{}') AS accepted,
          s.measures_sparsity AND NOT EXISTS (SELECT FROM sparsity sp WHERE sp.input_id = s.input_id) AS wants_sparsity;
