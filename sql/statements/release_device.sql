UPDATE devices SET quarantined_at = NULL, quarantined_because = NULL, released_at = now()
WHERE worker = @worker AND device_id = @deviceId AND quarantined_at IS NOT NULL;
