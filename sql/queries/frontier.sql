-- Speed-up against error: the variants of each shape that nothing beats in both, in order of error.
-- Parameter: run (the run's id).
SELECT backend, device, concat_ws(', ', input_variant, CASE WHEN causal THEN 'causal' END, CASE WHEN heads > 1 THEN heads || ' heads' END) AS input,
       n, d, sigma, place, variant, speedup, rel_error, kept_fraction, cells
FROM v_frontier
WHERE run_id = @run AND on_frontier
ORDER BY backend, device, d, causal, input_variant, heads, n, sigma, place, v_frontier.variant;
