-- Errors and masses of kernels beside theory: one row per run, shape, kernel variant and number, over the seeds. A formula's own tolerance is taken off
-- the distance before it is held against the spread of the seeds; where a formula does not hold, its row says so and is not judged.
CREATE VIEW v_kernel_theory AS
SELECT s.*,
       CASE WHEN s.outside IS NOT NULL THEN 'outside the formula''s range'
            WHEN s.seeds < 2 THEN 'one seed tells no error'
            WHEN abs(s.measured - s.theory) <= s.tolerance OR abs(s.z) <= 4 THEN 'agrees'
            ELSE 'disagrees' END AS verdict
FROM (
    SELECT m.*,
           CASE WHEN m.seeds < 2 THEN NULL
                WHEN abs(m.measured - m.theory) <= m.tolerance THEN 0
                -- Seeds that do not differ at all give no yardstick.
                ELSE student_z(sign(m.measured - m.theory) * (abs(m.measured - m.theory) - m.tolerance) / nullif(m.standard_error, 0), m.seeds - 1) END AS z
    FROM (
        SELECT v.run_id, v.run_name, v.backend, v.n, v.d, v.sigma, v.dtype, v.heads, v.kernel, v.variant, v.metric,
               count(v.measured)::integer AS seeds, avg(v.measured) AS measured, stddev_samp(v.measured) / sqrt(count(v.measured)) AS standard_error,
               avg(v.theory) AS theory, avg(v.tolerance) AS tolerance, min(v.outside) AS outside
        FROM (
            SELECT c.run_id, c.run_name, c.backend, c.n, c.d, c.sigma, c.dtype, c.heads, c.kernel, c.variant, p.metric,
                   CASE p.metric WHEN 'total_variation' THEN c.total_variation WHEN 'rel_error' THEN c.rel_error WHEN 'lse_error' THEN c.lse_error
                                 WHEN 'ln_kappa' THEN ln(c.kappa) WHEN 'bucket_gain' THEN c.bucket_gain WHEN 'kept_fraction' THEN c.kept_fraction END AS measured,
                   (p.value ->> 'value')::double precision AS theory, (p.value ->> 'tolerance')::double precision AS tolerance, p.value ->> 'outside' AS outside
            FROM v_cells c CROSS JOIN LATERAL jsonb_each(c.theory) AS p (metric, value)
            WHERE c.outcome = 'ok'
        ) v
        WHERE v.measured > '-Infinity' AND v.measured < 'Infinity'
        GROUP BY v.run_id, v.run_name, v.backend, v.n, v.d, v.sigma, v.dtype, v.heads, v.kernel, v.variant, v.metric
    ) m
) s;

COMMENT ON VIEW v_kernel_theory IS 'Errors and masses of kernels beside theory, over the seeds, with a verdict.';
COMMENT ON COLUMN v_kernel_theory.run_id IS 'The run.';
COMMENT ON COLUMN v_kernel_theory.run_name IS 'Name of the sweep.';
COMMENT ON COLUMN v_kernel_theory.backend IS 'What ran it.';
COMMENT ON COLUMN v_kernel_theory.n IS 'Sequence length.';
COMMENT ON COLUMN v_kernel_theory.d IS 'Head dimension.';
COMMENT ON COLUMN v_kernel_theory.sigma IS 'Standard deviation of the entries of Q and K.';
COMMENT ON COLUMN v_kernel_theory.dtype IS 'What Q, K and V were rounded to.';
COMMENT ON COLUMN v_kernel_theory.heads IS 'Independent attention problems in one launch.';
COMMENT ON COLUMN v_kernel_theory.kernel IS 'Algorithm.';
COMMENT ON COLUMN v_kernel_theory.variant IS 'The kernel as the sweep file wrote it.';
COMMENT ON COLUMN v_kernel_theory.metric IS 'A column of v_cells, or ln_kappa: ln of its kappa.';
COMMENT ON COLUMN v_kernel_theory.seeds IS 'Seeds that the mean is over.';
COMMENT ON COLUMN v_kernel_theory.measured IS 'Mean over the seeds.';
COMMENT ON COLUMN v_kernel_theory.standard_error IS 'Of that mean, from the spread of the seeds; null for a single seed.';
COMMENT ON COLUMN v_kernel_theory.theory IS 'What the formula says.';
COMMENT ON COLUMN v_kernel_theory.tolerance IS 'How far the formula itself may be off within its range, in the metric''s units.';
COMMENT ON COLUMN v_kernel_theory.outside IS 'Why the formula does not hold here; null within its range.';
COMMENT ON COLUMN v_kernel_theory.z IS 'What of the difference exceeds the tolerance, as Student''s t with seeds - 1 degrees of freedom told as a normal score; 0 within it.';
COMMENT ON COLUMN v_kernel_theory.verdict IS 'agrees (within the tolerance, or |z| <= 4), disagrees, outside the formula''s range, or one seed tells no error.';
