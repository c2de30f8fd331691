-- Where a run was measured: workers, devices and the facts of their machines.
SELECT c.worker, COALESCE(n.host, '') AS host, c.backend, c.device, d.driver, d.compute_units, COALESCE(n.code_version, '') AS code_version,
       e.facts::text AS facts, count(*) AS cells
FROM v_cells c
LEFT JOIN nodes n ON n.worker = c.worker
LEFT JOIN devices d ON d.worker = c.worker AND d.device_id = c.device_id
LEFT JOIN environments e ON e.fingerprint = c.fingerprint
WHERE c.run_id = @runId AND c.worker IS NOT NULL
GROUP BY c.worker, n.host, c.backend, c.device, d.driver, d.compute_units, n.code_version, e.facts::text
ORDER BY c.worker, c.backend;
