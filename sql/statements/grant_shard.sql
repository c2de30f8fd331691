-- Picks, marks and numbers the most valuable queued shard in one statement. Two callers never get, or wait for, the same row.
WITH chosen AS (
    SELECT s.shard_id
    FROM shards s
    WHERE s.state = 'queued' AND s.backend = @backend AND s.least_memory_bytes <= @memoryBytes
      AND (@onlyRun::bigint IS NULL OR s.run_id = @onlyRun::bigint)
      AND EXISTS (   -- something is left that fits the device
          SELECT FROM cells c
          WHERE c.shard_id = s.shard_id AND c.memory_bytes <= @memoryBytes
            AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id))
      AND NOT EXISTS (SELECT FROM coordinators k WHERE k.epoch > @epoch)   -- a paused coordinator that woke up grants nothing
    ORDER BY s.priority DESC, s.run_id, s.seconds DESC
    LIMIT 1
    FOR UPDATE OF s SKIP LOCKED
), granted AS (
    UPDATE shards s
    SET state = 'leased', attempt = s.attempt + 1, recorded_chunks = 0, worker = @worker, incarnation = @incarnation,
        device_id = @deviceId, epoch = @epoch, share = 0, working_cell_id = NULL,
        lease_until = now() + make_interval(secs => @leaseSeconds)   -- the database's clock decides, never a node's
    FROM chosen WHERE s.shard_id = chosen.shard_id
    RETURNING s.shard_id, s.run_id, s.input_id, s.attempt, s.measures_sparsity
), noted AS (
    INSERT INTO attempts (shard_id, attempt, epoch, worker, incarnation, device_id, device_name, fingerprint)
    SELECT g.shard_id, g.attempt, @epoch, @worker, @incarnation, @deviceId,
           COALESCE((SELECT d.name FROM devices d WHERE d.worker = @worker AND d.device_id = @deviceId), @deviceId),
           (SELECT n.fingerprint FROM nodes n WHERE n.worker = @worker)
    FROM granted g
)
SELECT g.shard_id, g.run_id, g.input_id, g.attempt, i.model, i.heads, i.n, i.d, i.sigma, i.seed, i.causal,
       i.norm, i.layer_norm, i.mean_v, i.rho, i.rho_d, i.nu, i.outliers, i.outlier_scale, i.dtype, i.file_path, i.file_sha256,
       r.measure::text AS measure,
       CASE WHEN g.measures_sparsity AND NOT EXISTS (SELECT FROM sparsity sp WHERE sp.input_id = g.input_id) THEN r.sparsity_rows END AS sparsity_rows
FROM granted g JOIN inputs i USING (input_id) JOIN runs r ON r.run_id = g.run_id;
