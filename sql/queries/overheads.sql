-- What runs spend beside the timing of their cells: the finished runs with the seconds of their series (warm-ups and pauses included), of the
-- verification and of the sparsity metrics, and the shares of the sum. Preparing inputs and kernels is in none of them.
--   attnsweep sql < sql/queries/overheads.sql
WITH series AS (
    SELECT run_id, sum(wall_seconds + warm_up_seconds) AS seconds FROM v_trials GROUP BY run_id
), verification AS (
    SELECT run_id, count(*) AS cells, sum(verify_seconds) AS seconds, max(peak_memory_bytes) AS peak FROM v_cells GROUP BY run_id
), sparsity AS (
    SELECT run_id, sum(seconds) AS seconds FROM v_sparsity GROUP BY run_id
), sums AS (
    SELECT r.run_id, r.run_name, v.cells, s.seconds AS series, v.seconds AS verify, coalesce(p.seconds, 0) AS sparsity, v.peak
    FROM v_runs r JOIN series s USING (run_id) JOIN verification v USING (run_id) LEFT JOIN sparsity p USING (run_id)
    WHERE v.seconds IS NOT NULL
)
SELECT run_id, run_name, cells, round(series::numeric, 1) AS series_seconds, round(verify::numeric, 1) AS verify_seconds, round(sparsity::numeric, 1) AS sparsity_seconds,
       round((100 * verify / (series + verify + sparsity))::numeric, 1) AS verify_percent,
       round((100 * sparsity / (series + verify + sparsity))::numeric, 1) AS sparsity_percent,
       peak >> 20 AS peak_mebibytes
FROM sums
ORDER BY run_id;
