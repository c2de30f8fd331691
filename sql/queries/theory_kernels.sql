-- The latest finished run of sweeps/theory.yaml beside theory: errors and masses of kernels (v_kernel_theory), and HyperAttention's alpha. The mean of
-- alpha over the keys is that of n sum p^2, which is exact; for its maximum there is no closed form, only values simulated once elsewhere, without an error.
--   attnsweep sql < sql/queries/theory_kernels.sql
WITH run AS (
    SELECT run_id FROM v_runs WHERE run_name = 'theory' AND state = 'finished' ORDER BY run_id DESC LIMIT 1
), alpha AS (
    SELECT s.n, s.d, s.sigma, count(*)::integer AS seeds, avg(s.alpha) AS measured, stddev_samp(s.alpha) / sqrt(count(*)) AS standard_error
    FROM v_sparsity s JOIN run USING (run_id) WHERE s.alpha IS NOT NULL GROUP BY s.n, s.d, s.sigma
), simulated (n, d, sigma, value) AS (
    VALUES (2048, 64, 1.0, 17.9), (2048, 64, 1.5, 2434.0), (2048, 16, 1.0, 93.0)
), rows AS (
    SELECT n, d, sigma, variant, metric, seeds, measured, standard_error, theory, tolerance, z, verdict, outside
    FROM v_kernel_theory JOIN run USING (run_id)
    UNION ALL
    SELECT t.n, t.d, t.sigma, 'input', 'mean alpha', t.seeds::integer, t.measured, t.standard_error, t.theory, 0, t.z,
           CASE WHEN t.z IS NULL THEN 'one seed tells no error' WHEN abs(t.z) <= 4 THEN 'agrees' ELSE 'disagrees' END, NULL
    FROM v_sparsity_theory t JOIN run USING (run_id) WHERE t.metric = 'n_sum_p2' AND t.theory IS NOT NULL
    UNION ALL
    SELECT a.n, a.d, a.sigma, 'input', 'alpha', a.seeds, a.measured, a.standard_error, s.value, NULL, NULL,
           CASE WHEN s.value IS NULL THEN 'no closed form' ELSE 'no closed form; a simulated value beside it' END, NULL
    FROM alpha a LEFT JOIN simulated s ON s.n = a.n AND s.d = a.d AND s.sigma = a.sigma
)
SELECT n, d, sigma, variant, metric, seeds, round(measured::numeric, 5) AS measured, round(standard_error::numeric, 5) AS se, round(theory::numeric, 5) AS theory,
       round(tolerance::numeric, 5) AS tolerance, round(z::numeric, 1) AS z, verdict, outside
FROM rows
ORDER BY variant, metric, n, d, sigma;
