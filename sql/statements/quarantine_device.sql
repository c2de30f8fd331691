UPDATE devices SET quarantined_at = now(), quarantined_because = @why
WHERE worker = @worker AND device_id = @deviceId AND quarantined_at IS NULL;
