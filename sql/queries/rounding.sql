-- Does storing Q, K and V in 16 bits cost more than leaving keys out? The latest finished run of sweeps/rounding.yaml: the error that storage alone gives
-- dense attention beside the kernel's error on the stored tensors, and the share of kept keys that rounding changed. Means over the seeds; the larger
-- one is named where it is so for every seed.
--   attnsweep sql < sql/queries/rounding.sql
WITH run AS (
    SELECT run_id FROM v_runs WHERE run_name = 'rounding' AND state = 'finished' ORDER BY run_id DESC LIMIT 1
)
SELECT dtype, variant, n, d, sigma, count(*) AS seeds, avg(rounding_error) AS rounding_error, avg(rel_error) AS kernel_error,
       avg(rounding_error) / nullif(avg(rel_error), 0) AS ratio, avg(selection_changed) AS selection_changed,
       CASE WHEN bool_and(rounding_error > rel_error) THEN 'rounding costs more'
            WHEN bool_and(rounding_error < rel_error) THEN 'the kernel costs more'
            ELSE 'seeds do not agree' END AS verdict
FROM v_cells JOIN run USING (run_id)
WHERE outcome = 'ok' AND rounding_error IS NOT NULL
GROUP BY dtype, variant, n, d, sigma
ORDER BY variant, dtype, n, d, sigma;
