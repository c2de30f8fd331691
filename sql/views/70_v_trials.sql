-- One row per series of samples. Outliers are counted, never taken out: beyond Tukey's fences, 1.5 and 3 interquartile ranges outside the quartiles.
CREATE VIEW v_trials AS
SELECT s.run_id, t.cell_id, t.trial, t.sample_count, t.median_us, t.low_us, t.high_us, t.min_us, t.max_us, t.q1_us, t.q3_us, t.mean_us, t.sd_us,
       t.mad_us, t.stopped_because, t.warm_up_launches, t.launches_per_sample, t.cpu_seconds, t.dense_median_us, t.samples_us,
       (t.q3_us - t.q1_us) / nullif(t.median_us, 0) AS iqr_over_median,
       o.low AS outliers_low, o.high AS outliers_high, o.far AS outliers_far,
       t.conditions->>'regime' AS regime,
       t.conditions->>'cache' AS cache,
       (t.conditions->>'freshProcess')::boolean AS fresh_process,
       t.conditions->>'timer' AS timer,
       (t.conditions->>'hostMedianUs')::double precision AS host_median_us,
       (t.conditions->>'warmUpSeconds')::double precision AS warm_up_seconds,
       (t.conditions->>'wallSeconds')::double precision AS wall_seconds,
       (t.conditions->>'varianceFactor')::double precision AS variance_factor,
       (t.conditions->'machine'->>'cpuMhzBefore')::double precision AS cpu_mhz_before,
       (t.conditions->'machine'->>'cpuMhzAfter')::double precision AS cpu_mhz_after,
       (t.conditions->'machine'->>'cpuTemperatureC')::double precision AS cpu_temperature_c,
       (t.conditions->'machine'->>'busyShare')::double precision AS busy_share,
       (t.conditions->'machine'->>'stealShare')::double precision AS steal_share,
       (t.conditions->'machine'->>'loadAverage')::double precision AS load_average,
       t.conditions->'machine'->'gpu' AS gpu
FROM trials t JOIN cells c USING (cell_id) JOIN shards s USING (shard_id)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE us < t.q1_us - 1.5 * (t.q3_us - t.q1_us))::integer AS low,
           count(*) FILTER (WHERE us > t.q3_us + 1.5 * (t.q3_us - t.q1_us))::integer AS high,
           count(*) FILTER (WHERE us < t.q1_us - 3 * (t.q3_us - t.q1_us) OR us > t.q3_us + 3 * (t.q3_us - t.q1_us))::integer AS far
    FROM unnest(t.samples_us) AS us
) o;

COMMENT ON VIEW v_trials IS 'One row per series of samples, with every sample and what it was measured under.';
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
COMMENT ON COLUMN v_trials.iqr_over_median IS 'Interquartile range over the median: how noisy the series is.';
COMMENT ON COLUMN v_trials.outliers_low IS 'Samples more than 1.5 interquartile ranges below the first quartile.';
COMMENT ON COLUMN v_trials.outliers_high IS 'Samples more than 1.5 interquartile ranges above the third quartile.';
COMMENT ON COLUMN v_trials.outliers_far IS 'Of both, those beyond 3 interquartile ranges.';
COMMENT ON COLUMN v_trials.regime IS 'burst or sustained; null in rows of earlier versions, as are the next columns.';
COMMENT ON COLUMN v_trials.cache IS 'hot or cold.';
COMMENT ON COLUMN v_trials.fresh_process IS 'Measured by a runner that was started for this trial.';
COMMENT ON COLUMN v_trials.timer IS 'device (its own events, less an empty pair of them) or host.';
COMMENT ON COLUMN v_trials.host_median_us IS 'Median of the same samples on the host''s clock; null where that is the timer.';
COMMENT ON COLUMN v_trials.warm_up_seconds IS 'How long the untimed launches took.';
COMMENT ON COLUMN v_trials.wall_seconds IS 'How long the series took, pauses included.';
COMMENT ON COLUMN v_trials.variance_factor IS 'How much larger the variance of the median is than for independent samples.';
COMMENT ON COLUMN v_trials.cpu_mhz_before IS 'Mean clock of the cores before the series; null where the machine does not tell.';
COMMENT ON COLUMN v_trials.cpu_mhz_after IS 'The same after it.';
COMMENT ON COLUMN v_trials.cpu_temperature_c IS 'Of the warmest sensor, after the series.';
COMMENT ON COLUMN v_trials.busy_share IS 'Share of the cores'' time over the series that was not idle, 0 to 1.';
COMMENT ON COLUMN v_trials.steal_share IS 'Share of the cores'' time that the hypervisor gave to others.';
COMMENT ON COLUMN v_trials.load_average IS 'Of the last minute, after the series.';
COMMENT ON COLUMN v_trials.gpu IS 'Clocks, power, temperature and throttle reasons by NVML, before and after; null elsewhere.';
