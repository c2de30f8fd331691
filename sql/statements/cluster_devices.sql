SELECT d.worker, d.device_id, d.backend, d.name, d.memory_bytes, d.compute_units, n.state, n.draining,
       array_to_string(n.labels, ', ') AS labels, d.quarantined_because, s.run_id, s.shard_id
FROM devices d JOIN nodes n USING (worker)
LEFT JOIN shards s ON s.state = 'leased' AND s.worker = d.worker AND s.device_id = d.device_id
ORDER BY d.worker, d.device_id;
