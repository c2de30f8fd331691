-- What is known of the devices that ask. One that is not registered yet may have what fits its request.
SELECT a.place, COALESCE(array_to_string(n.labels, ','), '') AS labels, COALESCE(n.draining, false) OR d.quarantined_at IS NOT NULL AS barred
FROM unnest(@workers, @deviceIds) WITH ORDINALITY AS a (worker, device_id, place)
LEFT JOIN nodes n ON n.worker = a.worker
LEFT JOIN devices d ON d.worker = a.worker AND d.device_id = a.device_id
ORDER BY a.place;
