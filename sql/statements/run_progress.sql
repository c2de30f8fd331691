SELECT run_id, state, cell_count AS cells, estimated_seconds,
       COALESCE(EXTRACT(EPOCH FROM COALESCE(finished_at, now()) - started_at), 0)::double precision AS elapsed_seconds
FROM runs WHERE run_id = @runId;
