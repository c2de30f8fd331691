SELECT r.run_id, r.name, r.state, r.priority, r.created_at, r.started_at, r.finished_at, r.code_version, r.cell_count AS cells, s.text AS sweep_text
FROM runs r JOIN sweeps s USING (sweep_id)
ORDER BY r.run_id DESC LIMIT @limit;
