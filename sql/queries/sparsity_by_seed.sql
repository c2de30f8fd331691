-- Measured sparsity beside theory, one row per input and metric; rows of one seed are correlated, so means are taken over seeds.
-- Parameters: run (the run's id), metrics (names of columns of v_sparsity).
SELECT v.input_model, v.causal, v.heads, v.n, v.d, v.sigma, v.seed, m.metric,
       (to_jsonb(v) ->> m.metric)::double precision AS measured,
       (to_jsonb(v) ->> ('theory_' || m.metric))::double precision AS theory
FROM v_sparsity v CROSS JOIN unnest(@metrics::text[]) WITH ORDINALITY AS m (metric, place)
WHERE v.run_id = @run
ORDER BY v.input_model, v.causal, v.heads, v.n, v.d, v.sigma, m.place, v.seed;
