-- One row per cell of two runs that `attnsweep compare` looked at.
CREATE VIEW v_verdicts AS
SELECT v.baseline_run_id, b.name AS baseline_run_name, v.run_id, r.name AS run_name, v.verdict, v.ratio, v.ratio_low, v.ratio_high, v.p, v.why,
       c.kernel, c.variant, c.parameters, s.backend, i.model AS input_model, i.causal, i.heads, i.n, i.d, i.sigma, i.seed,
       v.baseline_cell_id, v.cell_id, v.decided_at
FROM verdicts v
JOIN runs b ON b.run_id = v.baseline_run_id
JOIN runs r ON r.run_id = v.run_id
JOIN cells c ON c.cell_id = COALESCE(v.cell_id, v.baseline_cell_id)
JOIN shards s USING (shard_id)
JOIN inputs i USING (input_id);

COMMENT ON VIEW v_verdicts IS 'One row per cell of two runs that were compared.';
COMMENT ON COLUMN v_verdicts.baseline_run_id IS 'The run compared against: A.';
COMMENT ON COLUMN v_verdicts.baseline_run_name IS 'Name of its sweep.';
COMMENT ON COLUMN v_verdicts.run_id IS 'The run compared: B.';
COMMENT ON COLUMN v_verdicts.run_name IS 'Name of its sweep.';
COMMENT ON COLUMN v_verdicts.verdict IS 'SAME, FASTER, SLOWER, AMBIGUOUS or NODATA, of B against A.';
COMMENT ON COLUMN v_verdicts.ratio IS 'Median time in B over the one in A: above 1, B is slower; null for NODATA, like the next three.';
COMMENT ON COLUMN v_verdicts.ratio_low IS 'Lower end of the ratio''s interval (hierarchical bootstrap and spread between trials).';
COMMENT ON COLUMN v_verdicts.ratio_high IS 'Upper end of that interval.';
COMMENT ON COLUMN v_verdicts.p IS 'Mann-Whitney p over the samples, not adjusted.';
COMMENT ON COLUMN v_verdicts.why IS 'What decided, and what to do where the verdict is AMBIGUOUS.';
COMMENT ON COLUMN v_verdicts.kernel IS 'Algorithm.';
COMMENT ON COLUMN v_verdicts.variant IS 'The kernel as the sweep file wrote it.';
COMMENT ON COLUMN v_verdicts.parameters IS 'Its parameters, worked out for this input.';
COMMENT ON COLUMN v_verdicts.backend IS 'What ran it.';
COMMENT ON COLUMN v_verdicts.input_model IS 'How Q, K and V were drawn.';
COMMENT ON COLUMN v_verdicts.causal IS 'Row i sees keys 0..i only.';
COMMENT ON COLUMN v_verdicts.heads IS 'Independent attention problems in one launch.';
COMMENT ON COLUMN v_verdicts.n IS 'Sequence length.';
COMMENT ON COLUMN v_verdicts.d IS 'Head dimension.';
COMMENT ON COLUMN v_verdicts.sigma IS 'Standard deviation of the entries of Q and K.';
COMMENT ON COLUMN v_verdicts.seed IS 'Seed of the input.';
COMMENT ON COLUMN v_verdicts.baseline_cell_id IS 'The cell in A; null where A has none.';
COMMENT ON COLUMN v_verdicts.cell_id IS 'The cell in B; null where B has none.';
COMMENT ON COLUMN v_verdicts.decided_at IS 'When they were compared last.';
