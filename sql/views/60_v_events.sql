-- What happened, in order.
CREATE VIEW v_events AS
SELECT e.event_id, e.at, e.kind, e.run_id, r.name AS run_name, e.shard_id, e.cell_id, e.worker, e.text
FROM events e LEFT JOIN runs r USING (run_id);

COMMENT ON VIEW v_events IS 'What happened, in order.';
COMMENT ON COLUMN v_events.event_id IS 'Rises with time.';
COMMENT ON COLUMN v_events.at IS 'When.';
COMMENT ON COLUMN v_events.kind IS 'submitted, running, paused, resumed, cancelled, finished, failed, shard-lost, set-aside, skipped or coordinator.';
COMMENT ON COLUMN v_events.run_id IS 'The run, if it is about one.';
COMMENT ON COLUMN v_events.run_name IS 'Its name.';
COMMENT ON COLUMN v_events.shard_id IS 'The shard, if it is about one.';
COMMENT ON COLUMN v_events.cell_id IS 'The cell, if it is about one.';
COMMENT ON COLUMN v_events.worker IS 'The worker, if it is about one.';
COMMENT ON COLUMN v_events.text IS 'One line for a person.';
