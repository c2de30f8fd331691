-- What kinds of cells of these variants wait.
SELECT DISTINCT c.variant, s.backend, i.heads, i.n, i.d
FROM shards s JOIN runs r USING (run_id) JOIN inputs i ON i.input_id = s.input_id JOIN cells c ON c.shard_id = s.shard_id
WHERE s.state = 'queued' AND r.state IN ('queued', 'running') AND c.variant = ANY (@variants)
  AND NOT EXISTS (SELECT FROM results x WHERE x.cell_id = c.cell_id);
