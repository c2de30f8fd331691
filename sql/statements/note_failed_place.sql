-- The shard keeps away from this device while another one could have it; when all have failed, all may try again.
UPDATE shards s
SET failed_on = CASE WHEN EXISTS (
        SELECT FROM devices d JOIN nodes n USING (worker)
        WHERE n.state = 'present' AND NOT n.draining AND d.quarantined_at IS NULL AND d.backend = s.backend
          AND d.memory_bytes >= s.least_memory_bytes AND d.worker || '/' || d.device_id <> ALL (s.failed_on || @place::text))
    THEN s.failed_on || @place::text ELSE '{}' END
WHERE s.shard_id = @shardId;
