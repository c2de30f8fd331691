INSERT INTO devices (worker, device_id, backend, name, memory_bytes, compute_units, driver)
VALUES (@worker, @id, @backend, @name, @memoryBytes, @computeUnits, @driver)
ON CONFLICT (worker, device_id) DO UPDATE
SET backend = EXCLUDED.backend, name = EXCLUDED.name, memory_bytes = EXCLUDED.memory_bytes,
    compute_units = EXCLUDED.compute_units, driver = EXCLUDED.driver;
