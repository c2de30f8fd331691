-- The latest finished run of sweeps/golden.yaml beside the golden table of the paper notes (section 4F: an independent simulation of real
-- Q, K and V). t = difference in joint standard errors; measured errors are between seeds, golden ones are the table's stated ranges (upper end).
-- z = t as the normal score that is equally unlikely: of the joint error only the measured part has few degrees of freedom (Welch and Satterthwaite).
--   attnsweep sql "$(cat sql/queries/paper_golden.sql)"
WITH run AS (
    SELECT run_id FROM v_runs WHERE run_name = 'golden' AND state = 'finished' ORDER BY run_id DESC LIMIT 1
), golden (n, d, sigma, metric, expected, expected_se) AS (
    VALUES
    (256, 32, 1.0, 'frac_le_inv_n', .68821, .0002), (256, 32, 1.0, 'frac_le_tenth_inv_n', .03955, .0006), (256, 32, 1.0, 'count_gt_1e_3', 207.25, .06),
    (256, 32, 1.0, 'top_n8_mass', .43457, .0007), (256, 32, 1.0, 'top_sqrt_n_mass', .29155, .0007), (256, 32, 1.0, 'k_tv_0_1_frac', .61592, .0007),
    (256, 32, 1.0, 'k_tv_0_01_frac', .90975, .0007), (256, 32, 1.0, 'entropy', 5.0521, .001), (256, 32, 1.0, 'n_sum_p2', 2.711, .0054),
    (256, 32, 1.0, 'lse_minus_ln_n', .4974, .001), (256, 32, 1.0, 'topk_error', 1.215, .012), (256, 32, 1.0, 'window_error', 2.491, .025),
    (1024, 64, 0.5, 'frac_le_inv_n', .54949, .0002), (1024, 64, 0.5, 'top_n8_mass', .18368, .0007), (1024, 64, 0.5, 'top_sqrt_n_mass', .05326, .0007),
    (1024, 64, 0.5, 'k_tv_0_1_frac', .84958, .0007), (1024, 64, 0.5, 'k_tv_0_01_frac', .98162, .0007), (1024, 64, 0.5, 'entropy', 6.9003, .001),
    (1024, 64, 0.5, 'n_sum_p2', 1.0645, .0021), (1024, 64, 0.5, 'lse_minus_ln_n', .0311, .001), (1024, 64, 0.5, 'topk_error', 2.433, .024),
    (1024, 64, 0.5, 'window_error', 2.660, .027),
    (1024, 64, 1.0, 'frac_le_inv_n', .69038, .0002), (1024, 64, 1.0, 'frac_le_tenth_inv_n', .03785, .0006), (1024, 64, 1.0, 'count_gt_1e_3', 308.44, .2),
    (1024, 64, 1.0, 'top_n8_mass', .43843, .0007), (1024, 64, 1.0, 'top_sqrt_n_mass', .19304, .0007), (1024, 64, 1.0, 'k_tv_0_1_frac', .61249, .0007),
    (1024, 64, 1.0, 'k_tv_0_01_frac', .90797, .0007), (1024, 64, 1.0, 'entropy', 6.4325, .001), (1024, 64, 1.0, 'n_sum_p2', 2.745, .0055),
    (1024, 64, 1.0, 'lse_minus_ln_n', .5002, .001), (1024, 64, 1.0, 'topk_error', 1.2145, .012), (1024, 64, 1.0, 'window_error', 2.589, .026),
    (1024, 64, 2.0, 'frac_le_inv_n', .95584, .0002), (1024, 64, 2.0, 'frac_le_tenth_inv_n', .87078, .0006), (1024, 64, 2.0, 'count_gt_1e_3', 44.65, .2),
    (1024, 64, 2.0, 'top_n8_mass', .99031, .0007), (1024, 64, 2.0, 'top_sqrt_n_mass', .93666, .0007), (1024, 64, 2.0, 'k_tv_0_1_frac', .02020, .0007),
    (1024, 64, 2.0, 'k_tv_0_01_frac', .10789, .0007), (1024, 64, 2.0, 'entropy', 2.3826, .009), (1024, 64, 2.0, 'n_sum_p2', 277.5, 4.2),
    (1024, 64, 2.0, 'lse_minus_ln_n', 7.039, .02), (1024, 64, 2.0, 'topk_error', .00892, .00012), (1024, 64, 2.0, 'window_error', 1.391, .018),
    (4096, 64, 1.0, 'frac_le_inv_n', .69032, .0002), (4096, 64, 1.0, 'frac_le_tenth_inv_n', .03756, .0006), (4096, 64, 1.0, 'count_gt_1e_3', 112.59, .6),
    (4096, 64, 1.0, 'top_n8_mass', .43838, .0007), (4096, 64, 1.0, 'top_sqrt_n_mass', .12385, .0007), (4096, 64, 1.0, 'k_tv_0_1_frac', .61238, .0007),
    (4096, 64, 1.0, 'k_tv_0_01_frac', .90772, .0007), (4096, 64, 1.0, 'entropy', 7.8191, .001), (4096, 64, 1.0, 'n_sum_p2', 2.748, .0055),
    (4096, 64, 1.0, 'lse_minus_ln_n', .4990, .001), (4096, 64, 1.0, 'topk_error', 1.218, .016), (4096, 64, 1.0, 'window_error', 2.638, .034),
    (4096, 64, 1.5, 'frac_le_inv_n', .86575, .0002), (4096, 64, 1.5, 'frac_le_tenth_inv_n', .53089, .0006), (4096, 64, 1.5, 'count_gt_1e_3', 166.52, .6),
    (4096, 64, 1.5, 'top_n8_mass', .85462, .0007), (4096, 64, 1.5, 'top_sqrt_n_mass', .52293, .0007), (4096, 64, 1.5, 'k_tv_0_1_frac', .17577, .0007),
    (4096, 64, 1.5, 'k_tv_0_01_frac', .53529, .0007), (4096, 64, 1.5, 'entropy', 5.8818, .009), (4096, 64, 1.5, 'n_sum_p2', 82.27, 1.2),
    (4096, 64, 1.5, 'lse_minus_ln_n', 2.517, .01), (4096, 64, 1.5, 'topk_error', .1428, .0019), (4096, 64, 1.5, 'window_error', 1.850, .024),
    (4096, 64, 2.0, 'frac_le_inv_n', .96383, .0002), (4096, 64, 2.0, 'frac_le_tenth_inv_n', .88822, .0006), (4096, 64, 2.0, 'count_gt_1e_3', 63.86, .3),
    (4096, 64, 2.0, 'top_n8_mass', .99332, .0007), (4096, 64, 2.0, 'top_sqrt_n_mass', .91849, .0007), (4096, 64, 2.0, 'k_tv_0_1_frac', .01301, .0007),
    (4096, 64, 2.0, 'k_tv_0_01_frac', .08804, .0007), (4096, 64, 2.0, 'entropy', 3.0246, .009), (4096, 64, 2.0, 'n_sum_p2', 833.2, 12.5),
    (4096, 64, 2.0, 'lse_minus_ln_n', 7.369, .02), (4096, 64, 2.0, 'topk_error', .00571, .00008), (4096, 64, 2.0, 'window_error', 1.384, .018)
), by_seed AS (
    SELECT s.n, s.d, s.sigma, s.seed, g.metric, (to_jsonb(s) ->> g.metric)::double precision AS value
    FROM v_sparsity s JOIN run USING (run_id) JOIN golden g ON g.n = s.n AND g.d = s.d AND g.sigma = s.sigma
    WHERE g.metric NOT LIKE '%\_error'
    UNION ALL
    SELECT c.n, c.d, c.sigma, c.seed, c.kernel || '_error', c.rel_error
    FROM v_cells c JOIN run USING (run_id) WHERE c.kernel IN ('topk', 'window') AND c.outcome = 'ok'
), measured AS (
    SELECT n, d, sigma, metric, count(*) AS seeds, avg(value) AS mean, stddev_samp(value) / sqrt(count(*)) AS se
    FROM by_seed GROUP BY n, d, sigma, metric
), compared AS (
    SELECT g.n, g.d, g.sigma::double precision AS sigma, g.metric, m.seeds, m.mean AS measured, g.expected::double precision AS golden,
           student_z((m.mean - g.expected) / sqrt(m.se ^ 2 + g.expected_se ^ 2),
                     CASE WHEN m.se > 0 THEN (m.seeds - 1) * (1 + (g.expected_se / m.se) ^ 2) ^ 2 ELSE 'Infinity' END) AS z
    FROM golden g JOIN measured m USING (n, d, sigma, metric)
)
SELECT n, d, sigma, metric, seeds, measured, golden, round(z::numeric, 2) AS z, abs(z) <= 4 AS agrees
FROM compared
ORDER BY n, sigma, metric;
