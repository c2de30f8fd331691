-- Do times hang on sigma? The latest finished run of sweeps/sigma.yaml: each kernel's time at each sigma over its time at the smallest one. Inputs of one
-- seed are the same draws times sigma, so seeds are pairs. By two clocks: wall; and, on cpu-simd, processor time of a launch, which others on the
-- machine move less. What the machine does meanwhile is divided out by the dense kernel: of the same trial by wall, of the same input by processor time. For the
-- dense kernel itself it cannot be. The interval is Student's at 99 % over the seeds. A kernel moves when the ratio is off by
-- 3 % or more and the interval at 99.9 % excludes 1 (so many kernels are looked at that 99 % would accuse one by chance); it stays when the interval lies within 5 %.
--   attnsweep sql < sql/queries/sigma_dependence.sql
WITH run AS (
    SELECT run_id FROM v_runs WHERE run_name = 'sigma' AND state = 'finished' ORDER BY run_id DESC LIMIT 1
), times AS (
    SELECT c.backend, c.device, c.kernel, c.variant, c.n, c.d, c.sigma, c.seed, m.clock, bool_or(c.data_dependent) AS declared,
           -- Others only ever add processor time, by what they do to the caches; a ratio of wall times they move either way.
           CASE m.clock WHEN 'processor' THEN min(ln(m.us)) ELSE percentile_cont(0.5) WITHIN GROUP (ORDER BY ln(m.us)) END AS log_time
    FROM v_cells c JOIN run USING (run_id) JOIN v_trials t USING (cell_id)
    CROSS JOIN LATERAL (VALUES
        ('wall', CASE WHEN c.kernel = 'flash' THEN t.median_us ELSE t.median_us / nullif(t.dense_median_us, 0) END),
        ('processor', CASE WHEN c.backend = 'cpu-simd' THEN 1e6 * t.cpu_seconds / (t.sample_count * t.launches_per_sample) END)) AS m (clock, us)
    WHERE c.outcome = 'ok' AND m.us > 0
    GROUP BY c.backend, c.device, c.kernel, c.variant, c.n, c.d, c.sigma, c.seed, m.clock
), times_beside_dense AS (
    SELECT t.*, t.log_time - CASE WHEN t.clock = 'processor' AND t.kernel <> 'flash' THEN dense.log_time ELSE 0 END AS relative
    FROM times t LEFT JOIN times dense ON dense.kernel = 'flash' AND dense.clock = t.clock
        AND (dense.backend, dense.n, dense.d, dense.sigma, dense.seed) = (t.backend, t.n, t.d, t.sigma, t.seed) AND dense.device IS NOT DISTINCT FROM t.device
), pairs AS (
    SELECT b.backend, b.clock, b.variant, b.n, b.d, a.sigma AS sigma_a, b.sigma AS sigma_b, b.declared, b.relative - a.relative AS change
    FROM times_beside_dense b JOIN times_beside_dense a ON (a.backend, a.clock, a.variant, a.n, a.d, a.seed) = (b.backend, b.clock, b.variant, b.n, b.d, b.seed) AND a.device IS NOT DISTINCT FROM b.device
    WHERE a.sigma = (SELECT min(sigma) FROM times) AND b.sigma > a.sigma
), ratios AS (
    SELECT backend, clock, variant, n, d, sigma_a, sigma_b, bool_or(declared) AS declared, count(*)::integer AS seeds, avg(change) AS change,
           -- Student's t at 99.5 and 99.95 %, for 2, 3, ... seeds; beyond 16 seeds that of 16.
           stddev_samp(change) / sqrt(count(*)) * (ARRAY[63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169, 3.106, 3.055, 3.012, 2.977, 2.947])[
               least(count(*) - 1, 15)]::double precision AS half_width,
           stddev_samp(change) / sqrt(count(*)) * (ARRAY[636.619, 31.599, 12.924, 8.610, 6.869, 5.959, 5.408, 5.041, 4.781, 4.587, 4.437, 4.318, 4.221, 4.140, 4.073])[
               least(count(*) - 1, 15)]::double precision AS sure_half_width
    FROM pairs GROUP BY backend, clock, variant, n, d, sigma_a, sigma_b
), judged AS (
    SELECT r.*, exp(change) AS ratio, exp(change - half_width) AS low, exp(change + half_width) AS high,
           abs(change) > sure_half_width AND abs(exp(change) - 1) >= 0.03 AS moves,
           exp(change - half_width) >= 0.95 AND exp(change + half_width) <= 1.05 AS stays
    FROM ratios r
)
SELECT backend, clock, variant, n, d, sigma_a || ' to ' || sigma_b AS sigma, seeds, declared AS may_depend, round(ratio::numeric, 3) AS ratio,
       round(low::numeric, 3) AS low, round(high::numeric, 3) AS high,
       CASE WHEN moves AND declared THEN 'depends, as declared'
            WHEN moves THEN 'depends, though declared not to'
            WHEN stays AND declared THEN 'may depend, does not here'
            WHEN stays THEN 'does not depend, as declared'
            ELSE 'too noisy to tell' END AS verdict
FROM judged
ORDER BY backend, clock, may_depend, variant, n, d, sigma_b;
