-- Every series of a run, with what identifies its cell in any run.
-- Parameter: run (the run's id).
SELECT c.cell_id, c.kernel,
       concat_ws(' ', c.variant, c.backend, c.input_variant, CASE WHEN c.causal THEN 'causal' END,
                 'heads=' || c.heads, 'n=' || c.n, 'd=' || c.d, 'sigma=' || c.sigma, 'seed=' || c.seed,
                 -- A steady load or cold caches make another number of the same cell: never compared with each other.
                 nullif(c.regime, 'burst'), nullif(c.cache, 'hot')) AS key,
       t.samples_us
FROM v_cells c LEFT JOIN v_trials t USING (cell_id)
WHERE c.run_id = @run
ORDER BY c.cell_id, t.trial;
