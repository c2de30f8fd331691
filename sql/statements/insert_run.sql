-- No row comes back where this schedule already has a run for this fire time.
INSERT INTO runs (sweep_id, name, file_name, priority, code_version, schedule_id, fire_time, measure, sparsity_rows, cell_count, estimated_seconds)
VALUES (@sweepId, @name, @fileName, @priority, @codeVersion, @scheduleId::bigint, @fireTime::timestamptz, @measure::jsonb,
        @sparsityRows::integer, @cellCount, @estimatedSeconds)
ON CONFLICT (schedule_id, fire_time) DO NOTHING
RETURNING run_id;
