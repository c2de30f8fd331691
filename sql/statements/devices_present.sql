SELECT d.worker, d.device_id, d.backend, d.memory_bytes, array_to_string(n.labels, ',') AS labels
FROM devices d JOIN nodes n USING (worker)
WHERE n.state = 'present' AND NOT n.draining AND d.quarantined_at IS NULL;
