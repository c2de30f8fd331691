SELECT c.shard_id, c.cell_id, c.kernel, c.parameters::text AS parameters, c.variant, c.kernel_build, c.seconds
FROM cells c
WHERE c.shard_id = ANY (@shardIds) AND c.memory_bytes <= @memoryBytes
  AND NOT EXISTS (SELECT FROM results r WHERE r.cell_id = c.cell_id)
ORDER BY c.shard_id, c.cell_id;
