-- Do times hang on sigma? The latest finished run of sweeps/sigma.yaml: each kernel's time at each sigma over its time at the smallest one. Inputs of one
-- seed are the same draws times sigma, so seeds are pairs; what the machine does meanwhile is divided out by the dense kernel of the same trial (for
-- the dense baseline itself it cannot be). The interval is Student's at 99 % over the seeds. A kernel moves when the interval excludes 1 and the ratio
-- is off by 3 % or more, and stays when the interval lies within 5 %.
--   attnsweep sql < sql/queries/sigma_dependence.sql
WITH run AS (
    SELECT run_id FROM v_runs WHERE run_name = 'sigma' AND state = 'finished' ORDER BY run_id DESC LIMIT 1
), times AS (
    SELECT c.backend, c.device, c.kernel, c.variant, c.n, c.d, c.sigma, c.seed, bool_or(c.data_dependent) AS declared,
           avg(ln(CASE WHEN c.kernel = 'flash' THEN t.median_us ELSE t.median_us / t.dense_median_us END)) AS log_time
    FROM v_cells c JOIN run USING (run_id) JOIN v_trials t USING (cell_id)
    WHERE c.outcome = 'ok' AND (c.kernel = 'flash' OR t.dense_median_us > 0)
    GROUP BY c.backend, c.device, c.kernel, c.variant, c.n, c.d, c.sigma, c.seed
), pairs AS (
    SELECT b.backend, b.variant, b.n, b.d, a.sigma AS sigma_a, b.sigma AS sigma_b, b.declared, b.log_time - a.log_time AS change
    FROM times b JOIN times a ON (a.backend, a.variant, a.n, a.d, a.seed) = (b.backend, b.variant, b.n, b.d, b.seed) AND a.device IS NOT DISTINCT FROM b.device
    WHERE a.sigma = (SELECT min(sigma) FROM times) AND b.sigma > a.sigma
), ratios AS (
    SELECT backend, variant, n, d, sigma_a, sigma_b, bool_or(declared) AS declared, count(*)::integer AS seeds, avg(change) AS change,
           -- Student's t at 99.5 %, one row of the table for each number of seeds; beyond 16 seeds that of 16.
           stddev_samp(change) / sqrt(count(*)) * (ARRAY[63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169, 3.106, 3.055, 3.012, 2.977, 2.947])[
               least(count(*) - 1, 15)]::double precision AS half_width
    FROM pairs GROUP BY backend, variant, n, d, sigma_a, sigma_b
), judged AS (
    SELECT r.*, exp(change) AS ratio, exp(change - half_width) AS low, exp(change + half_width) AS high,
           abs(change) > half_width AND abs(exp(change) - 1) >= 0.03 AS moves,
           exp(change - half_width) >= 0.95 AND exp(change + half_width) <= 1.05 AS stays
    FROM ratios r
)
SELECT backend, variant, n, d, sigma_a || ' to ' || sigma_b AS sigma, seeds, declared AS may_depend, round(ratio::numeric, 3) AS ratio,
       round(low::numeric, 3) AS low, round(high::numeric, 3) AS high,
       CASE WHEN moves AND declared THEN 'depends, as declared'
            WHEN moves THEN 'depends, though declared not to'
            WHEN stays AND declared THEN 'may depend, does not here'
            WHEN stays THEN 'does not depend, as declared'
            ELSE 'too noisy to tell' END AS verdict
FROM judged
ORDER BY backend, may_depend, variant, n, d, sigma_b;
