-- The cells of a run that have a result.
-- Parameter: run (the run's id).
SELECT cell_id, variant, backend, n, d, sigma, seed, outcome, samples, time_median_us, gflops, speedup_vs_dense, rel_error
FROM v_cells
WHERE run_id = @run
ORDER BY n, d, sigma, seed, backend, variant, cell_id;
