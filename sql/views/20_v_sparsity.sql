-- One row per input whose sparsity was measured: means over the sampled rows, and theory beside those that have a closed form.
-- The columns up to max_p are a contract: later versions may add columns at the end, never rename these.
CREATE VIEW v_sparsity AS
SELECT r.run_id,
       r.name AS run_name,
       i.model AS input_model,
       i.causal,
       i.n,
       i.d,
       i.sigma,
       i.seed,
       s.rows_sampled,
       s.tau_rms,
       s.frac_le_inv_n,
       s.frac_le_tenth_inv_n,
       s.count_gt_1e_3,
       s.top_n8_mass,
       s.top_sqrt_n_mass,
       s.k_tv_0_1_frac,
       s.k_tv_0_01_frac,
       s.entropy,
       s.n_sum_p2,
       s.lse_minus_ln_n,
       s.max_p,
       (s.theory ->> 'tau_rms')::double precision AS theory_tau_rms,
       (s.theory ->> 'frac_le_inv_n')::double precision AS theory_frac_le_inv_n,
       (s.theory ->> 'frac_le_tenth_inv_n')::double precision AS theory_frac_le_tenth_inv_n,
       (s.theory ->> 'count_gt_1e_3')::double precision AS theory_count_gt_1e_3,
       (s.theory ->> 'top_n8_mass')::double precision AS theory_top_n8_mass,
       (s.theory ->> 'top_sqrt_n_mass')::double precision AS theory_top_sqrt_n_mass,
       (s.theory ->> 'k_tv_0_1_frac')::double precision AS theory_k_tv_0_1_frac,
       (s.theory ->> 'k_tv_0_01_frac')::double precision AS theory_k_tv_0_01_frac,
       (s.theory ->> 'entropy')::double precision AS theory_entropy,
       (s.theory ->> 'n_sum_p2')::double precision AS theory_n_sum_p2,
       (s.theory ->> 'lse_minus_ln_n')::double precision AS theory_lse_minus_ln_n,
       (s.theory ->> 'max_p')::double precision AS theory_max_p,
       i.heads,
       s.input_id,
       a.worker,
       a.device_name AS device,
       s.metrics,
       s.measured_at,
       i.input_variant,
       i.input_parameters,
       i.dtype,
       s.seconds,
       (s.metrics -> 'alpha' ->> 'max')::double precision AS alpha
FROM sparsity s
JOIN v_inputs i USING (input_id)
JOIN runs r ON r.run_id = i.run_id
JOIN attempts a ON a.shard_id = s.shard_id AND a.attempt = s.attempt;

COMMENT ON VIEW v_sparsity IS 'One row per input whose sparsity was measured: means over the sampled rows, theory beside them.';
COMMENT ON COLUMN v_sparsity.run_id IS 'The run.';
COMMENT ON COLUMN v_sparsity.run_name IS 'Name of the sweep.';
COMMENT ON COLUMN v_sparsity.input_model IS 'How Q, K and V were drawn.';
COMMENT ON COLUMN v_sparsity.causal IS 'Row i sees keys 0..i only.';
COMMENT ON COLUMN v_sparsity.n IS 'Sequence length.';
COMMENT ON COLUMN v_sparsity.d IS 'Head dimension.';
COMMENT ON COLUMN v_sparsity.sigma IS 'Standard deviation of the entries of Q and K.';
COMMENT ON COLUMN v_sparsity.seed IS 'Seed of the input.';
COMMENT ON COLUMN v_sparsity.rows_sampled IS 'Query rows sampled.';
COMMENT ON COLUMN v_sparsity.tau_rms IS 'Standard deviation of the row''s scores; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.frac_le_inv_n IS 'Share of keys with p <= 1/n; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.frac_le_tenth_inv_n IS 'Share of keys with p <= 0.1/n; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.count_gt_1e_3 IS 'Keys with p > 1e-3; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.top_n8_mass IS 'Mass of the ceil(n/8) largest p; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.top_sqrt_n_mass IS 'Mass of the ceil(sqrt n) largest p; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.k_tv_0_1_frac IS 'Smallest k with 1 - (top-k mass) <= 0.1, divided by n; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.k_tv_0_01_frac IS 'Smallest k with 1 - (top-k mass) <= 0.01, divided by n; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.entropy IS '-sum p ln p, in nats; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.n_sum_p2 IS 'n sum p^2; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.lse_minus_ln_n IS 'ln sum exp(score) - ln n; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.max_p IS 'max p; mean over the sampled rows.';
COMMENT ON COLUMN v_sparsity.theory_tau_rms IS 'Theory''s tau_rms; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.theory_frac_le_inv_n IS 'Theory''s frac_le_inv_n; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.theory_frac_le_tenth_inv_n IS 'Theory''s frac_le_tenth_inv_n; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.theory_count_gt_1e_3 IS 'Theory''s count_gt_1e_3; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.theory_top_n8_mass IS 'Theory''s top_n8_mass; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.theory_top_sqrt_n_mass IS 'Theory''s top_sqrt_n_mass; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.theory_k_tv_0_1_frac IS 'Theory''s k_tv_0_1_frac; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.theory_k_tv_0_01_frac IS 'Theory''s k_tv_0_01_frac; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.theory_entropy IS 'Theory''s entropy; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.theory_n_sum_p2 IS 'Theory''s n_sum_p2; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.theory_lse_minus_ln_n IS 'Theory''s lse_minus_ln_n; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.theory_max_p IS 'Theory''s max_p; null where there is no closed form.';
COMMENT ON COLUMN v_sparsity.heads IS 'Independent attention problems of the input.';
COMMENT ON COLUMN v_sparsity.input_id IS 'The input.';
COMMENT ON COLUMN v_sparsity.worker IS 'The worker that measured it.';
COMMENT ON COLUMN v_sparsity.device IS 'The device in words.';
COMMENT ON COLUMN v_sparsity.metrics IS 'Every metric with mean, standard deviation, percentiles, min and max over the rows.';
COMMENT ON COLUMN v_sparsity.measured_at IS 'When it was recorded.';
COMMENT ON COLUMN v_sparsity.input_variant IS 'The input model with its parameters, the same for every n, d, sigma and seed: group by it.';
COMMENT ON COLUMN v_sparsity.input_parameters IS 'Parameters of the input model that differ from the usual ones, by the names of the sweep file.';
COMMENT ON COLUMN v_sparsity.dtype IS 'What Q, K and V were rounded to: float32, float16 or bfloat16. Computation is float32.';
COMMENT ON COLUMN v_sparsity.seconds IS 'Time that the runner spent on measuring it.';
COMMENT ON COLUMN v_sparsity.alpha IS 'n times the largest, over keys j, of sum over rows i of p_ij^2 (HyperAttention''s alpha); null unless the sample holds every row of an input that is not causal.';
