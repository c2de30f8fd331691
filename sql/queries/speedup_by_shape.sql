-- Speed-up over dense attention, with the error that it costs, by kernel variant and shape; medians over the seeds.
SELECT backend, input_model, causal, d, kernel, variant, n, sigma, count(*) AS cells,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY speedup_vs_dense) AS speedup,
       min(speedup_vs_dense) AS speedup_low,
       max(speedup_vs_dense) AS speedup_high,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY time_median_us) AS time_us,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY gflops) AS gflops,
       avg(rel_error) AS rel_error,
       avg(total_variation) AS total_variation,
       avg(kept_fraction) AS kept_fraction
FROM v_cells
WHERE run_id = @runId AND outcome = 'ok'
GROUP BY backend, input_model, causal, d, kernel, variant, n, sigma
ORDER BY backend, input_model, causal, d, variant, n, sigma;
