SELECT s.schedule_id, s.name, s.cron, s.zone, s.file_name, s.sweep_text, EXTRACT(EPOCH FROM s.catch_up)::double precision AS catch_up_seconds,
       s.fired_up_to, last.run_id AS last_run_id, last.state AS last_run_state
FROM schedules s
LEFT JOIN LATERAL (SELECT r.run_id, r.state FROM runs r WHERE r.schedule_id = s.schedule_id ORDER BY r.fire_time DESC LIMIT 1) last ON true
WHERE s.removed_at IS NULL
ORDER BY s.name;
