-- Where sparse kernels win: speed-up over dense on the same input, device and trial, by kernel variant, d, n and sigma.
-- Geometric means over seeds and devices, since a speed-up is a ratio.
-- Parameter: run (the run's id).
SELECT concat_ws(', ', variant, CASE WHEN causal THEN 'causal' END, NULLIF(input_variant, 'independent')) AS variant, backend, n, d, sigma,
       count(*) AS cells,
       exp(avg(ln(speedup_vs_dense))) AS speedup,
       min(speedup_vs_dense) AS speedup_low,
       max(speedup_vs_dense) AS speedup_high,
       avg(rel_error) AS rel_error,
       avg(kept_fraction) AS kept_fraction
FROM v_cells
WHERE run_id = @run AND outcome = 'ok' AND speedup_vs_dense > 0
GROUP BY input_variant, causal, variant, backend, n, d, sigma
ORDER BY backend, d, causal, input_variant, v_cells.variant, n, sigma;
