-- Speed-up against error: one row per kernel variant and shape, with whether it is on the Pareto frontier of its shape. Times of different
-- devices, regimes and caches never share a frontier.
CREATE VIEW v_frontier AS
WITH points AS (
    SELECT run_id, run_name, backend, device, input_variant, causal, heads, n, d, sigma, regime, cache, kernel, variant,
           count(*) AS cells,
           -- A speed-up is a ratio, so its mean over seeds is geometric.
           exp(avg(ln(speedup_vs_dense))) AS speedup,
           avg(rel_error) AS rel_error,
           avg(kept_fraction) AS kept_fraction
    FROM v_cells
    WHERE outcome = 'ok' AND speedup_vs_dense > 0
    GROUP BY run_id, run_name, backend, device, input_variant, causal, heads, n, d, sigma, regime, cache, kernel, variant
), compared AS (
    SELECT p.*,
           max(speedup) OVER (shape RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS fastest_as_exact,
           max(speedup) OVER (shape GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS fastest_more_exact
    FROM points p
    WINDOW shape AS (PARTITION BY run_id, backend, device, input_variant, causal, heads, n, d, sigma, regime, cache ORDER BY rel_error)
), marked AS (
    -- On the frontier: nothing as exact is faster, and nothing more exact is as fast.
    SELECT c.*, speedup >= fastest_as_exact AND speedup > coalesce(fastest_more_exact, 0) AS on_frontier FROM compared c
)
SELECT m.run_id, m.run_name, m.backend, m.device, m.input_variant, m.causal, m.heads, m.n, m.d, m.sigma, m.regime, m.cache, m.kernel, m.variant,
       m.cells, m.speedup, m.rel_error, m.kept_fraction, m.on_frontier,
       CASE WHEN m.on_frontier THEN rank() OVER (PARTITION BY m.run_id, m.backend, m.device, m.input_variant, m.causal, m.heads, m.n, m.d, m.sigma, m.regime, m.cache,
           m.on_frontier ORDER BY m.rel_error)::integer END AS place,
       CASE WHEN NOT m.on_frontier THEN (
           SELECT b.variant FROM marked b
           WHERE (b.run_id, b.backend, b.input_variant, b.causal, b.heads, b.n, b.d, b.sigma, b.regime, b.cache)
               = (m.run_id, m.backend, m.input_variant, m.causal, m.heads, m.n, m.d, m.sigma, m.regime, m.cache)
             AND b.device IS NOT DISTINCT FROM m.device AND b.on_frontier AND b.rel_error <= m.rel_error AND b.speedup >= m.speedup
           ORDER BY b.speedup DESC, b.rel_error, b.variant LIMIT 1) END AS beaten_by
FROM marked m;

COMMENT ON VIEW v_frontier IS 'One row per kernel variant and shape: speed-up against error, and whether it is on the Pareto frontier of its shape.';
COMMENT ON COLUMN v_frontier.run_id IS 'The run.';
COMMENT ON COLUMN v_frontier.run_name IS 'Name of the sweep.';
COMMENT ON COLUMN v_frontier.backend IS 'What ran it.';
COMMENT ON COLUMN v_frontier.device IS 'The device in words.';
COMMENT ON COLUMN v_frontier.input_variant IS 'The input model with its parameters.';
COMMENT ON COLUMN v_frontier.causal IS 'Row i sees keys 0..i only.';
COMMENT ON COLUMN v_frontier.heads IS 'Independent attention problems in one launch.';
COMMENT ON COLUMN v_frontier.n IS 'Sequence length.';
COMMENT ON COLUMN v_frontier.d IS 'Head dimension.';
COMMENT ON COLUMN v_frontier.sigma IS 'Standard deviation of the entries of Q and K.';
COMMENT ON COLUMN v_frontier.regime IS 'burst or sustained.';
COMMENT ON COLUMN v_frontier.cache IS 'hot or cold.';
COMMENT ON COLUMN v_frontier.kernel IS 'Algorithm.';
COMMENT ON COLUMN v_frontier.variant IS 'The kernel as the sweep file wrote it.';
COMMENT ON COLUMN v_frontier.cells IS 'Cells (seeds) that the means are over; those with outcome ok and a dense time beside them.';
COMMENT ON COLUMN v_frontier.speedup IS 'Geometric mean of speedup_vs_dense.';
COMMENT ON COLUMN v_frontier.rel_error IS 'Mean relative Frobenius error.';
COMMENT ON COLUMN v_frontier.kept_fraction IS 'Mean share of the visible query-key pairs that were kept.';
COMMENT ON COLUMN v_frontier.on_frontier IS 'No variant of the shape is as exact and faster, or more exact and as fast.';
COMMENT ON COLUMN v_frontier.place IS 'Place on the frontier in order of error, 1 being the most exact; null where it is not on it.';
COMMENT ON COLUMN v_frontier.beaten_by IS 'Of the frontier''s variants that are at least as exact and as fast, the fastest; null on the frontier.';
