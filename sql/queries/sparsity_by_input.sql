-- Sparsity metrics of each input in long form: one row per input and metric, theory beside it where there is a closed form.
SELECT s.input_model, s.causal, s.n, s.d, s.sigma, s.seed, s.rows_sampled, m.metric,
       (to_jsonb(s) ->> m.metric)::double precision AS measured,
       (to_jsonb(s) ->> ('theory_' || m.metric))::double precision AS theory
FROM v_sparsity s CROSS JOIN unnest(@metrics::text[]) AS m(metric)
WHERE s.run_id = @runId
ORDER BY s.input_model, s.causal, s.n, s.d, s.sigma, m.metric, s.seed;
