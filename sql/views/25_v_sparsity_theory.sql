-- One row per run, shape and metric with the mean over seeds beside theory. Rows of one seed share their keys, so errors come from seeds only;
-- z is Student's t over the seeds as the normal score that is equally unlikely.
CREATE VIEW v_sparsity_theory AS
SELECT run_id, run_name, input_model, causal, heads, n, d, sigma, metric, seeds, measured, standard_error, theory,
       CASE WHEN measured = theory THEN CASE WHEN seeds > 1 THEN 0.0::double precision END
            -- Seeds that do not differ at all (a count of 0 in all of them) give no yardstick.
            ELSE student_z((measured - theory) / nullif(standard_error, 0), seeds - 1) END AS z
FROM (
    SELECT v.run_id, v.run_name, v.input_model, v.causal, v.heads, v.n, v.d, v.sigma, m.metric, min(m.place) AS place,
           count(m.measured) AS seeds, avg(m.measured) AS measured,
           stddev_samp(m.measured) / sqrt(count(m.measured)) AS standard_error, avg(m.theory) AS theory
    FROM v_sparsity v
    CROSS JOIN LATERAL (VALUES
        (1, 'tau_rms', v.tau_rms, v.theory_tau_rms),
        (2, 'frac_le_inv_n', v.frac_le_inv_n, v.theory_frac_le_inv_n),
        (3, 'frac_le_tenth_inv_n', v.frac_le_tenth_inv_n, v.theory_frac_le_tenth_inv_n),
        (4, 'count_gt_1e_3', v.count_gt_1e_3, v.theory_count_gt_1e_3),
        (5, 'top_n8_mass', v.top_n8_mass, v.theory_top_n8_mass),
        (6, 'top_sqrt_n_mass', v.top_sqrt_n_mass, v.theory_top_sqrt_n_mass),
        (7, 'k_tv_0_1_frac', v.k_tv_0_1_frac, v.theory_k_tv_0_1_frac),
        (8, 'k_tv_0_01_frac', v.k_tv_0_01_frac, v.theory_k_tv_0_01_frac),
        (9, 'entropy', v.entropy, v.theory_entropy),
        (10, 'n_sum_p2', v.n_sum_p2, v.theory_n_sum_p2),
        (11, 'lse_minus_ln_n', v.lse_minus_ln_n, v.theory_lse_minus_ln_n),
        (12, 'max_p', v.max_p, v.theory_max_p)) AS m (place, metric, measured, theory)
    -- NaN and the infinities are no measurements; NaN sorts above infinity.
    WHERE m.measured > '-Infinity' AND m.measured < 'Infinity'
    GROUP BY v.run_id, v.run_name, v.input_model, v.causal, v.heads, v.n, v.d, v.sigma, m.metric
) s
ORDER BY run_id, input_model, causal, heads, d, place, n, sigma;

COMMENT ON VIEW v_sparsity_theory IS 'One row per run, shape and metric: the mean over seeds, its error, theory beside it, and their distance.';
COMMENT ON COLUMN v_sparsity_theory.run_id IS 'The run.';
COMMENT ON COLUMN v_sparsity_theory.run_name IS 'Name of the sweep.';
COMMENT ON COLUMN v_sparsity_theory.input_model IS 'How Q, K and V were drawn.';
COMMENT ON COLUMN v_sparsity_theory.causal IS 'Row i sees keys 0..i only.';
COMMENT ON COLUMN v_sparsity_theory.heads IS 'Independent attention problems of the input.';
COMMENT ON COLUMN v_sparsity_theory.n IS 'Sequence length.';
COMMENT ON COLUMN v_sparsity_theory.d IS 'Head dimension.';
COMMENT ON COLUMN v_sparsity_theory.sigma IS 'Standard deviation of the entries of Q and K.';
COMMENT ON COLUMN v_sparsity_theory.metric IS 'Name of the metric: a column of v_sparsity.';
COMMENT ON COLUMN v_sparsity_theory.seeds IS 'Seeds that the mean is over.';
COMMENT ON COLUMN v_sparsity_theory.measured IS 'Mean over the seeds of the means over the sampled rows.';
COMMENT ON COLUMN v_sparsity_theory.standard_error IS 'Of that mean, from the spread of the seeds; null for a single seed.';
COMMENT ON COLUMN v_sparsity_theory.theory IS 'What theory predicts; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity_theory.z IS 'Student''s t of measured - theory with seeds - 1 degrees of freedom, as the normal score that is equally unlikely; null for a single seed, or seeds that do not differ.';
