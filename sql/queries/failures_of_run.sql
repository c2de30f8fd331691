-- Cells that did not end ok, by kind, with one example of what was said.
SELECT outcome, kernel, backend, count(*) AS cells, min(detail) AS example
FROM v_cells
WHERE run_id = @runId AND outcome <> 'ok'
GROUP BY outcome, kernel, backend
ORDER BY outcome, kernel, backend;
