-- One row per series of samples.
CREATE VIEW v_trials AS
SELECT s.run_id, t.cell_id, t.trial, t.sample_count, t.median_us, t.low_us, t.high_us, t.min_us, t.max_us, t.q1_us, t.q3_us, t.mean_us, t.sd_us,
       t.mad_us, t.stopped_because, t.warm_up_launches, t.launches_per_sample, t.cpu_seconds, t.dense_median_us, t.samples_us
FROM trials t JOIN cells c USING (cell_id) JOIN shards s USING (shard_id);

COMMENT ON VIEW v_trials IS 'One row per series of samples, with every sample.';
COMMENT ON COLUMN v_trials.run_id IS 'The run.';
COMMENT ON COLUMN v_trials.cell_id IS 'The cell.';
COMMENT ON COLUMN v_trials.trial IS '0-based.';
COMMENT ON COLUMN v_trials.sample_count IS 'Samples in the series.';
COMMENT ON COLUMN v_trials.median_us IS 'Median, in microseconds, as all times here.';
COMMENT ON COLUMN v_trials.low_us IS 'Lower end of the median''s order-statistic interval.';
COMMENT ON COLUMN v_trials.high_us IS 'Upper end of that interval.';
COMMENT ON COLUMN v_trials.min_us IS 'Smallest sample.';
COMMENT ON COLUMN v_trials.max_us IS 'Largest sample.';
COMMENT ON COLUMN v_trials.q1_us IS 'First quartile (type 7).';
COMMENT ON COLUMN v_trials.q3_us IS 'Third quartile (type 7).';
COMMENT ON COLUMN v_trials.mean_us IS 'Mean.';
COMMENT ON COLUMN v_trials.sd_us IS 'Standard deviation.';
COMMENT ON COLUMN v_trials.mad_us IS 'Median absolute deviation, not scaled.';
COMMENT ON COLUMN v_trials.stopped_because IS 'Why sampling stopped.';
COMMENT ON COLUMN v_trials.warm_up_launches IS 'Untimed launches before the series.';
COMMENT ON COLUMN v_trials.launches_per_sample IS 'Launches that one sample times.';
COMMENT ON COLUMN v_trials.cpu_seconds IS 'Processor time over the series.';
COMMENT ON COLUMN v_trials.dense_median_us IS 'Median of the dense kernel on the same input, device and trial.';
COMMENT ON COLUMN v_trials.samples_us IS 'Every sample, in the order they were taken.';
