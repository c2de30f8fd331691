-- Replacing one starts it afresh: a new rule is not caught up for a time when it was not in force.
INSERT INTO schedules (name, cron, zone, file_name, sweep_text, catch_up)
VALUES (@name, @cron, @zone, @fileName, @sweepText, make_interval(secs => @catchUpSeconds))
ON CONFLICT (name) WHERE removed_at IS NULL DO UPDATE
SET cron = EXCLUDED.cron, zone = EXCLUDED.zone, file_name = EXCLUDED.file_name, sweep_text = EXCLUDED.sweep_text,
    catch_up = EXCLUDED.catch_up, fired_up_to = GREATEST(schedules.fired_up_to, now())
RETURNING schedule_id;
