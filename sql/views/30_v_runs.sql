-- One row per run, with what became of its cells.
CREATE VIEW v_runs AS
SELECT r.run_id, r.name AS run_name, r.state, r.priority, r.cell_count AS cells,
       o.done, o.ok, o.done - o.ok AS not_ok,
       r.estimated_seconds, o.done_seconds,
       r.created_at, r.started_at, r.finished_at,
       EXTRACT(EPOCH FROM COALESCE(r.finished_at, now()) - r.started_at)::double precision AS elapsed_seconds,
       r.code_version, r.file_name, k.name AS schedule, r.fire_time
FROM runs r
LEFT JOIN schedules k USING (schedule_id)
CROSS JOIN LATERAL (
    SELECT count(x.cell_id) AS done, count(*) FILTER (WHERE x.outcome = 'ok') AS ok, COALESCE(sum(c.seconds), 0) AS done_seconds
    FROM shards s JOIN cells c USING (shard_id) JOIN results x USING (cell_id)
    WHERE s.run_id = r.run_id
) o;

COMMENT ON VIEW v_runs IS 'One row per run, with what became of its cells.';
COMMENT ON COLUMN v_runs.run_id IS 'The run.';
COMMENT ON COLUMN v_runs.run_name IS 'Name of the sweep.';
COMMENT ON COLUMN v_runs.state IS 'queued, running, paused, finished, cancelled or failed.';
COMMENT ON COLUMN v_runs.priority IS 'Higher first.';
COMMENT ON COLUMN v_runs.cells IS 'Cells of the run.';
COMMENT ON COLUMN v_runs.done IS 'Cells that have a result.';
COMMENT ON COLUMN v_runs.ok IS 'Cells with outcome ok.';
COMMENT ON COLUMN v_runs.not_ok IS 'Cells with another outcome.';
COMMENT ON COLUMN v_runs.estimated_seconds IS 'Estimated device time of the whole run.';
COMMENT ON COLUMN v_runs.done_seconds IS 'Estimated device time of the cells that have a result.';
COMMENT ON COLUMN v_runs.created_at IS 'When it was submitted.';
COMMENT ON COLUMN v_runs.started_at IS 'When its first shard was granted.';
COMMENT ON COLUMN v_runs.finished_at IS 'When it ended.';
COMMENT ON COLUMN v_runs.elapsed_seconds IS 'From the start to the end, or until now.';
COMMENT ON COLUMN v_runs.code_version IS 'Of the program that submitted it.';
COMMENT ON COLUMN v_runs.file_name IS 'The sweep file as the user named it.';
COMMENT ON COLUMN v_runs.schedule IS 'The schedule that made it, if one did.';
COMMENT ON COLUMN v_runs.fire_time IS 'The time it was made for.';
