SELECT c.cell_id, s.run_id, s.shard_id, c.variant, s.backend, i.n, i.d, i.sigma, i.seed, s.state AS shard_state, c.failures, c.memory_bytes,
       x.outcome, x.detail, x.attempt AS result_attempt
FROM cells c JOIN shards s USING (shard_id) JOIN inputs i USING (input_id) LEFT JOIN results x USING (cell_id)
WHERE c.cell_id = @cellId;
