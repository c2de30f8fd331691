-- Every missing cell but the first gets a shard of its own; the first keeps the old one, whose attempts tell the story of all. Each may
-- measure the sparsity, since any of them may be the one that never ends; the first that does it spares the others.
WITH missing AS (
    SELECT c.cell_id, c.seconds, c.memory_bytes, row_number() OVER (ORDER BY c.cell_id) - 1 AS place
    FROM cells c
    WHERE c.shard_id = @shardId AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id)
), made AS (
    INSERT INTO shards (shard_id, run_id, input_id, backend, cell_count, measures_sparsity, seconds, least_memory_bytes, priority)
    SELECT @firstId + m.place - 1, s.run_id, s.input_id, s.backend, 1, s.measures_sparsity, m.seconds, m.memory_bytes, s.priority
    FROM missing m CROSS JOIN shards s
    WHERE s.shard_id = @shardId AND m.place > 0
), moved AS (
    UPDATE cells c SET shard_id = @firstId + m.place - 1
    FROM missing m WHERE m.place > 0 AND c.cell_id = m.cell_id
)
UPDATE shards s
SET failures = 0, cell_count = s.cell_count - (SELECT count(*)::int FROM missing WHERE place > 0),
    seconds = kept.seconds, least_memory_bytes = kept.memory_bytes
FROM missing kept
WHERE kept.place = 0 AND s.shard_id = @shardId;
