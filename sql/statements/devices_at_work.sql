SELECT s.worker, COALESCE(d.name, s.device_id) AS device, s.shard_id, s.attempt,
       CASE WHEN c.cell_id IS NOT NULL
            THEN c.variant || ' n=' || i.n || ' d=' || i.d || ' sigma=' || i.sigma || ' seed=' || i.seed END AS cell,
       s.share, EXTRACT(EPOCH FROM s.lease_until - now())::double precision AS lease_seconds_left
FROM shards s
JOIN inputs i USING (input_id)
LEFT JOIN cells c ON c.cell_id = s.working_cell_id
LEFT JOIN devices d ON d.worker = s.worker AND d.device_id = s.device_id
WHERE s.run_id = @runId AND s.state = 'leased'
ORDER BY s.worker, s.device_id;
