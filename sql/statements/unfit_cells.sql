-- Cells without a result that no device here has the memory or the labels for, or whose backend nobody offers, by what they lack.
SELECT s.backend, max(c.memory_bytes) AS memory_bytes, count(*) AS cells, array_to_string(r.requires, ',') AS requires
FROM runs r JOIN shards s USING (run_id) JOIN cells c USING (shard_id)
WHERE r.run_id = @runId AND s.state = 'queued'
  AND NOT EXISTS (SELECT FROM results x WHERE x.cell_id = c.cell_id)
  AND NOT EXISTS (
      SELECT FROM devices d JOIN nodes n USING (worker)
      WHERE n.state = 'present' AND d.backend = s.backend AND d.memory_bytes >= c.memory_bytes AND n.labels @> r.requires)
GROUP BY s.backend, r.requires
ORDER BY s.backend;
