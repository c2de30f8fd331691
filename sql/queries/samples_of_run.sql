-- Every sample of every ok cell of a run; the key names what was measured, so that two runs can be laid side by side.
SELECT concat_ws('|', c.input_model, c.causal, c.heads, c.n, c.d, c.sigma, c.seed, c.variant, c.parameters, c.backend) AS cell_key,
       c.kernel, c.variant, c.cell_id, t.samples_us
FROM v_cells c JOIN trials t USING (cell_id)
WHERE c.run_id = @runId AND c.outcome = 'ok'
ORDER BY cell_key, t.trial;
