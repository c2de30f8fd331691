SELECT worker, device_id AS id, backend, name, memory_bytes, compute_units, driver FROM devices ORDER BY worker, device_id;
