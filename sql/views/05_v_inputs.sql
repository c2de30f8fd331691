-- One row per input, with what distinguishes it from the usual kind beside its shape, sigma and seed. The views of cells and sparsity build on it.
CREATE VIEW v_inputs AS
SELECT p.*,
       p.model || COALESCE('(' || (
           SELECT string_agg(CASE key WHEN 'file' THEN regexp_replace(value, '^.*/', '') || '@' || left(p.input_parameters ->> 'sha256', 8)
                                      ELSE key || '=' || value END, ',' ORDER BY key)
           FROM jsonb_each_text(p.input_parameters) WHERE key <> 'sha256') || ')', '') AS input_variant
FROM (
    SELECT i.input_id, i.run_id, i.model, i.causal, i.heads, i.n, i.d, i.sigma, i.seed, i.dtype,
           jsonb_strip_nulls(jsonb_build_object(
               'norm', i.norm,
               'layer_norm', NULLIF(i.layer_norm, false),
               'mean_v', NULLIF(i.mean_v, 0),
               'rho', NULLIF(i.rho, 0),
               'rho_d', NULLIF(i.rho_d, 0),
               'nu', i.nu,
               'outliers', NULLIF(i.outliers, 0),
               'outlier_scale', NULLIF(i.outlier_scale, 1),
               'dtype', NULLIF(i.dtype, 'float32'),
               'file', i.file_path,
               'sha256', i.file_sha256)) AS input_parameters
    FROM inputs i
) p;

COMMENT ON VIEW v_inputs IS 'One row per input: what Q, K and V are.';
COMMENT ON COLUMN v_inputs.input_id IS 'The input.';
COMMENT ON COLUMN v_inputs.run_id IS 'The run that it belongs to.';
COMMENT ON COLUMN v_inputs.model IS 'How Q, K and V were made: independent, shared, xwx or file.';
COMMENT ON COLUMN v_inputs.causal IS 'Row i sees keys 0..i only.';
COMMENT ON COLUMN v_inputs.heads IS 'Independent attention problems.';
COMMENT ON COLUMN v_inputs.n IS 'Sequence length.';
COMMENT ON COLUMN v_inputs.d IS 'Head dimension.';
COMMENT ON COLUMN v_inputs.sigma IS 'Standard deviation of the drawn entries of Q and K; a factor of Q and K for a file.';
COMMENT ON COLUMN v_inputs.seed IS 'Seed of the generator; 0 for a file.';
COMMENT ON COLUMN v_inputs.dtype IS 'What Q, K and V were rounded to.';
COMMENT ON COLUMN v_inputs.input_parameters IS 'Parameters of the model that differ from the usual ones, by the names of the sweep file.';
COMMENT ON COLUMN v_inputs.input_variant IS 'Model and parameters in words: xwx(norm=8), file(sample.safetensors@26bca2a6).';
