SELECT c.cell_id, c.kernel, c.parameters::text AS parameters, c.variant, c.kernel_build, c.seconds
FROM cells c
WHERE c.shard_id = @shardId AND c.memory_bytes <= @memoryBytes
  AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id)
ORDER BY c.cell_id;
