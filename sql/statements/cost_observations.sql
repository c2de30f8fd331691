-- The newest measured cells of each kernel, backend and device.
SELECT kernel, backend, device, parameters::text AS parameters, variant, model, heads, n, d, sigma, seed, causal, seconds
FROM (
    SELECT c.kernel, s.backend, a.device_name AS device, c.parameters, c.variant, i.model, i.heads, i.n, i.d, i.sigma, i.seed, i.causal,
           x.time_median_us / 1e6 AS seconds,
           row_number() OVER (PARTITION BY c.kernel, s.backend, a.device_name ORDER BY x.cell_id DESC) AS place
    FROM results x
    JOIN cells c USING (cell_id) JOIN shards s USING (shard_id) JOIN inputs i USING (input_id)
    JOIN attempts a ON a.shard_id = s.shard_id AND a.attempt = x.attempt
    WHERE x.outcome = 'ok' AND x.cell_id > @after
) newest
WHERE place <= @most;
