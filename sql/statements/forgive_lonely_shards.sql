-- Shards that keep away from every device that is here now: the others left.
UPDATE shards s SET failed_on = '{}'
WHERE s.state = 'queued' AND s.failed_on <> '{}'
  AND NOT EXISTS (
      SELECT FROM devices d JOIN nodes n USING (worker)
      WHERE n.state = 'present' AND NOT n.draining AND d.quarantined_at IS NULL AND d.backend = s.backend
        AND d.memory_bytes >= s.least_memory_bytes AND d.worker || '/' || d.device_id <> ALL (s.failed_on));
