-- Cells that did not end ok, by kind, with one cell's story.
-- Parameter: run (the run's id).
SELECT outcome, variant, backend, count(*) AS cells, min(detail) AS detail
FROM v_cells
WHERE run_id = @run AND outcome <> 'ok'
GROUP BY outcome, variant, backend
ORDER BY cells DESC, outcome, variant;
