-- What a run was measured on.
-- Parameter: run (the run's id).
SELECT c.backend, c.device, c.workers, c.cells, e.facts::text AS facts
FROM (
    SELECT backend, device, fingerprint, count(DISTINCT worker) AS workers, count(*) AS cells
    FROM v_cells
    WHERE run_id = @run AND device IS NOT NULL
    GROUP BY backend, device, fingerprint
) c
LEFT JOIN environments e USING (fingerprint)
ORDER BY c.cells DESC;
