-- Leases the most valuable queued shards to devices of one kind, one each, and numbers the attempts, in one statement: two coordinators never
-- get, or wait for, the same row. A queued shard always has a cell without a result, and least_memory_bytes is what its smallest one needs.
WITH asked AS (
    SELECT a.worker, a.incarnation, a.device_id, COALESCE(d.name, a.device_id) AS device_name, n.fingerprint, a.place
    FROM unnest(@workers, @incarnations, @deviceIds) WITH ORDINALITY AS a (worker, incarnation, device_id, place)
    LEFT JOIN devices d ON d.worker = a.worker AND d.device_id = a.device_id
    LEFT JOIN nodes n ON n.worker = a.worker
), chosen AS (
    SELECT s.shard_id
    FROM shards s
    WHERE s.state = 'queued' AND s.backend = @backend AND s.least_memory_bytes <= @memoryBytes
      AND s.priority = @priority AND s.run_id = @runId
      AND (s.failed_on = '{}' OR NOT s.failed_on && @places)   -- another device tries what ended its runner here
      AND NOT EXISTS (SELECT FROM coordinators k WHERE k.epoch > @epoch)   -- a paused coordinator that woke up grants nothing
    ORDER BY s.seconds DESC   -- the longest first; which run is FairShare's to say
    LIMIT @devices
    FOR UPDATE OF s SKIP LOCKED
), paired AS (
    SELECT c.shard_id, a.*
    FROM (SELECT shard_id, row_number() OVER () AS place FROM chosen) c JOIN asked a USING (place)
), granted AS (
    UPDATE shards s
    SET state = 'leased', attempt = s.attempt + 1, recorded_chunks = 0, worker = p.worker, incarnation = p.incarnation,
        device_id = p.device_id, epoch = @epoch, share = 0, working_cell_id = NULL,
        lease_until = now() + make_interval(secs => @leaseSeconds)   -- the database's clock decides, never a node's
    FROM paired p WHERE s.shard_id = p.shard_id
    RETURNING s.shard_id, s.run_id, s.input_id, s.attempt, s.measures_sparsity, s.seconds,
              p.worker, p.incarnation, p.device_id, p.device_name, p.fingerprint, p.place
), noted AS (
    INSERT INTO attempts (shard_id, attempt, epoch, worker, incarnation, device_id, device_name, fingerprint)
    SELECT shard_id, attempt, @epoch, worker, incarnation, device_id, device_name, fingerprint FROM granted
), charged AS (
    UPDATE runs r SET state = 'running', started_at = COALESCE(r.started_at, now()), share_seconds = r.share_seconds + g.seconds
    FROM (SELECT run_id, sum(seconds) AS seconds FROM granted GROUP BY run_id) g JOIN runs was USING (run_id)
    WHERE r.run_id = g.run_id AND r.state IN ('queued', 'running')
    RETURNING r.run_id, was.state AS was
), told AS (
    INSERT INTO events (kind, run_id, text) SELECT 'running', run_id, 'the first shard was granted' FROM charged WHERE was = 'queued'
)
SELECT g.place, g.shard_id, g.run_id, g.input_id, g.attempt, g.seconds, i.model, i.heads, i.n, i.d, i.sigma, i.seed, i.causal,
       i.norm, i.layer_norm, i.mean_v, i.rho, i.rho_d, i.nu, i.outliers, i.outlier_scale, i.dtype, i.file_path, i.file_sha256,
       r.measure::text AS measure,
       CASE WHEN g.measures_sparsity AND NOT EXISTS (SELECT FROM sparsity sp WHERE sp.input_id = g.input_id) THEN r.sparsity_rows END AS sparsity_rows
FROM granted g JOIN inputs i USING (input_id) JOIN runs r ON r.run_id = g.run_id;
